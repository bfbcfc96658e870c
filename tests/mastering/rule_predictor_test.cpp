#include "mastering/rule_predictor.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "core/decibels.h"

namespace burnish::test {
namespace {

/// A track that nobody would complain about.
TrackAnalysis usual_track() {
    TrackAnalysis track;
    track.sample_rate_hz = 44100.0;
    track.channels = 2.0;
    track.integrated_lufs = -18.0;
    track.max_short_term_lufs = -16.0;
    track.true_peak_dbtp = -5.5;
    track.plr_db = 12.5;
    track.harshness_db = -12.0;
    track.harshness_p95_db = -9.0;
    track.side_mid_db = -9.0;
    track.correlation = 0.7;
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
        // Falls by 1.9 dB per octave up to 1 kHz, by 3.2 dB beyond, and off at both ends.
        const double octaves = std::log2(third_octaves_hz[band] / 1000.0);
        const double ends_db = (third_octaves_hz[band] < 50 ? 8.0 : 0.0) + (third_octaves_hz[band] > 14000 ? 6.0 : 0.0);
        track.third_octave.mid_mean_db[band] = -30.0 - (octaves > 0 ? 3.2 : 1.9) * octaves - ends_db;
        track.third_octave.side_mean_db[band] = track.third_octave.mid_mean_db[band] - 20.0;
    }
    track.dynamics.level_db = flat_curve<4>(-25.0);
    track.dynamics.spread_db = flat_curve<4>(4.0);
    return track;
}

bool decides(const Prediction& prediction, const std::string& parameter) {
    return std::any_of(prediction.decisions.begin(), prediction.decisions.end(),
                       [&](const Decision& decision) { return decision.parameter == parameter; });
}

}  // namespace

TEST_CASE("rules: what is usual is left alone", "[mastering][rules]") {
    const auto prediction = predict_by_rules(usual_track(), {});
    CHECK(all_neutral(delivery_stages, prediction.settings));
    for (const auto& decision : prediction.decisions) {
        INFO(decision.parameter << " = " << decision.value << ": " << decision.reason);
        CHECK(decision.parameter.starts_with("tone."));
        CHECK(std::abs(decision.value) < 1.0);
    }
}

TEST_CASE("rules: no amount, no change", "[mastering][rules]") {
    auto track = usual_track();
    track.plr_db = 22.0;
    track.third_octave.mid_mean_db = flat_curve<third_octaves_hz.size()>(-30.0);
    CHECK_FALSE(predict_by_rules(track, {}).decisions.empty());
    const auto prediction = predict_by_rules(track, {.intensity_percent = 0.0});
    CHECK(prediction.decisions.empty());
    CHECK(all_neutral(chain_stages, prediction.settings));
}

TEST_CASE("rules: a muddy track loses low mids, within the cap and by amount", "[mastering][rules]") {
    auto track = usual_track();
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band)
        if (third_octaves_hz[band] >= 200 && third_octaves_hz[band] <= 500)
            track.third_octave.mid_mean_db[band] += 12.0;
    const double all_db = predict_by_rules(track, {}).settings.tone.mid_320_hz_db;
    CHECK(all_db <= -1.5);
    CHECK(all_db >= -3.0);
    CHECK(predict_by_rules(track, {.intensity_percent = 25.0}).settings.tone.mid_320_hz_db ==
          Approx(all_db / 2).margin(0.01));
}

TEST_CASE("rules: nothing is boosted where a codec has left nothing, or at the ends", "[mastering][rules]") {
    auto track = usual_track();
    track.codec_cutoff_hz = 11000.0;
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band)
        if (third_octaves_hz[band] > 8000 || third_octaves_hz[band] < 50) track.third_octave.mid_mean_db[band] = -110.0;
    const auto settings = predict_by_rules(track, {}).settings;
    CHECK(settings.tone.mid_10240_hz_db <= 0.0);
    CHECK(settings.tone.mid_20480_hz_db <= 0.0);
    CHECK(settings.tone.mid_40_hz_db <= 0.0);
    CHECK(settings.tone.mid_20_hz_db == 0.0);
}

TEST_CASE("rules: dynamics are for tracks that have too much of them", "[mastering][rules]") {
    auto track = usual_track();
    track.plr_db = 18.0;
    track.dynamics.spread_db = flat_curve<4>(10.0);
    auto prediction = predict_by_rules(track, {});
    CHECK(decides(prediction, "glue.ratio"));
    CHECK(prediction.settings.glue.ratio > 1.0);
    CHECK(prediction.settings.glue.ratio <= 1.5);
    CHECK(prediction.settings.multiband.low_ratio > 1.0);
    CHECK(prediction.settings.multiband.low_level_db == Approx(-25.0));
    // The same spread in a finished master is on purpose.
    track.integrated_lufs = -9.0;
    track.true_peak_dbtp = -0.3;
    track.plr_db = 8.7;
    prediction = predict_by_rules(track, {});
    CHECK(prediction.settings.glue.ratio == 1.0);
    CHECK(prediction.settings.multiband.low_ratio == 1.0);
}

// Down to 3 dB below the mid, and by 9 dB at most.
TEST_CASE("rules: bass that mono would turn down is narrowed, what is usual and mono are left alone",
          "[mastering][rules]") {
    auto track = usual_track();
    for (const auto& [side_mid_db, low_db] :
         {std::pair{-4.0, 0.0}, {-3.0, 0.0}, {0.0, -3.0}, {4.0, -7.0}, {9.0, -9.0}}) {
        INFO("side " << side_mid_db << " dB over the mid");
        for (std::size_t band = 0; band < third_octaves_hz.size(); ++band)
            track.third_octave.side_mean_db[band] = track.third_octave.mid_mean_db[band] + side_mid_db;
        CHECK(predict_by_rules(track, {}).settings.width.low_db == Approx(low_db).margin(0.011));
    }
    track.channels = 1.0;
    CHECK(predict_by_rules(track, {}).settings.width.low_db == 0.0);
}

TEST_CASE("rules: every decision names a parameter, a reason and the value that is set", "[mastering][rules]") {
    auto track = usual_track();
    track.dc_left = 0.02;
    track.plr_db = 20.0;
    track.harshness_p95_db = -4.0;
    track.dynamics.spread_db = flat_curve<4>(12.0);
    track.third_octave.mid_mean_db = flat_curve<third_octaves_hz.size()>(-30.0);
    track.third_octave.side_mean_db = flat_curve<third_octaves_hz.size()>(-30.0);
    const auto prediction = predict_by_rules(track, {});
    std::size_t departures = 0;
    for_each_parameter([&](const auto& stage, const auto& param) {
        const double value = (prediction.settings.*stage.settings).*param.member;
        if (value == param.default_value()) return;
        ++departures;
        const auto name = std::string(stage.name) + "." + std::string(param.name);
        INFO(name);
        CHECK(param.accepts(value));
        CHECK(decides(prediction, name));
    });
    CHECK(prediction.decisions.size() == departures);
    for (const auto& decision : prediction.decisions) {
        CHECK_FALSE(decision.reason.empty());
        CHECK(decision.confidence > 0.0);
        CHECK(decision.confidence <= 1.0);
    }
}

}  // namespace burnish::test
