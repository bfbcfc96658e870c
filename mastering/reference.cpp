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
#include "mastering/match_curve.h"
#include "mastering/reason_text.h"
#include "mastering/rendered_source.h"
#include "mastering/rule_predictor.h"

namespace burnish {

namespace {

constexpr int refinements = 3;
constexpr double side_cap_db = 6.0;
constexpr double low_side_cap_db = 3.0;
constexpr double empty_below_db = 70.0;  // under the strongest band
constexpr double mono_below_db = 35.0;   // side under the mid
constexpr double limiter_share_db = 3.0;

constexpr std::array side_knots{&ToneCurve::Settings::side_150_hz_db, &ToneCurve::Settings::side_1200_hz_db,
                                &ToneCurve::Settings::side_9600_hz_db};

/// What several references come to.
struct Aim {
    Curve<third_octaves_hz.size()> mid_db{};
    Curve<third_octaves_hz.size()> side_mid_db{};
    std::array<bool, third_octaves_hz.size()> has_mid{};
    Curve<4> spread_db{};
    double side_mid = 0.0;
    double plr_db = 0.0;
    double heard_plr_db = 0.0;
    double loud_lufs = 0.0;
    double cutoff_hz = 0.0;
    bool is_stereo = false;
};

bool is_empty(const TrackAnalysis& track, std::size_t band) {
    const auto& mid_db = track.third_octave.mid_mean_db;
    return mid_db[band] < *std::max_element(mid_db.begin(), mid_db.end()) - empty_below_db ||
           (track.codec_cutoff_hz > 0.0 && third_octaves_hz[band] * 1.12 > track.codec_cutoff_hz) ||
           third_octaves_hz[band] * 1.12 > 0.5 * track.sample_rate_hz;
}

double mean_mid_db(const TrackAnalysis& track) {
    double sum = 0.0;
    int count = 0;
    for (std::size_t band = 4; band < third_octaves_hz.size() - 2; ++band)
        if (!is_empty(track, band)) {
            sum += track.third_octave.mid_mean_db[band];
            ++count;
        }
    return count > 0 ? sum / count : 0.0;
}

double lowest_cutoff(double a_hz, double b_hz) {
    return a_hz <= 0.0 ? b_hz : b_hz <= 0.0 ? a_hz : std::min(a_hz, b_hz);
}

/// What is compared of a reference: its loudest passages, or all of it.
const TrackAnalysis& heard_of(const ReferenceSound& sound, bool whole) { return whole ? sound.whole : sound.passages; }

Aim aim_of(std::span<const Reference> references, bool whole) {
    Aim aim;
    double weights = 0.0;
    for (const auto& reference : references) weights += reference.weight;
    aim.has_mid.fill(true);
    for (const auto& reference : references) {
        const auto& heard = heard_of(reference.sound, whole);
        const double share = reference.weight / weights;
        const double mean_db = mean_mid_db(heard);
        for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
            if (is_empty(heard, band)) aim.has_mid[band] = false;
            aim.mid_db[band] += share * (heard.third_octave.mid_mean_db[band] - mean_db);
            aim.side_mid_db[band] += share * std::max(-mono_below_db, heard.third_octave.side_mid_db[band]);
        }
        for (std::size_t band = 0; band < 4; ++band) aim.spread_db[band] += share * heard.dynamics.spread_db[band];
        aim.side_mid += share * std::max(-mono_below_db, heard.side_mid_db);
        aim.plr_db += share * reference.sound.whole.plr_db;
        aim.heard_plr_db += share * heard.plr_db;
        aim.loud_lufs += share * heard.integrated_lufs;
        aim.cutoff_hz = lowest_cutoff(aim.cutoff_hz, heard.codec_cutoff_hz);
        aim.is_stereo = aim.is_stereo || (reference.sound.whole.channels > 1.0 && heard.side_mid_db > -mono_below_db);
    }
    return aim;
}

/// The ends of the spectrum have less to say: there a track has rumble, hiss, or next to nothing.
double band_weight(std::size_t band) {
    const double hz = third_octaves_hz[band];
    return hz < 36.0 || hz > 17000.0 ? 0.2 : hz < 56.0 || hz > 13000.0 ? 0.6 : 1.0;
}

SpectrumDifference tone_missing(const Aim& aim, const TrackAnalysis& now) {
    SpectrumDifference missing;
    const double mean_db = mean_mid_db(now);
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
        if (!aim.has_mid[band] || is_empty(now, band)) continue;
        missing.gain_db[band] = aim.mid_db[band] - (now.third_octave.mid_mean_db[band] - mean_db);
        missing.weight[band] = band_weight(band);
    }
    return missing;
}

SpectrumDifference side_missing(const Aim& aim, const TrackAnalysis& now) {
    SpectrumDifference missing;
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
        const double side_mid_db = now.third_octave.side_mid_db[band];
        // What has no side cannot be given one.
        if (!aim.has_mid[band] || is_empty(now, band) || side_mid_db < -mono_below_db) continue;
        missing.gain_db[band] = aim.side_mid_db[band] - side_mid_db;
        missing.weight[band] = band_weight(band);
    }
    return missing;
}

struct BandMembers {
    double MultibandCompressor::Settings::*level_db;
    double MultibandCompressor::Settings::*threshold_db;
    double MultibandCompressor::Settings::*ratio;
    const char* where;
};
constexpr std::array<BandMembers, 4> dynamics_bands{{
    {&MultibandCompressor::Settings::low_level_db, &MultibandCompressor::Settings::low_threshold_db,
     &MultibandCompressor::Settings::low_ratio, "below 120 Hz"},
    {&MultibandCompressor::Settings::low_mid_level_db, &MultibandCompressor::Settings::low_mid_threshold_db,
     &MultibandCompressor::Settings::low_mid_ratio, "120 Hz to 1 kHz"},
    {&MultibandCompressor::Settings::high_mid_level_db, &MultibandCompressor::Settings::high_mid_threshold_db,
     &MultibandCompressor::Settings::high_mid_ratio, "1 to 6 kHz"},
    {&MultibandCompressor::Settings::high_level_db, &MultibandCompressor::Settings::high_threshold_db,
     &MultibandCompressor::Settings::high_ratio, "above 6 kHz"},
}};

/// The match as it stands; draws settings at any amounts.
class Matcher {
public:
    Matcher(const Aim& aim, const Target& target, const ChainSettings& base, const TrackAnalysis& passages)
        : aim_(aim),
          target_(target),
          base_(base),
          tone_(passages.sample_rate_hz),
          highest_hz_(lowest_cutoff(aim.cutoff_hz, passages.codec_cutoff_hz)) {
        if (highest_hz_ <= 0.0) highest_hz_ = 0.5 * passages.sample_rate_hz;
        matches_tone_ = amount_of(target, Dimension::tone) > 0.0;
        matches_dynamics_ = amount_of(target, Dimension::dynamics) > 0.0;
        matches_width_ = amount_of(target, Dimension::width) > 0.0 && aim.is_stereo && passages.channels > 1.0 &&
                         passages.side_mid_db > -mono_below_db;
        if (matches_tone_) tone_.add(tone_missing(aim, passages));
        if (matches_width_) side_db_ = fit_side(side_missing(aim, passages));
        cap_side();
    }

    /// Takes up what the rendered passages still miss.
    void refine(const TrackAnalysis& now, bool is_last) {
        if (matches_tone_) tone_.add(tone_missing(aim_, now));
        if (matches_width_) {
            const auto more_db = fit_side(side_missing(aim_, now));
            // What the bands' fit leaves of the width of the whole goes to all alike.
            const double left_db = is_last ? aim_.side_mid - now.side_mid_db : 0.0;
            for (std::size_t i = 0; i < side_db_.size(); ++i) side_db_[i] += is_last ? left_db : more_db[i];
            cap_side();
        }
        if (matches_dynamics_) refine_dynamics(now);
    }

    [[nodiscard]] ChainSettings settings(double tone, double dynamics, double width) const {
        auto settings = base_;
        if (matches_tone_) tone_.write(tone, target_.aim.tone_cap_db, highest_hz_, settings.tone, settings.eq);
        for (std::size_t i = 0; i < side_knots.size(); ++i)
            settings.tone.*side_knots[i] = two_decimals(width * side_db_[i]);
        for (std::size_t band = 0; band < dynamics_bands.size(); ++band) {
            const double slope = std::min(most_slope, dynamics * band_slope_[band]);
            if (slope < least_slope) continue;
            const auto& row = dynamics_bands[band];
            settings.multiband.*row.level_db = two_decimals(std::clamp(band_level_db_[band], -80.0, 0.0));
            settings.multiband.*row.threshold_db = 0.0;
            settings.multiband.*row.ratio = two_decimals(1.0 / (1.0 - slope));
        }
        const double slope = std::min(most_slope, dynamics * glue_slope_);
        if (slope >= least_slope) {
            settings.glue.ratio = two_decimals(1.0 / (1.0 - slope));
            settings.glue.threshold_db = two_decimals(std::clamp(glue_threshold_db_, -60.0, 0.0));
            settings.glue.attack_ms = 5.0;  // it is after peaks
            settings.glue.slow_release_amount = 0.5;
        }
        return settings;
    }

private:
    static constexpr double most_slope = 0.5;  // a ratio of 2
    static constexpr double least_slope = 0.03;

    void cap_side() {
        for (auto& db : side_db_) db = std::clamp(db, -side_cap_db, side_cap_db);
        side_db_[0] = std::min(side_db_[0], low_side_cap_db);
    }

    /// A band whose loud moments stand out more than the references' by `excess` is turned down by that much there.
    void refine_dynamics(const TrackAnalysis& now) {
        constexpr double tolerance_db = 0.3;
        for (std::size_t band = 0; band < dynamics_bands.size(); ++band) {
            const double excess_db = now.dynamics.spread_db[band] - aim_.spread_db[band];
            if (band_slope_[band] == 0.0) {
                if (excess_db < tolerance_db || now.dynamics.level_db[band] < -75.0) continue;
                band_level_db_[band] = now.dynamics.level_db[band];
                band_above_db_[band] = std::max(3.0, now.dynamics.p95_db[band] - now.dynamics.level_db[band]);
            }
            band_slope_[band] = std::clamp(band_slope_[band] + excess_db / band_above_db_[band], 0.0, most_slope);
        }
        const double excess_db = now.plr_db - aim_.heard_plr_db - limiter_share_db;
        if (glue_slope_ == 0.0) {
            if (excess_db < tolerance_db || now.integrated_lufs <= silence_db) return;
            glue_threshold_db_ = now.max_short_term_lufs + 6.0;
            glue_above_db_ = std::max(3.0, now.true_peak_dbtp - glue_threshold_db_);
        }
        glue_slope_ = std::clamp(glue_slope_ + excess_db / glue_above_db_, 0.0, most_slope);
    }

    const Aim& aim_;
    const Target& target_;
    ChainSettings base_;
    ToneMatcher tone_;
    double highest_hz_;
    bool matches_tone_ = false;
    bool matches_dynamics_ = false;
    bool matches_width_ = false;
    std::array<double, 3> side_db_{};
    std::array<double, 4> band_slope_{};  // 1 - 1/ratio
    std::array<double, 4> band_level_db_{};
    std::array<double, 4> band_above_db_{};
    double glue_slope_ = 0.0;
    double glue_threshold_db_ = 0.0;
    double glue_above_db_ = 0.0;
};

std::string names_of(std::span<const Reference> references) {
    return references.size() == 1 ? references.front().name : std::to_string(references.size()) + " references";
}

std::vector<Decision> decisions_for(const ChainSettings& settings, const ReferenceReport& report, const Aim& aim,
                                    const TrackAnalysis& passages, const std::string& names) {
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

double tone_distance_db(const Aim& aim, const TrackAnalysis& now) {
    const auto missing = tone_missing(aim, now);
    double mean = 0.0;
    double weights = 0.0;
    for (std::size_t band = 0; band < missing.weight.size(); ++band) {
        mean += missing.weight[band] * missing.gain_db[band];
        weights += missing.weight[band];
    }
    double sum = 0.0;
    for (std::size_t band = 0; band < missing.weight.size(); ++band)
        sum += missing.weight[band] * std::abs(missing.gain_db[band] - mean / std::max(weights, 1e-9));
    return weights > 0.0 ? sum / weights : 0.0;
}

}  // namespace

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
    Matcher matcher(aim, target, base, *before);
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
