#include "mixing/mix_referee.h"

namespace burnish {

MixReferee::MixReferee(const References& references, const Target& target, bool concurrent)
    : references_(references), target_(target), concurrent_(concurrent) {
    if (references_ && !references_->empty()) aim_ = aim_of(*references_, false);
}

Result<std::optional<MixReferenceReport>> MixReferee::follow(MixTarget& target, Mixdown& mixdown, const Remix& remix,
                                                             const NextStep& next_step) const {
    if (mixdown.integrated_lufs <= silence_db) return std::optional<MixReferenceReport>();
    MixReferenceReport report;
    auto wish = ask(mixdown, report, next_step());
    if (!wish) return wish.error();
    target.reference = *std::move(wish);
    if (target.balance == BalanceMode::keep) report.faders_left = "their levels are to be kept";
    for (double& amount = target.reference->tone_amount;;) {
        auto again = remix(target);
        if (!again) return again.error();
        mixdown = *std::move(again);
        if (auto status = check(mixdown, report, next_step()); !status) return status.error();
        const bool is_nearer = report.tone_after_db <= report.tone_before_db;
        if (is_nearer || amount <= 0.0 || !report.faders_left.empty()) return std::optional(std::move(report));
        amount = 0.0;
        report.faders_left = "moving them brought the tone no nearer";
    }
}

Result<ReferenceWish> MixReferee::ask(const Mixdown& mixdown, MixReferenceReport& report,
                                      const Progress& progress) const {
    const auto sum = listen_to(mixdown, progress);
    if (!sum) return sum.error();
    for (const auto& reference : *references_) report.references.push_back({reference.name, reference.weight});
    report.tone_before_db = distance_db(tone_missing_by_octaves(*aim_, *sum));
    report.side_mid_before_db = sum->side_mid_db;
    report.wanted_side_mid_db = aim_->side_mid;
    return wish_of(*aim_, *sum, target_, names_of(*references_));
}

Status MixReferee::check(const Mixdown& mixdown, MixReferenceReport& report, const Progress& progress) const {
    const auto sum = listen_to(mixdown, progress);
    if (!sum) return sum.error();
    report.tone_after_db = distance_db(tone_missing_by_octaves(*aim_, *sum));
    report.side_mid_after_db = sum->side_mid_db;
    return success();
}

Result<TrackAnalysis> MixReferee::listen_to(const Mixdown& mixdown, const Progress& progress) const {
    GainedSource sound(*mixdown.audio, mixdown.settings.sum.gain_db);
    if (auto status = sound.rewind(); !status) return status.error();
    auto heard = measure_reference(sound, concurrent_, [&](double fraction) {
        return !progress || progress("comparing with the references", fraction);
    });
    if (!heard) return heard.error();
    return heard->passages;
}

}  // namespace burnish
