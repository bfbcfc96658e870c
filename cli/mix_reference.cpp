#include "cli/mix_reference.h"

namespace burnish {

MixReferee::MixReferee(const References& references, const Target& target, bool concurrent)
    : references_(references), target_(target), concurrent_(concurrent) {
    if (references_ && !references_->empty()) aim_ = aim_of(*references_, false);
}

Result<std::optional<ReferenceWish>> MixReferee::ask(const Mixdown& mixdown, MixReferenceReport& report,
                                                     const Progress& progress) const {
    if (mixdown.integrated_lufs <= silence_db) return std::optional<ReferenceWish>();
    const auto sum = listen_to(mixdown, progress);
    if (!sum) return sum.error();
    for (const auto& reference : *references_) report.references.push_back({reference.name, reference.weight});
    report.tone_before_db = distance_db(tone_missing_by_octaves(*aim_, *sum));
    report.side_mid_before_db = sum->side_mid_db;
    report.wanted_side_mid_db = aim_->side_mid;
    return std::optional(wish_of(*aim_, *sum, target_, names_of(*references_)));
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
