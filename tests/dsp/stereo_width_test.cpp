#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>

#include "core/decibels.h"
#include "dsp/stereo_width.h"
#include "tests/support/block_runner.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr double rates_hz[] = {44100.0, 48000.0, 96000.0};

/// Left and right of a mid and a side.
AudioBuffer decode(const AudioBuffer& mid, const AudioBuffer& side) {
    AudioBuffer audio(2, mid.frames());
    for (int n = 0; n < mid.frames(); ++n) {
        audio.channel(0)[n] = mid.channel(0)[n] + side.channel(0)[n];
        audio.channel(1)[n] = mid.channel(0)[n] - side.channel(0)[n];
    }
    return audio;
}

AudioBuffer encode(const AudioBuffer& audio) {
    AudioBuffer result(2, audio.frames());
    for (int n = 0; n < audio.frames(); ++n) {
        result.channel(0)[n] = 0.5F * (audio.channel(0)[n] + audio.channel(1)[n]);
        result.channel(1)[n] = 0.5F * (audio.channel(0)[n] - audio.channel(1)[n]);
    }
    return result;
}

/// Level of one channel over the last half, in dB.
double late_level_db(const AudioBuffer& audio, int channel) {
    const int half = audio.frames() / 2;
    AudioBuffer one(1, half);
    for (int n = 0; n < half; ++n) one.channel(0)[n] = audio.channel(channel)[half + n];
    return gain_to_db(rms(one));
}

}  // namespace

TEST_CASE("the widest gain keeps the side 3 dB below the mid, and never narrows", "[dsp][stereo_width]") {
    CHECK(widest_gain(1.0, 1.0) == 1.0);
    CHECK(widest_gain(1.0, 0.5) == Approx(1.0));
    CHECK(widest_gain(1.0, 0.125) == Approx(2.0));
    CHECK(widest_gain(0.0, 1.0) == 1.0);
    CHECK(widest_gain(0.0, 0.0) == 1.0);
}

TEST_CASE("mono stays mono to the bit at any width", "[dsp][stereo_width]") {
    for (const double rate_hz : rates_hz) {
        const auto in = toy_music(0.5, rate_hz, 1);
        AudioBuffer twice(2, in.frames());
        for (int c = 0; c < 2; ++c) copy(in.view(), AudioView({twice.channel(c).data()}, 1, in.frames()));
        for (const double width_db : {-40.0, -3.0, 9.0}) {
            const StereoWidthSettings s{.low_db = std::min(width_db, 0.0), .mid_db = width_db, .high_db = width_db};
            const auto wide = render<StereoWidth>(twice, s, rate_hz);
            CHECK(std::memcmp(wide.channel(0).data(), wide.channel(1).data(), wide.channel(0).size_bytes()) == 0);
            CHECK(rms(wide) == Approx(rms(twice)).epsilon(0.01));
            const auto single = render<StereoWidth>(in, s, rate_hz);
            CHECK(std::memcmp(single.channel(0).data(), in.channel(0).data(), in.channel(0).size_bytes()) == 0);
        }
    }
}

TEST_CASE("each band's side gets its gain, the mid none", "[dsp][stereo_width]") {
    const StereoWidthSettings s{.low_db = -12.0, .mid_db = 3.0, .high_db = -6.0};
    for (const double rate_hz : rates_hz)
        for (const auto& [frequency_hz, expected_db] : {std::pair{40.0, -12.0}, {900.0, 3.0}, {15000.0, -6.0}}) {
            INFO(frequency_hz << " Hz at " << rate_hz << " Hz");
            const auto in = decode(sine(frequency_hz, 0.4, 2.0, rate_hz, 1), sine(frequency_hz, 0.04, 2.0, rate_hz, 1));
            const auto out = encode(render<StereoWidth>(in, s, rate_hz));
            const double full = std::sqrt(0.5);
            CHECK(late_level_db(out, 0) == Approx(gain_to_db(0.4 * full)).margin(0.01));
            CHECK(late_level_db(out, 1) == Approx(gain_to_db(0.04 * full) + expected_db).margin(0.1));
        }
}

TEST_CASE("a narrowed low band has no side left two octaves below the split", "[dsp][stereo_width]") {
    const StereoWidthSettings s{.low_split_hz = 200.0, .low_db = -40.0};
    const auto silent = AudioBuffer(1, 96000);
    const auto in = decode(silent, sine(50.0, 0.5, 2.0, 48000.0, 1));
    CHECK(late_level_db(render<StereoWidth>(in, s, 48000.0), 0) < late_level_db(in, 0) - 35.0);
}

// A sound on the left alone has a side equal to its mid. Where no gain is set it must stay there, whatever is done to
// the other bands: mid and side have gone through the same phase.
TEST_CASE("mid and side stay in phase", "[dsp][stereo_width]") {
    for (const double frequency_hz : {100.0, 200.0, 800.0}) {
        INFO(frequency_hz << " Hz");
        AudioBuffer in(2, 96000);
        const auto tone = sine(frequency_hz, 0.5, 2.0, 48000.0, 1);
        copy(tone.view(), AudioView({in.channel(0).data()}, 1, in.frames()));
        const auto out = render<StereoWidth>(in, {.high_db = -40.0}, 48000.0);
        CHECK(late_level_db(out, 0) == Approx(late_level_db(in, 0)).margin(0.02));
        CHECK(late_level_db(out, 1) < late_level_db(in, 0) - 50.0);
    }
}

TEST_CASE("widening stops 3 dB below the mid", "[dsp][stereo_width]") {
    const double rate_hz = 48000.0;
    const auto mid = white_noise(0.3, 6.0, rate_hz, 1, 1);
    const StereoWidthSettings s{.mid_db = 9.0, .high_db = 9.0};
    const auto side_over_mid_db = [&](double before_db) {
        const auto side = white_noise(0.3 * db_to_gain(before_db), 6.0, rate_hz, 1, 2);
        const auto out = encode(render<StereoWidth>(decode(mid, side), s, rate_hz));
        return late_level_db(out, 1) - late_level_db(out, 0);
    };
    CHECK(side_over_mid_db(0.0) == Approx(0.0).margin(0.1));
    CHECK(side_over_mid_db(-6.0) == Approx(-3.0).margin(0.15));
    CHECK(side_over_mid_db(-20.0) == Approx(-11.0).margin(0.15));
}

TEST_CASE("width does not change the level of the mono sum", "[dsp][stereo_width]") {
    for (const double rate_hz : rates_hz) {
        const auto in = toy_music(3.0, rate_hz);
        for (const double width_db : {-40.0, 9.0}) {
            const auto out =
                encode(render<StereoWidth>(in, {.low_db = -40.0, .mid_db = width_db, .high_db = width_db}, rate_hz));
            CHECK(late_level_db(out, 0) == Approx(late_level_db(encode(in), 0)).margin(0.1));
        }
    }
}

}  // namespace burnish::test
