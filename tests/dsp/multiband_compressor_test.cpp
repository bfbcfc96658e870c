#include "dsp/multiband_compressor.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/decibels.h"
#include "tests/dsp/compressed_tones.h"
#include "tests/support/block_runner.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

/// Where the multiband compressor keeps the numbers of each band, from the lowest up; splits that make the band wide,
/// and a tone in its middle, far enough from them that what the neighbours let through does not count.
struct Band {
    using Settings = MultibandCompressorSettings;
    double Settings::*level_db;
    double Settings::*threshold_db;
    double Settings::*ratio;
    double Settings::*attack_ms;
    double Settings::*release_ms;
    Settings wide;
    double tone_hz;
};
constexpr std::array bands{Band{&Band::Settings::low_level_db,
                                &Band::Settings::low_threshold_db,
                                &Band::Settings::low_ratio,
                                &Band::Settings::low_attack_ms,
                                &Band::Settings::low_release_ms,
                                {.low_split_hz = 400, .mid_split_hz = 3000, .high_split_hz = 12000},
                                100},
                           Band{&Band::Settings::low_mid_level_db,
                                &Band::Settings::low_mid_threshold_db,
                                &Band::Settings::low_mid_ratio,
                                &Band::Settings::low_mid_attack_ms,
                                &Band::Settings::low_mid_release_ms,
                                {.low_split_hz = 40, .mid_split_hz = 3000, .high_split_hz = 12000},
                                700},
                           Band{&Band::Settings::high_mid_level_db,
                                &Band::Settings::high_mid_threshold_db,
                                &Band::Settings::high_mid_ratio,
                                &Band::Settings::high_mid_attack_ms,
                                &Band::Settings::high_mid_release_ms,
                                {.low_split_hz = 40, .mid_split_hz = 700, .high_split_hz = 12000},
                                2900},
                           Band{&Band::Settings::high_level_db,
                                &Band::Settings::high_threshold_db,
                                &Band::Settings::high_ratio,
                                &Band::Settings::high_attack_ms,
                                &Band::Settings::high_release_ms,
                                {.low_split_hz = 40, .mid_split_hz = 400, .high_split_hz = 3000},
                                20000}};

double shortest_attack_ms(int band) {
    return std::ranges::find(multiband_compressor_params, bands[band].attack_ms, &Param<Band::Settings>::member)->min;
}

}  // namespace

TEST_CASE("multiband compressor at a ratio of 1 lets everything through as it is", "[dsp][compressor][multiband]") {
    for (const double rate_hz : {44100.0, 96000.0}) {
        const auto in = toy_music(2.0, rate_hz);  // most of it above the threshold
        MultibandCompressorSettings settings;
        for (const auto& band : bands) {
            settings.*band.level_db = -30;
            settings.*band.threshold_db = 0;
            settings.*band.ratio = 1;
        }
        CHECK(null_depth_db(in, render<MultibandCompressor>(in, settings, rate_hz)) <= -140.0);
    }
}

// A tone in the middle of a wide band: the band holds it all, and the other bands hold next to nothing of it.
TEST_CASE("multiband compressor: every band keeps to its own curve", "[dsp][compressor][multiband]") {
    for (const double rate_hz : {44100.0, 48000.0, 96000.0})
        for (int b = 0; b < 4; ++b)
            for (const double over_db : {-12.0, 0.0, 9.0}) {
                auto settings = bands[b].wide;
                settings.knee_db = 4;
                settings.*bands[b].level_db = -26;
                settings.*bands[b].threshold_db = 4;
                settings.*bands[b].ratio = 3;
                // Threshold -22 dBFS rms, which is a sine of -18.99 dBFS.
                const auto in = sine(bands[b].tone_hz, db_to_gain(-18.99 + over_db), 1.5, rate_hz);
                const auto out = render<MultibandCompressor>(in, settings, rate_hz);
                const double slope = 1.0 / 3.0 - 1.0;
                const double expected_db = over_db < -2 ? 0.0 : over_db > 2 ? slope * over_db : slope * 4.0 / 8.0;
                const auto first = static_cast<int>(rate_hz);
                const int count = static_cast<int>(0.4 * rate_hz);
                INFO("band " << b << " at " << rate_hz << " Hz, " << over_db << " dB over");
                CHECK(gain_to_db(rms(out, first, count) / rms(in, first, count)) == Approx(expected_db).margin(0.1));
            }
}

// 100 Hz in a low band up to 400 Hz, and in a low mid band from 40 Hz: the bands that can hold it, at the shortest
// attacks that they take. -12 dBFS peak is -15.01 dBFS rms, 8 dB over the threshold at ratio 4.
TEST_CASE("multiband compressor leaves a bass tone clean", "[dsp][compressor][multiband]") {
    for (const double rate_hz : {44100.0, 96000.0})
        for (const int b : {0, 1}) {
            INFO("band " << b << " at " << rate_hz << " Hz");
            const auto in = sine(100.0, db_to_gain(-12), 2.0, rate_hz);
            auto settings = bands[b].wide;
            settings.knee_db = 0;
            settings.*bands[b].level_db = -23.01;
            settings.*bands[b].threshold_db = 0;
            settings.*bands[b].ratio = 4;
            settings.*bands[b].attack_ms = shortest_attack_ms(b);
            settings.*bands[b].release_ms = 100;
            const auto out = render<MultibandCompressor>(in, settings, rate_hz);
            const auto second = static_cast<int>(rate_hz);
            CHECK(gain_to_db(rms(out, second, second) / rms(in, second, second)) < -5.9);
            CHECK(distortion(out, 100.0, rate_hz, second, second) < 0.005);
        }
}

TEST_CASE("multiband make-up lifts one band and leaves the others", "[dsp][compressor][multiband]") {
    for (const auto& [frequency_hz, expected_db] :
         {std::pair{30.0, 0.0}, std::pair{350.0, 0.0}, std::pair{2450.0, 4.0}, std::pair{16000.0, 0.0}}) {
        const auto in = sine(frequency_hz, 0.3, 1.0, 44100.0);
        const auto out = render<MultibandCompressor>(in, {.high_mid_makeup_db = 4.0}, 44100.0);
        INFO(frequency_hz << " Hz");
        CHECK(gain_to_db(rms(out, 22050, 22050) / rms(in, 22050, 22050)) == Approx(expected_db).margin(0.25));
    }
}

// The low band of a split at 400 Hz at ratio 3, hard knee, 9 dB over: 6 dB of reduction.
TEST_CASE("multiband compressor: the low band settles on its static curve", "[dsp][compressor][multiband]") {
    // At the shortest attack, which is the default, the ripple of the detector still counts below 80 Hz.
    REQUIRE(MultibandCompressorSettings{}.low_attack_ms == shortest_attack_ms(0));
    for (const auto& [frequency_hz, margin_db] :
         {std::pair{40.0, 0.4}, std::pair{50.0, 0.25}, std::pair{80.0, 0.1}, std::pair{100.0, 0.1}}) {
        const auto in = sine(frequency_hz, db_to_gain(-18.99 + 9), 1.5, 48000.0);
        const auto out = render<MultibandCompressor>(in,
                                                     {.low_split_hz = 400,
                                                      .mid_split_hz = 3000,
                                                      .high_split_hz = 12000,
                                                      .knee_db = 0,
                                                      .low_level_db = -22,
                                                      .low_threshold_db = 0,
                                                      .low_ratio = 3},
                                                     48000.0);
        INFO(frequency_hz << " Hz");
        CHECK(gain_to_db(rms(out, 48000, 19200) / rms(in, 48000, 19200)) == Approx(-6.0).margin(margin_db));
    }
}

// The ripple of the detector turns low tones of a band down too far. Ratio 3, hard knee, 9 dB over, low in a band that
// is as wide as can be. A crossover of fourth order leaves the band below a share of 1 / (1 + (f / split)^4) of the
// tone, in step with the rest, which alone is compressed.
TEST_CASE("multiband compressor: the mid bands settle on their static curves, low tones at short attacks too deep",
          "[dsp][compressor][multiband]") {
    struct Tone {
        int band;
        double split_hz;
        double frequency_hz;
        double margin_db;
    };
    for (const auto& [b, split_hz, frequency_hz, margin_db] :
         {Tone{1, 40, 80, 0.7}, Tone{1, 40, 100, 0.55}, Tone{1, 40, 200, 0.2}, Tone{1, 40, 300, 0.1},
          Tone{2, 400, 500, 0.16}, Tone{2, 400, 900, 0.1}}) {
        Band::Settings settings{.low_split_hz = 40, .mid_split_hz = b == 1 ? 3000.0 : 400.0, .high_split_hz = 12000};
        settings.knee_db = 0;
        settings.*bands[b].level_db = -22;
        settings.*bands[b].threshold_db = 0;
        settings.*bands[b].ratio = 3;
        settings.*bands[b].attack_ms = shortest_attack_ms(b);
        const auto in = sine(frequency_hz, db_to_gain(-18.99 + 9), 1.5, 48000.0);
        const auto out = render<MultibandCompressor>(in, settings, 48000.0);
        const double below = 1.0 / (1.0 + std::pow(frequency_hz / split_hz, 4));
        const double over_db = 9.0 + gain_to_db(1.0 - below);
        const double expected_db = gain_to_db(below + (1.0 - below) * db_to_gain(-over_db * 2 / 3));
        INFO("band " << b << ", " << frequency_hz << " Hz");
        CHECK(gain_to_db(rms(out, 48000, 19200) / rms(in, 48000, 19200)) == Approx(expected_db).margin(margin_db));
    }
}

namespace {

struct Times {
    double attack_ms;
    double release_ms;
};

/// How long a band takes to cover 63 % of its reduction, and of letting go of it, on a step to `over_db` over the
/// threshold and back, at ratio 2. The gain is what a render at that ratio has over one whose bands are split off too
/// but not compressed.
Times measured_times(int b, const Times& set, double over_db, double rate_hz) {
    constexpr double quiet_s = 0.2, loud_s = 1.0;
    const auto in = stepped_tone(bands[b].tone_hz, rate_hz, {{quiet_s, -40}, {loud_s, -18.99 + over_db}, {0.8, -40}});
    const auto at_ratio = [&](double ratio) {
        auto settings = bands[b].wide;
        settings.knee_db = 0;
        settings.*bands[b].level_db = -26;
        settings.*bands[b].threshold_db = 4;
        settings.*bands[b].ratio = ratio;
        settings.*bands[b].attack_ms = set.attack_ms;
        settings.*bands[b].release_ms = set.release_ms;
        return render<MultibandCompressor>(in, settings, rate_hz);
    };
    const auto plain = at_ratio(1.0 + 1e-9), compressed = at_ratio(2.0);
    // Power is averaged over whole half waves, and over a few of the short ones.
    constexpr std::array half_waves{1, 1, 3, 10};
    const int window = static_cast<int>(std::lround(half_waves[b] * rate_hz / (2 * bands[b].tone_hz)));
    // Until the gain has passed its goal, upwards or downwards.
    const auto time_ms = [&](double from_s, double blind_s, double goal_db, bool up) {
        const int from = static_cast<int>(from_s * rate_hz);
        int n = from + static_cast<int>(blind_s * rate_hz);
        for (; n < in.frames() - window; ++n) {
            const int first = n - window / 2;
            const double gain_db = gain_to_db(rms(compressed, first, window) / rms(plain, first, window));
            if (up ? gain_db >= goal_db : gain_db <= goal_db) break;
        }
        return (n - from) * 1000.0 / rate_hz;
    };
    const double reduction_db = over_db / 2;
    const double left_db = -reduction_db / std::numbers::e;
    // Right after the step down, what rings in the crossover is all there is to hear.
    return {time_ms(quiet_s, 0.0, -reduction_db - left_db, false), time_ms(quiet_s + loud_s, 0.025, left_db, true)};
}

/// Of each band; the first attack is the shortest that it takes, the last release 1.5 times the attack.
constexpr std::array<std::array<Times, 6>, 4> settable_times{
    {{{{30, 60}, {40, 100}, {80, 200}, {150, 600}, {75, 150}, {100, 150}}},
     {{{9, 60}, {15, 100}, {40, 200}, {150, 600}, {75, 150}, {100, 150}}},
     {{{3, 60}, {8, 100}, {30, 200}, {150, 600}, {75, 150}, {100, 150}}},
     {{{1.5, 60}, {3, 100}, {30, 200}, {150, 600}, {75, 150}, {100, 150}}}}};

}  // namespace

TEST_CASE("multiband compressor: every band's times cover 63 % within 5 %", "[dsp][compressor][multiband]") {
    for (const double rate_hz : {44100.0, 48000.0, 96000.0})
        for (int b = 0; b < 4; ++b) {
            REQUIRE(shortest_attack_ms(b) == settable_times[b][0].attack_ms);
            for (const Times& set : settable_times[b]) {
                INFO("band " << b << " at " << rate_hz << " Hz, " << set.attack_ms << " / " << set.release_ms << " ms");
                const Times found = measured_times(b, set, 14.0, rate_hz);
                CHECK(found.attack_ms == Approx(set.attack_ms).epsilon(0.05));
                CHECK(found.release_ms == Approx(set.release_ms).epsilon(0.05));
            }
        }
}

// The detector smooths power, so that a small step takes longer to cross the threshold and a great one less. The lowest
// rate is the hardest: at 1.5 ms, two frames are 3 % already.
TEST_CASE("multiband compressor: small steps set in up to 20 % later, great ones up to 11 % sooner",
          "[dsp][compressor][multiband]") {
    constexpr double rate_hz = 44100.0;
    for (int b = 0; b < 4; ++b)
        for (const Times& set : settable_times[b]) {
            INFO("band " << b << ", " << set.attack_ms << " / " << set.release_ms << " ms");
            const double small_ms = measured_times(b, set, 6.0, rate_hz).attack_ms;
            CHECK(small_ms >= 0.95 * set.attack_ms);
            CHECK(small_ms <= 1.2 * set.attack_ms);
            const double great_ms = measured_times(b, set, 23.0, rate_hz).attack_ms;
            CHECK(great_ms >= (set.attack_ms < 3.0 ? 0.87 : 0.89) * set.attack_ms);
            CHECK(great_ms <= 1.05 * set.attack_ms);
        }
}

}  // namespace burnish::test
