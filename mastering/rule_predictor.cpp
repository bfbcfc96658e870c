#include "mastering/rule_predictor.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/decibels.h"
#include "mastering/reason_text.h"
#include "mastering/usual_tone.h"

namespace burnish {

namespace {

/// Collects numbers and the reasons for them.
class Proposal {
public:
    /// Numbers are rounded to two decimals: a report that can be read and typed in again.
    template <class Settings>
    void set(Settings ChainSettings::*stage_settings, double Settings::*member, double value, double confidence,
             const std::string& reason) {
        value = std::round(value * 100.0) / 100.0;
        for_each_parameter([&](const auto& stage, const auto& param) {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(stage.settings)>, Settings ChainSettings::*>) {
                if (stage.settings != stage_settings || param.member != member) return;
                value = std::clamp(value, param.min, param.max);
                if (value == (prediction_.settings.*stage_settings).*member) return;
                (prediction_.settings.*stage_settings).*member = value;
                prediction_.decisions.push_back(
                    {std::string(stage.name) + "." + std::string(param.name), value, confidence, reason});
            }
        });
    }
    [[nodiscard]] Prediction take() {
        prediction_.by = "rules";
        return std::move(prediction_);
    }

private:
    Prediction prediction_;
};

bool is_mastered(const TrackAnalysis& track) {
    return track.plr_db < 11.0 || (track.integrated_lufs > -15.0 && track.true_peak_dbtp > -1.5);
}

void propose_repair(const TrackAnalysis& track, Proposal& proposal) {
    const double dc = std::max(std::abs(track.dc_left), std::abs(track.dc_right));
    if (dc < 0.001) return;
    proposal.set(&ChainSettings::repair, &SubsonicFilter::Settings::cutoff_hz, 15.0, 0.9,
                 reason_text("DC offset of %.4f of full scale takes headroom", dc));
}

void propose_tone(const TrackAnalysis& track, double amount, Proposal& proposal) {
    constexpr double dead_zone_db = 4.0;
    constexpr double strength = 0.4;
    constexpr double cap_db = 3.0;
    const auto excess = octave_excess_db(track);
    const double highest_hz =
        std::min(track.codec_cutoff_hz > 0.0 ? track.codec_cutoff_hz : 20000.0, 0.45 * track.sample_rate_hz);
    for (int knot = 1; knot < tone_knots; ++knot) {
        if (!excess[knot]) continue;
        const double excess_db = *excess[knot];
        const double beyond_db = std::max(0.0, std::abs(excess_db) - dead_zone_db);
        double gain_db = -std::copysign(std::min(cap_db, strength * beyond_db), excess_db) * amount;
        // The ends carry rumble and hiss, or nothing that could be raised: they are only ever turned down.
        const bool is_end = knot == 1 || knot == tone_knots - 1 || tone_knot_hz(knot) > 0.7 * highest_hz;
        if (is_end) gain_db = std::min(gain_db, 0.0);
        if (std::abs(gain_db) < 0.1) continue;
        proposal.set(&ChainSettings::tone, mid_tone_knots[knot], gain_db, 0.5,
                     reason_text("%.1f dB %s at %.0f Hz: the octave is %.1f dB %s what finished tracks have",
                                 std::abs(gain_db), gain_db < 0.0 ? "less" : "more", tone_knot_hz(knot),
                                 std::abs(excess_db), excess_db > 0.0 ? "above" : "below"));
    }
}

void propose_harshness(const TrackAnalysis& track, double usual_db, double amount, Proposal& proposal) {
    const double excess_db = track.harshness_p95_db - usual_db;
    if (excess_db < 1.0) return;
    const double range_db = std::min(3.0, 0.5 * excess_db) * amount;
    if (range_db < 0.25) return;
    proposal.set(&ChainSettings::dynamic_eq, &DynamicEqualizer::Settings::harsh_range_db, range_db, 0.5,
                 reason_text("2.5 to 6 kHz comes within %.1f dB of the whole in the harshest moments, usual is %.1f dB",
                             -track.harshness_p95_db, -usual_db));
    proposal.set(&ChainSettings::dynamic_eq, &DynamicEqualizer::Settings::harsh_threshold_db, usual_db - 2.0, 0.5,
                 "cuts only while the region stands out");
}

struct BandMembers {
    const char* name;
    double MultibandCompressor::Settings::*level_db;
    double MultibandCompressor::Settings::*threshold_db;
    double MultibandCompressor::Settings::*ratio;
    double TreatmentAim::*spread_db;
};

void propose_dynamics(const TrackAnalysis& track, const TreatmentAim& aim, double amount, Proposal& proposal) {
    if (is_mastered(track)) return;
    using Settings = MultibandCompressor::Settings;
    constexpr std::array<BandMembers, 4> bands{{
        {"below 120 Hz", &Settings::low_level_db, &Settings::low_threshold_db, &Settings::low_ratio,
         &TreatmentAim::low_spread_db},
        {"120 Hz to 1 kHz", &Settings::low_mid_level_db, &Settings::low_mid_threshold_db, &Settings::low_mid_ratio,
         &TreatmentAim::low_mid_spread_db},
        {"1 to 6 kHz", &Settings::high_mid_level_db, &Settings::high_mid_threshold_db, &Settings::high_mid_ratio,
         &TreatmentAim::high_mid_spread_db},
        {"above 6 kHz", &Settings::high_level_db, &Settings::high_threshold_db, &Settings::high_ratio,
         &TreatmentAim::high_spread_db},
    }};
    for (std::size_t band = 0; band < bands.size(); ++band) {
        const auto& row = bands[band];
        const double level_db = track.dynamics.level_db[band];
        const double usual_db = aim.*row.spread_db;
        const double spread_db = track.dynamics.spread_db[band];
        const bool is_heard = band == 0 || dynamics_splits_hz[band - 1] < 0.4 * track.sample_rate_hz;
        if (!is_heard || level_db < -75.0 || spread_db < usual_db) continue;
        const double ratio = 1.0 + std::min(0.6, 0.1 * (spread_db - usual_db)) * amount;
        if (ratio < 1.05) continue;
        proposal.set(&ChainSettings::multiband, row.ratio, ratio, 0.5,
                     reason_text("loud moments %s stand %.1f dB over the middle, usual is %.1f dB", row.name, spread_db,
                                 usual_db));
        proposal.set(&ChainSettings::multiband, row.level_db, level_db, 0.9,
                     reason_text("measured level %s", row.name));
        proposal.set(&ChainSettings::multiband, row.threshold_db, 3.0, 0.5,
                     reason_text("catches only what stands out %s", row.name));
    }

    const double usual_plr_db = aim.plr_db;
    if (track.plr_db <= usual_plr_db || track.integrated_lufs <= silence_db) return;
    const double ratio = 1.0 + std::min(0.5, 0.1 * (track.plr_db - usual_plr_db)) * amount;
    if (ratio < 1.05) return;
    proposal.set(&ChainSettings::glue, &GlueCompressor::Settings::ratio, ratio, 0.5,
                 reason_text("peaks stand %.1f dB over the loudness, usual is %.1f dB", track.plr_db, usual_plr_db));
    // Peaks of the loudest passages pass it by some 6 dB: one or two decibels of reduction.
    proposal.set(&ChainSettings::glue, &GlueCompressor::Settings::threshold_db,
                 std::clamp(track.max_short_term_lufs + 8.0, -60.0, 0.0), 0.5,
                 reason_text("8 dB over the loudest 3 s, %.1f LUFS", track.max_short_term_lufs));
    proposal.set(&ChainSettings::glue, &GlueCompressor::Settings::slow_release_amount, 0.5, 0.5,
                 "half of a lasting reduction recovers slowly, so that it does not pump");
}

void propose_width(const TrackAnalysis& track, double amount, Proposal& proposal) {
    if (track.channels < 2.0 || track.side_mid_db < -60.0) return;
    double mid_power = 0.0;
    double side_power = 0.0;
    for (std::size_t band = 0; third_octaves_hz[band] <= 125.0; ++band) {
        mid_power += db_to_power(track.third_octave.mid_mean_db[band]);
        side_power += db_to_power(track.third_octave.side_mean_db[band]);
    }
    const double low_side_mid_db = power_to_db(side_power) - power_to_db(mid_power);
    // Mono turns down by more than 1.8 dB what is wider than this. James (Sound on Sound, 2015): only wildly wide bass
    // is a fault.
    constexpr double widest_low_side_mid_db = -3.0;
    if (low_side_mid_db > widest_low_side_mid_db)
        proposal.set(&ChainSettings::width, &StereoWidth::Settings::low_db,
                     -std::min(9.0, low_side_mid_db - widest_low_side_mid_db) * amount, 0.6,
                     reason_text("side is %.1f dB %s mid below 140 Hz: in mono the bass would be %.1f dB softer",
                                 std::abs(low_side_mid_db), low_side_mid_db < 0.0 ? "below" : "above",
                                 power_to_db(1.0 + db_to_power(low_side_mid_db))));
    if (track.side_mid_db < -18.0 && track.correlation > 0.9) {
        const double gain_db = std::min(2.0, 0.25 * (-18.0 - track.side_mid_db)) * amount;
        if (gain_db < 0.25) return;
        for (const auto member : {&StereoWidth::Settings::mid_db, &StereoWidth::Settings::high_db})
            proposal.set(&ChainSettings::width, member, gain_db, 0.4,
                         reason_text("the image is narrow: side %.1f dB below mid", -track.side_mid_db));
    }
}

}  // namespace

Prediction predict_by_rules(const TrackAnalysis& track, const Target& target) {
    Proposal proposal;
    // Without a loudness there is nothing to judge by.
    if (!wants_treatment(target) || track.integrated_lufs <= silence_db) return proposal.take();
    const double tone = amount_of(target, Dimension::tone);
    if (tone > 0.0) {
        propose_repair(track, proposal);
        propose_tone(track, is_mastered(track) ? 0.5 * tone : tone, proposal);
        propose_harshness(track, target.aim.harshness_db, tone, proposal);
    }
    propose_dynamics(track, target.aim, amount_of(target, Dimension::dynamics), proposal);
    propose_width(track, amount_of(target, Dimension::width), proposal);
    return proposal.take();
}

}  // namespace burnish
