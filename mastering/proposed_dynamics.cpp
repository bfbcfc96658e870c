#include "mastering/proposals.h"

#include <algorithm>
#include <array>
#include <limits>

#include "mastering/corrections.h"

namespace burnish {

namespace {

using Eigen::Index;

constexpr double most_glue_reduction_db = 2.0, most_glue_ratio = 1.5;
constexpr double quietest_lufs = -20.0, loudest_lufs = -7.0;
// What single tracks are played at (AES TD1008): quieter ones are brought nearer, as far as hardly anything is limited.
constexpr double streamed_lufs = -16.0, harmless_reduction_db = 2.0;

struct BandRow {
    std::string_view where;
    std::array<std::string_view, 3> names;
    double MultibandCompressor::Settings::*ratio;
    double MultibandCompressor::Settings::*level_db;
    double MultibandCompressor::Settings::*threshold_db;
    double TreatmentAim::*spread_db;
};
constexpr auto band_rows = std::to_array<BandRow>({{"below 120 Hz",
                                                    {"low_ratio", "low_level_db", "low_threshold_db"},
                                                    &MultibandCompressor::Settings::low_ratio,
                                                    &MultibandCompressor::Settings::low_level_db,
                                                    &MultibandCompressor::Settings::low_threshold_db,
                                                    &TreatmentAim::low_spread_db},
                                                   {"120 Hz to 1 kHz",
                                                    {"low_mid_ratio", "low_mid_level_db", "low_mid_threshold_db"},
                                                    &MultibandCompressor::Settings::low_mid_ratio,
                                                    &MultibandCompressor::Settings::low_mid_level_db,
                                                    &MultibandCompressor::Settings::low_mid_threshold_db,
                                                    &TreatmentAim::low_mid_spread_db},
                                                   {"1 to 6 kHz",
                                                    {"high_mid_ratio", "high_mid_level_db", "high_mid_threshold_db"},
                                                    &MultibandCompressor::Settings::high_mid_ratio,
                                                    &MultibandCompressor::Settings::high_mid_level_db,
                                                    &MultibandCompressor::Settings::high_mid_threshold_db,
                                                    &TreatmentAim::high_mid_spread_db},
                                                   {"above 6 kHz",
                                                    {"high_ratio", "high_level_db", "high_threshold_db"},
                                                    &MultibandCompressor::Settings::high_ratio,
                                                    &MultibandCompressor::Settings::high_level_db,
                                                    &MultibandCompressor::Settings::high_threshold_db,
                                                    &TreatmentAim::high_spread_db}});

/// What is too much of a number of the dynamics: the model's word, and as far as a preset is meant, half of that and
/// half of the preset's.
struct Surplus {
    double too_much_db = 0.0;
    std::string words;  ///< where it comes from, for the reasons
};
Surplus surplus_of(const Opinions& opinions, Index number, double measured, double preset_aim, const Target& target,
                   const CorrectionLimits& limits) {
    const auto& opinion = opinions.dynamics;
    const double by_model_db = too_much_of(opinion, number, limits);
    if (target.preset.empty()) return {by_model_db, finding_text(opinion, number, opinions.whose_dynamics)};
    const double by_preset_db = std::max(0.0, measured - preset_aim);
    const double pull = 0.5 * target.preset_share;
    return {(1.0 - pull) * by_model_db + pull * by_preset_db,
            reason_text("the model holds %.1f dB to be too much, %s asks for %.1f dB less", by_model_db,
                        target.preset.c_str(), by_preset_db)};
}

}  // namespace

void propose_dynamics(const Opinions& opinions, const TrackAnalysis& track, const Target& target, double amount,
                      Draft& draft) {
    const auto& opinion = opinions.dynamics;
    const auto limits = limits_at(spread_limits, amount);
    auto& multiband = draft.settings().multiband;
    for (std::size_t band = 0; band < band_rows.size(); ++band) {
        const auto& row = band_rows[band];
        const double level_db = track.dynamics.level_db[band];
        const bool is_heard = band == 0 || dynamics_splits_hz[band - 1] < 0.4 * track.sample_rate_hz;
        if (!is_heard || level_db < -75.0) continue;
        const double spread_db = track.dynamics.spread_db[band];
        const auto surplus =
            surplus_of(opinions, static_cast<Index>(band) + 1, spread_db, target.aim.*row.spread_db, target, limits);
        const double taken_db = reduction_for(surplus.too_much_db, opinions.trust, limits);
        if (taken_db < least_gain_db) continue;
        const auto found = band_compression(track.dynamics.p95_db[band] - level_db, taken_db);
        const double confidence = confidence_of(opinion, static_cast<Index>(band) + 1, -taken_db);
        draft.set(
            "multiband", multiband, row.ratio, row.names[0], found.ratio, confidence,
            reason_text("loud moments %s stand %.1f dB over the middle: ", std::string(row.where).c_str(), spread_db) +
                surplus.words + reason_text("; %.1f dB less", taken_db) + opinions.held_back);
        draft.set("multiband", multiband, row.level_db, row.names[1], level_db, 1.0,
                  "measured level " + std::string(row.where));
        draft.set("multiband", multiband, row.threshold_db, row.names[2], found.threshold_db, confidence,
                  reason_text("catches what stands more than %.1f dB over the level %s", found.threshold_db,
                              std::string(row.where).c_str()));
    }

    const auto surplus = surplus_of(opinions, 0, track.plr_db, target.aim.plr_db, target, limits);
    const double over_db = opinions.trust * std::max(0.0, surplus.too_much_db - limits.dead_zone_db);
    // Half of it; the limiter does the rest. What the attack lets through is the limiter's, too.
    const double taken_db = std::min(0.5 * over_db, most_glue_reduction_db * std::min(amount, 2.0));
    const double threshold_db = std::clamp(track.max_short_term_lufs + 8.0, -60.0, 0.0);
    const double above_db = track.true_peak_dbtp - threshold_db;
    if (taken_db < least_gain_db || above_db <= taken_db) return;
    const double ratio = std::min(most_glue_ratio, above_db / (above_db - taken_db));
    if (ratio < 1.05) return;
    auto& glue = draft.settings().glue;
    const double confidence = confidence_of(opinion, 0, -taken_db);
    draft.set("glue", glue, &GlueCompressor::Settings::threshold_db, "threshold_db", threshold_db, confidence,
              reason_text("8 dB over the loudest 3 s, %.1f LUFS: peaks stand %.1f dB above it",
                          track.max_short_term_lufs, above_db));
    draft.set("glue", glue, &GlueCompressor::Settings::ratio, "ratio", ratio, confidence,
              reason_text("peaks stand %.1f dB over the loudness: ", track.plr_db) + surplus.words +
                  reason_text("; %.1f dB less", above_db - above_db / ratio) + opinions.held_back);
    draft.set("glue", glue, &GlueCompressor::Settings::slow_release_amount, "slow_release_amount", 0.5, confidence,
              "half of a lasting reduction recovers slowly, so that it does not pump");
}

Decision loudness_for(const Opinions& opinions, const TrackAnalysis& track, const Target& target, double amount) {
    const auto& opinion = opinions.dynamics;
    const auto limits = limits_at(plr_limits, std::max(amount, 0.25));
    const double limited_db = reduction_for(too_much_of(opinion, 0, limits), opinions.trust, limits);
    const double expected_plr_db = track.plr_db - opinion.excess(0);
    const double untouched_lufs = target.ceiling_dbtp - track.plr_db;
    auto reason = reason_text("peaks stand %.1f dB over the loudness, masters of %s %.1f dB", track.plr_db,
                              opinions.whose_dynamics.c_str(), expected_plr_db);

    const double by_model_lufs = untouched_lufs + limited_db;
    const double brought_lufs =
        std::max(by_model_lufs, std::min(streamed_lufs, untouched_lufs + harmless_reduction_db));

    double most_lufs = std::numeric_limits<double>::infinity();
    std::string limit;
    const double dense_lufs = target.ceiling_dbtp - expected_plr_db + opinions.plr_deviation_db;
    if (opinions.trust == 0.0) {
        most_lufs = streamed_lufs;
        limit = reason_text(", but no louder than streams play, %.0f LUFS, since it is like no track learned from",
                            streamed_lufs);
    } else if (untouched_lufs > dense_lufs) {
        // Who has made it louder than that meant it.
        most_lufs = std::max({dense_lufs, track.integrated_lufs, streamed_lufs});
        limit = most_lufs == track.integrated_lufs ? "; it stays as loud as it is"
                : most_lufs == dense_lufs          ? "; no louder than the loudest of them usually are"
                                          : reason_text("; no louder than streams play, %.0f LUFS", streamed_lufs);
    }
    const double wanted = std::min(brought_lufs, most_lufs);
    const double taken_db = wanted - untouched_lufs;
    if (taken_db > 0.05) reason += reason_text("; %.1f dB of it is taken away", taken_db);
    if (brought_lufs > most_lufs || opinions.trust == 0.0)
        reason += limit;
    else if (brought_lufs > by_model_lufs)
        reason += reason_text("%s %.0f LUFS that streams play single tracks at",
                              wanted < streamed_lufs - 0.05 ? " and no more, towards the" : ", to the", streamed_lufs);
    const double held = std::clamp(wanted, quietest_lufs, loudest_lufs);
    if (held != wanted) reason += reason_text("; held between %.0f and %.0f LUFS", quietest_lufs, loudest_lufs);
    // Sure of what is taken away; or, if that is nothing, that nothing is to be.
    const double confidence = taken_db > 0.0 && limited_db > 0.0
                                  ? confidence_of(opinion, 0, -std::min(taken_db, limited_db))
                                  : 1.0 - confidence_of(opinion, 0, -2.0 * harmless_reduction_db);
    return {"loudness_lufs", std::round(10.0 * held) / 10.0, confidence, std::move(reason)};
}

}  // namespace burnish
