#include "mastering/reference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "analysis/loudness_meter.h"
#include "core/decibels.h"
#include "dsp/denormals.h"
#include "mastering/loud_passages.h"
#include "mastering/master.h"
#include "mastering/reason_text.h"
#include "mastering/reference_aim.h"
#include "mastering/reference_matcher.h"
#include "mastering/rendered_source.h"
#include "mastering/rule_predictor.h"

namespace burnish {

namespace {

constexpr int refinements = 3;

std::vector<Decision> decisions_for(const ChainSettings& settings, const ReferenceReport& report,
                                    const ReferenceAim& aim, const TrackAnalysis& passages, const std::string& names) {
    const ChainSettings neutral;
    std::vector<Decision> decisions;
    for_each_parameter([&](const auto& stage, const auto& param) {
        const double value = (settings.*stage.settings).*param.member;
        if (value == (neutral.*stage.settings).*param.member) return;
        std::string reason;
        if (stage.name == "repair") reason = "DC offset takes headroom";
        if (stage.name == "tone" && param.name.starts_with("side"))
            reason = reason_text("the side is %.1f dB under the mid; in %s it is %.1f dB", -passages.side_mid_db,
                                 names.c_str(), -aim.side_mid);
        else if (stage.name == "tone" || stage.name == "eq")
            reason = reason_text("the tone is %.1f dB away from %s in the mean of the third octaves; %.1f dB are left",
                                 report.tone_before_db, names.c_str(), report.tone_after_db);
        if (stage.name == "multiband") {
            for (std::size_t band = 0; band < dynamics_bands.size(); ++band) {
                const auto& row = dynamics_bands[band];
                if constexpr (std::is_same_v<decltype(param.member), decltype(row.ratio)>)
                    if (param.member == row.ratio || param.member == row.level_db || param.member == row.threshold_db)
                        reason = reason_text("loud moments %s stand %.1f dB over the middle, in %s %.1f dB", row.where,
                                             passages.dynamics.spread_db[band], names.c_str(), aim.spread_db[band]);
            }
        }
        if (stage.name == "glue")
            reason = reason_text("peaks stand %.1f dB over the loudness, in %s %.1f dB", passages.plr_db, names.c_str(),
                                 aim.heard_plr_db);
        decisions.push_back({std::string(stage.name) + "." + std::string(param.name), value, 0.9, reason});
    });
    return decisions;
}

/// Integrated loudness of all of a source behind the programme stages.
Result<double> rendered_lufs(AudioSource& source, const ChainSettings& settings,
                             const std::function<bool(double)>& tick) {
    if (auto status = source.rewind(); !status) return status.error();
    RenderedSource<program_stages> rendered(source, settings);
    const auto& info = source.info();
    LoudnessMeter meter;
    meter.prepare(info.sample_rate_hz, info.channels, LoudnessDetail::integrated);
    AudioBuffer block(info.channels, 8192);
    const FlushDenormals no_denormals;
    for (std::int64_t done = 0;;) {
        auto got = rendered.read(block.view());
        if (!got) return got.error();
        if (*got == 0) return meter.integrated_lufs();
        meter.process(block.view().part(0, *got));
        done += *got;
        if (!tick(static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(1, info.frames))))
            return Error{ErrorCode::canceled, "stopped"};
    }
}

}  // namespace

std::string names_of(std::span<const Reference> references) {
    return references.size() == 1 ? references.front().name : std::to_string(references.size()) + " references";
}

void hold_peaks(const ReferenceReport& reference, Target& target) {
    if (reference.plr_db <= 0.0 || !target.normalize || !target.limit_peaks) return;
    if (amount_of(target, Dimension::dynamics) <= 0.0) return;
    constexpr double lowest_dbtp = -12.0;
    target.ceiling_dbtp = std::min(target.ceiling_dbtp, std::max(lowest_dbtp, target.loudness_lufs + reference.plr_db));
}

Result<ReferenceSound> measure_reference(AudioSource& source, bool concurrent,
                                         const std::function<bool(double)>& tick) {
    const auto part = [&](double start, double share) {
        return [&tick, start, share](double fraction) { return tick(start + share * fraction); };
    };
    auto whole = analyze_source(source, concurrent, part(0.0, 0.4), AnalysisScope::match);
    if (!whole) return whole.error();
    auto ranges = find_loud_passages(source, part(0.4, 0.2));
    if (!ranges) return ranges.error();
    PassagesSource passages(source, *std::move(ranges));
    auto loud = analyze_source(passages, concurrent, part(0.6, 0.4), AnalysisScope::match);
    if (!loud) return loud.error();
    return ReferenceSound{*whole, *loud};
}

namespace {

/// Whether a track is as long as its references, and its loudest passages stand as far over the whole: then it goes
/// through the same, as another version of one track does, and the whole can be compared.
bool are_alike(const TrackAnalysis& track, const TrackAnalysis& passages, std::span<const Reference> references) {
    constexpr double alike_within_share = 0.02;
    constexpr double alike_within_lu = 3.0;  // what compression moves
    return std::ranges::all_of(references, [&](const Reference& reference) {
        const auto& sound = reference.sound;
        const double over_whole_lu = passages.integrated_lufs - track.integrated_lufs;
        const double theirs_lu = sound.passages.integrated_lufs - sound.whole.integrated_lufs;
        return std::abs(track.duration_s / sound.whole.duration_s - 1.0) <= alike_within_share &&
               std::abs(over_whole_lu - theirs_lu) <= alike_within_lu;
    });
}

}  // namespace

Result<ReferenceMatch> match_references(AudioSource& source, const TrackAnalysis& track,
                                        std::span<const Reference> references, const Target& target, bool concurrent,
                                        const std::function<bool(double)>& tick) {
    ReferenceMatch match;
    for (const auto& reference : references) match.report.references.push_back({reference.name, reference.weight});
    if (track.integrated_lufs <= silence_db) return match;
    auto ranges = find_loud_passages(source, [&](double fraction) { return tick(0.2 * fraction); });
    if (!ranges) return ranges.error();
    std::optional<PassagesSource> compared(std::in_place, source, *std::move(ranges));
    constexpr double measuring = 0.6;  // of the work
    double work_done = 0.2;
    const auto measure = [&](const ChainSettings& settings) -> Result<TrackAnalysis> {
        if (auto status = compared->rewind(); !status) return status.error();
        RenderedSource<program_stages> rendered(*compared, settings);
        const double start = work_done;
        work_done += measuring / (refinements + 2);
        return analyze_source(
            rendered, concurrent,
            [&](double fraction) { return tick(start + fraction * measuring / (refinements + 2)); },
            AnalysisScope::match);
    };
    auto before = measure(ChainSettings{});
    if (!before) return before.error();
    const bool whole = are_alike(track, *before, references);
    if (whole) {
        compared.emplace(source, std::vector<FrameRange>{{0, source.info().frames}});
        before = track;
    }
    const auto aim = aim_of(references, whole);

    // Of what rules see, only faults are the track's own; the rest is the references' to say.
    ChainSettings base;
    if (amount_of(target, Dimension::tone) > 0.0) base.repair = predict_by_rules(track, target).settings.repair;
    ReferenceMatcher matcher(aim, target, base, *before);
    Result<TrackAnalysis> now = *before;
    for (int i = 0; i < refinements; ++i) {
        now = measure(matcher.settings(1.0, 1.0, 1.0));
        if (!now) return now.error();
        matcher.refine(*now, i + 1 == refinements);
    }
    const auto settings = matcher.settings(amount_of(target, Dimension::tone), amount_of(target, Dimension::dynamics),
                                           amount_of(target, Dimension::width));
    now = measure(settings);
    if (!now) return now.error();

    auto& report = match.report;
    report.tone_before_db = tone_distance_db(aim, *before);
    report.tone_after_db = tone_distance_db(aim, *now);
    report.width_before_db = before->side_mid_db - aim.side_mid;
    report.width_after_db = now->side_mid_db - aim.side_mid;
    report.plr_before_db = before->plr_db - aim.heard_plr_db;
    report.plr_after_db = now->plr_db - aim.heard_plr_db;
    match.prediction.settings = settings;
    match.prediction.decisions = decisions_for(settings, report, aim, *before, names_of(references));
    report.loudness_lufs = aim.loud_lufs;
    if (!whole) {
        const auto whole_lufs =
            rendered_lufs(source, settings, [&](double fraction) { return tick(1.0 - 0.2 * (1.0 - fraction)); });
        if (!whole_lufs) return whole_lufs.error();
        report.loudness_lufs += *whole_lufs - now->integrated_lufs;
    }
    report.plr_db = aim.plr_db;
    match.prediction.loudness =
        Decision{"loudness_lufs", two_decimals(report.loudness_lufs), 0.9,
                 reason_text(whole ? "as loud as %s" : "the loudest passages are as loud as those of %s",
                             names_of(references).c_str())};
    return match;
}

}  // namespace burnish
