#include <catch2/catch.hpp>

#include <cmath>

#include "analysis/analyzer.h"
#include "core/decibels.h"
#include "tests/support/signals.h"

namespace burnish {
namespace {

constexpr double rate_hz = 44100.0;
constexpr std::size_t regions = image_regions_hz.size();

ImageCurves image_of(const AudioBuffer& audio) { return analyze(audio.view(), rate_hz).image; }

/// The side gets a gain.
AudioBuffer widened(const AudioBuffer& audio, double side_db) {
    AudioBuffer wide = audio;
    const auto gain = static_cast<float>(db_to_gain(side_db));
    for (int n = 0; n < audio.frames(); ++n) {
        const float mid = 0.5F * (audio.channel(0)[n] + audio.channel(1)[n]);
        const float side = 0.5F * (audio.channel(0)[n] - audio.channel(1)[n]) * gain;
        wide.channel(0)[n] = mid + side;
        wide.channel(1)[n] = mid - side;
    }
    return wide;
}

}  // namespace

// Left and right of white noise are unrelated: mid and side are too, and equally strong. The ratio of two unrelated
// exponential powers is below x with probability x / (1 + x): its median is 1, its 95th percentile 19 (12.8 dB).
TEST_CASE("the image of unrelated noise is that of two exponential powers", "[analysis][image]") {
    const auto image = image_of(test::white_noise(0.1, 30.0, rate_hz));
    for (std::size_t r = 1; r < regions; ++r) {
        INFO(image_regions_hz[r] << " Hz");
        CHECK(image.side_mid_db[r] == Approx(0.0).margin(0.3));
        CHECK(image.counted_p50_db[r] + image.side_mid_db[r] == Approx(0.0).margin(0.3));
        CHECK(image.counted_p95_db[r] + image.side_mid_db[r] == Approx(10.0 * std::log10(19.0)).margin(0.5));
    }
}

// A source panned by level has the same ratio in every bin, and mid and side in phase: hard left is 0 dB.
TEST_CASE("a source on one side is panned in every bin", "[analysis][image]") {
    auto audio = test::white_noise(0.1, 10.0, rate_hz);
    for (int n = 0; n < audio.frames(); ++n) audio.channel(1)[n] = 0.0F;
    const auto image = image_of(audio);
    for (std::size_t r = 0; r < regions; ++r) {
        INFO(image_regions_hz[r] << " Hz");
        CHECK(image.side_mid_db[r] == Approx(0.0).margin(1e-3));
        CHECK(image.panned_share_db[r] == Approx(0.0).margin(1e-3));
        CHECK(std::abs(image.weighted_p05_db[r]) < 0.51);
        CHECK(std::abs(image.weighted_p99_db[r]) < 0.51);
    }
}

// What the width model stands on: a gain of the side moves the level, and nothing else.
TEST_CASE("width moves the image's level and leaves the rest alone", "[analysis][image]") {
    const auto audio = test::toy_music(20.0, rate_hz);
    const auto before = image_of(audio);
    const auto after = image_of(widened(audio, -6.0));
    int with_side = 0;
    for (std::size_t r = 0; r < regions; ++r) {
        if (before.side_mid_db[r] == silence_db) continue;  // as good as mono
        INFO(image_regions_hz[r] << " Hz");
        CHECK(after.side_mid_db[r] == Approx(before.side_mid_db[r] - 6.0).margin(0.01));
        ++with_side;
    }
    CHECK(with_side >= 4);
    for (const auto& row : image_curves.curves) {
        if (row.name == "side_mid_db") continue;
        for (std::size_t r = 0; r < regions; ++r) {
            INFO(row.name << " at " << image_regions_hz[r] << " Hz");
            CHECK((after.*row.member)[r] == Approx((before.*row.member)[r]).margin(0.6));
        }
    }
}

TEST_CASE("mono has no image", "[analysis][image]") {
    auto audio = test::white_noise(0.1, 5.0, rate_hz);
    for (int n = 0; n < audio.frames(); ++n) audio.channel(1)[n] = audio.channel(0)[n];
    const auto image = image_of(audio);
    for (std::size_t r = 0; r < regions; ++r) {
        CHECK(image.side_mid_db[r] == silence_db);
        CHECK(image.counted_p95_db[r] == 0.0);
    }
}

}  // namespace burnish
