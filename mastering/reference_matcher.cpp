#include "mastering/reference_matcher.h"

#include <algorithm>
#include <cmath>

#include "core/decibels.h"
#include "mastering/reason_text.h"

namespace burnish {

namespace {

constexpr double side_cap_db = 6.0;
constexpr double low_side_cap_db = 3.0;
constexpr double limiter_share_db = 3.0;
constexpr double most_slope = 0.5;  // a ratio of 2
constexpr double least_slope = 0.03;

constexpr std::array side_knots{&ToneCurve::Settings::side_150_hz_db, &ToneCurve::Settings::side_1200_hz_db,
                                &ToneCurve::Settings::side_9600_hz_db};

}  // namespace

ReferenceMatcher::ReferenceMatcher(const ReferenceAim& aim, const Target& target, const ChainSettings& base,
                                   const TrackAnalysis& passages)
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

void ReferenceMatcher::refine(const TrackAnalysis& now, bool is_last) {
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

ChainSettings ReferenceMatcher::settings(double tone, double dynamics, double width) const {
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

void ReferenceMatcher::cap_side() {
    for (auto& db : side_db_) db = std::clamp(db, -side_cap_db, side_cap_db);
    side_db_[0] = std::min(side_db_[0], low_side_cap_db);
}

/// A band whose loud moments stand out more than the references' by `excess` is turned down by that much there.
void ReferenceMatcher::refine_dynamics(const TrackAnalysis& now) {
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

}  // namespace burnish
