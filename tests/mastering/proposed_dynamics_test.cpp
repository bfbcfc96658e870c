#include <catch2/catch.hpp>
#include <string>

#include "mastering/learned_predictor.h"
#include "tests/mastering/wished_model.h"

namespace burnish::test {

TEST_CASE("peaks that stand out more than expected bring a louder master and the bus compressor",
          "[mastering][predictor]") {
    const auto track = toy_track();
    const auto content = predict_by_model(model_wishing({}, track), track, {});
    const auto compressed = predict_by_model(model_wishing({.plr_db = -4.0}, track), track, {});
    CHECK(compressed.loudness->value > content.loudness->value + 1.5);
    CHECK(compressed.settings.glue.ratio > 1.1);
    // Intensity takes another quantile of what may be too much here, too.
    const auto loudness_at = [&](double percent) {
        const Target target{.intensity_percent = percent};
        return predict_by_model(model_wishing({.plr_db = -4.0, .spread_db = 2.0}, track), track, target)
            .loudness->value;
    };
    CHECK(loudness_at(25.0) < loudness_at(50.0) - 0.3);
    CHECK(loudness_at(100.0) > loudness_at(50.0) + 0.3);
}

TEST_CASE("what would be quieter than streams is brought nearer to them, by 2 dB of limiting at most",
          "[mastering][predictor]") {
    auto track = toy_track();
    for (const auto& [plr_db, lufs] :
         {std::pair{13.0, -14.0}, {15.5, -16.0}, {17.4, -16.4}, {20.0, -19.0}, {25.0, -20.0}}) {
        INFO("peaks " << plr_db << " dB over the loudness");
        track.plr_db = plr_db;
        const auto loudness = predict_by_model(model_wishing({}, track), track, {.ceiling_dbtp = -1.0}).loudness;
        REQUIRE(loudness);
        CHECK(loudness->value == Approx(lufs).margin(1e-9));
        const auto says = [&](const char* words) { return loudness->reason.find(words) != std::string::npos; };
        CHECK(says("streams") == (plr_db > 15.0));
        CHECK(says("and no more") == (plr_db > 17.0));
    }
}

// 4 dB denser than expected, where masters lie within 2 dB of it: the loudest of them are 2 dB louder than expected.
TEST_CASE("what is denser than masters are is made no louder than they are, or stays if it is",
          "[mastering][predictor]") {
    struct Row {
        double plr_db, source_lufs, lufs;
        const char* words;
    };
    auto track = toy_track();
    for (const auto& row :
         {Row{6.0, -30.0, -9.0, "no louder than the loudest of them usually are"},
          Row{6.0, -9.4, -9.0, "no louder than the loudest of them usually are"},
          Row{6.0, -8.0, -8.0, "it stays as loud as it is"}, Row{6.0, -6.0, -7.0, "peaks stand 6.0 dB over"},
          Row{14.0, -25.0, -16.0, "no louder than streams play"},
          Row{14.0, -15.5, -15.5, "it stays as loud as it is"}}) {
        INFO("source " << row.source_lufs << " LUFS, peaks " << row.plr_db << " dB over it");
        track.plr_db = row.plr_db;
        track.integrated_lufs = row.source_lufs;
        const auto model = model_wishing({.plr_db = 4.0, .spread_db = 2.0}, track);
        const auto loudness = predict_by_model(model, track, {.ceiling_dbtp = -1.0}).loudness;
        REQUIRE(loudness);
        CHECK(loudness->value == Approx(row.lufs).margin(1e-9));
        CHECK_THAT(loudness->reason, Catch::Contains(row.words));
        CHECK_THAT(loudness->reason, !Catch::Contains("taken away"));
        track.plr_db = row.plr_db + 2.5;  // within what is usual
        const auto usual = predict_by_model(model, track, {.ceiling_dbtp = -1.0}).loudness;
        CHECK_THAT(usual->reason, !Catch::Contains("no louder") && !Catch::Contains("stays as loud"));
    }
}

}  // namespace burnish::test
