#include "mastering/over_watch.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>

#include "core/decibels.h"
#include "tests/support/signals.h"

namespace burnish::test {

// At a quarter of the rate and 45 degrees every sample lies 3.01 dB below the wave's peaks.
TEST_CASE("the referee finds the peak between the samples", "[mastering][over_watch]") {
    const PeakReferee referee;
    const auto audio = sine(12000.0, 1.0, 0.01, 48000.0, 1, std::numbers::pi / 4);
    CHECK(referee.gap_peak(audio.channel(0).subspan(1, 128)) == Approx(1.0).margin(0.001));
    const auto tone = sine(18000.0, 0.5, 0.1, 44100.0, 1);
    double largest = 0.0;
    for (std::size_t first = 0; first + 128 < 4000; ++first)
        largest = std::max(largest, referee.gap_peak(tone.channel(0).subspan(first, 128)));
    CHECK(gain_to_db(largest) == Approx(gain_to_db(0.5)).margin(0.02));
}

TEST_CASE("peaks over the ceiling are found, wherever the blocks are cut", "[mastering][over_watch]") {
    // A detector that saw samples only would have called this -3 dB; the ceiling is -1 dB.
    AudioBuffer audio(2, 4000);
    const auto burst = sine(12000.0, 1.0, 0.02, 48000.0, 2, std::numbers::pi / 4);
    for (int n = 0; n < 960; ++n)  // Hann: one highest place
        audio.channel(0)[1500 + n] =
            burst.channel(0)[n] * static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * n / 960));
    const LimiterSettings settings{.ceiling_dbtp = -1.0};
    std::vector<float> peaks(4000, 0.0F);
    for (int n = 0; n < 4000; ++n) peaks[n] = 1.3F * std::abs(audio.channel(0)[n]);
    const std::vector<float> gains(4000, 1.0F);

    std::vector<OverWatch::Correction> first_found;
    for (const int block : {64, 100, 777, 4000}) {
        OverWatch watch(settings, 2, 4000);
        for (int first = 0; first < 4000; first += block) {
            const int count = std::min(block, 4000 - first);
            watch.watch(std::as_const(audio).view().part(first, count), std::span(peaks).subspan(first, count),
                        std::span(gains).subspan(first, count));
        }
        const auto found = watch.finish();
        INFO("blocks of " << block);
        REQUIRE_FALSE(found.empty());
        float highest = 0.0F;
        for (const auto& correction : found) {
            CHECK(correction.frame > 1500);
            CHECK(correction.frame < 2460);
            highest = std::max(highest, correction.peak);
        }
        CHECK(highest == Approx(1.0).margin(0.005));
        if (first_found.empty()) first_found = found;
        REQUIRE(found.size() == first_found.size());
        for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i].frame == first_found[i].frame);
    }
}

TEST_CASE("an over on the very last frames is found", "[mastering][over_watch]") {
    AudioBuffer audio(1, 500);
    for (int n = 490; n < 500; ++n) audio.channel(0)[n] = 0.95F;
    const std::vector<float> peaks(500, 1.0F);
    const std::vector<float> gains(500, 1.0F);
    OverWatch watch({.ceiling_dbtp = -1.0}, 1, 500);
    watch.watch(audio.view(), peaks, gains);
    const auto found = watch.finish();
    REQUIRE_FALSE(found.empty());
    CHECK(found.back().frame == 499);
}

}  // namespace burnish::test
