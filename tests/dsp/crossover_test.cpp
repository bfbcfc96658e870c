#include "dsp/crossover.h"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <complex>
#include <cstring>
#include <numbers>
#include <vector>

#include "core/decibels.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr int block_frames = 512;

/// Splits a signal block by block.
std::vector<AudioBuffer> split(const AudioBuffer& in, std::span<const double> splits_hz, double rate_hz) {
    const int bands = static_cast<int>(splits_hz.size()) + 1;
    Crossover crossover;
    crossover.prepare({rate_hz, in.channels(), block_frames}, bands);
    crossover.set(splits_hz);
    std::vector<AudioBuffer> out(bands, AudioBuffer(in.channels(), in.frames()));
    for (int first = 0; first < in.frames(); first += block_frames) {
        const int count = std::min(block_frames, in.frames() - first);
        crossover.process(in.view().part(first, count));
        for (int b = 0; b < bands; ++b) copy(crossover.band(b), out[b].view().part(first, count));
    }
    return out;
}

AudioBuffer sum(const std::vector<AudioBuffer>& bands) {
    AudioBuffer total(bands[0].channels(), bands[0].frames());
    for (const auto& band : bands)
        for (int c = 0; c < band.channels(); ++c)
            for (int n = 0; n < band.frames(); ++n) total.channel(c)[n] += band.channel(c)[n];
    return total;
}

double response_db(const AudioBuffer& impulse_response, double frequency_hz, double rate_hz) {
    const auto turn = std::polar(1.0, -2 * std::numbers::pi * frequency_hz / rate_hz);
    std::complex<double> response = 0.0, phase = 1.0;
    for (const float sample : impulse_response.channel(0)) {
        response += double{sample} * phase;
        phase *= turn;
    }
    return gain_to_db(std::abs(response));
}

}  // namespace

// Uncompensated trees of these splits ripple by 0.3 to 1.9 dB.
TEST_CASE("crossover bands add up to a flat response", "[dsp][crossover]") {
    const std::vector<std::vector<double>> cases{{120},       {120, 6000},        {120, 1000, 6000}, {150, 400, 2500},
                                                 {400, 2000}, {120, 6000, 30000}, {1, 2, 3}};
    for (const double rate_hz : {8000.0, 44100.0, 48000.0, 96000.0, 192000.0})
        for (const auto& splits_hz : cases) {
            const auto whole = sum(split(impulse(0, static_cast<int>(0.4 * rate_hz), 1), splits_hz, rate_hz));
            const double top_hz = 0.49 * rate_hz;
            for (double frequency_hz = 10; frequency_hz < 1.2 * top_hz; frequency_hz *= 1.2) {
                frequency_hz = frequency_hz < top_hz ? frequency_hz : top_hz;  // the last one is the top itself
                INFO(splits_hz.size() + 1 << " bands at " << rate_hz << " Hz, response at " << frequency_hz << " Hz");
                CHECK(std::abs(response_db(whole, frequency_hz, rate_hz)) < 0.01);
            }
            // An allpass keeps the energy of its impulse response.
            double energy = 0.0;
            for (const float sample : whole.channel(0)) energy += double{sample} * sample;
            CHECK(energy == Approx(1.0).margin(1e-6));
        }
}

// The bilinear transform of a fourth-order Linkwitz-Riley pair: 1 / (1 + w^4) and w^4 / (1 + w^4), where
// w = tan(pi f / fs) / tan(pi split / fs).
TEST_CASE("crossover bands have Linkwitz-Riley slopes", "[dsp][crossover]") {
    const double rate_hz = 48000.0;
    const auto low_pass = [&](double f, double split_hz) {
        const double w = std::tan(std::numbers::pi * f / rate_hz) / std::tan(std::numbers::pi * split_hz / rate_hz);
        return 1.0 / (1.0 + std::pow(w, 4));
    };
    const auto high_pass = [&](double f, double split_hz) { return 1.0 - low_pass(f, split_hz); };
    const auto ring = impulse(0, 24000, 1);
    const auto two = split(ring, std::array{1000.0}, rate_hz);
    const auto three = split(ring, std::array{200.0, 3000.0}, rate_hz);
    const auto four = split(ring, std::array{120.0, 1000.0, 6000.0}, rate_hz);
    for (const double f : {30.0, 120.0, 240.0, 500.0, 1000.0, 2000.0, 3000.0, 6000.0, 15000.0}) {
        INFO(f << " Hz");
        const std::array expected_two{low_pass(f, 1000), high_pass(f, 1000)};
        const std::array expected_three{low_pass(f, 200), high_pass(f, 200) * low_pass(f, 3000),
                                        high_pass(f, 200) * high_pass(f, 3000)};
        const std::array expected_four{low_pass(f, 1000) * low_pass(f, 120), low_pass(f, 1000) * high_pass(f, 120),
                                       high_pass(f, 1000) * low_pass(f, 6000), high_pass(f, 1000) * high_pass(f, 6000)};
        const auto check = [&](const AudioBuffer& band, double expected) {
            // Below -100 dB the float samples of the band limit what can be read.
            if (expected > 1e-5) CHECK(response_db(band, f, rate_hz) == Approx(gain_to_db(expected)).margin(0.01));
        };
        for (int b = 0; b < 2; ++b) check(two[b], expected_two[b]);
        for (int b = 0; b < 3; ++b) check(three[b], expected_three[b]);
        for (int b = 0; b < 4; ++b) check(four[b], expected_four[b]);
    }
}

TEST_CASE("crossover allpass has the phase of the sum of the bands", "[dsp][crossover]") {
    const auto in = toy_music(0.5, 44100.0);
    for (const auto& splits_hz : {std::vector{700.0}, std::vector{200.0, 3000.0}, std::vector{120.0, 1000.0, 6000.0}}) {
        auto allpassed = in;
        CrossoverAllpass allpass;
        allpass.prepare({44100.0, 2, in.frames()}, static_cast<int>(splits_hz.size()) + 1);
        allpass.set(splits_hz);
        allpass.process(allpassed.view());
        CHECK(null_depth_db(allpassed, sum(split(in, splits_hz, 44100.0))) < -130.0);
        CHECK(null_depth_db(in, allpassed) > -20.0);
    }
}

TEST_CASE("crossover treats every channel alike, alone or in company", "[dsp][crossover]") {
    const auto stereo = white_noise(0.5, 0.1, 44100.0, 2);
    for (const auto& splits_hz : {std::vector{700.0}, std::vector{200.0, 3000.0}, std::vector{120.0, 1000.0, 6000.0}}) {
        const auto together = split(stereo, splits_hz, 44100.0);
        for (const int c : {0, 1}) {
            AudioBuffer mono(1, stereo.frames());
            std::copy(stereo.channel(c).begin(), stereo.channel(c).end(), mono.channel(0).begin());
            const auto alone = split(mono, splits_hz, 44100.0);
            for (std::size_t b = 0; b < alone.size(); ++b)
                CHECK(std::memcmp(alone[b].channel(0).data(), together[b].channel(c).data(),
                                  alone[b].channel(0).size_bytes()) == 0);
        }
    }
}

// A click would show as a spike in the second difference, which is smooth for a moving allpass of a low tone.
TEST_CASE("a moving split does not click", "[dsp][crossover]") {
    const double rate_hz = 44100.0;
    const auto in = sine(300.0, 0.5, 0.5, rate_hz, 1);
    Crossover crossover;
    crossover.prepare({rate_hz, 1, 32}, 4);
    double steady = 0.0, moving = 0.0, y1 = 0.0, y2 = 0.0;
    for (int first = 0; first + 32 <= in.frames(); first += 32) {
        const double seconds = first / rate_hz;
        const double octaves = std::clamp((seconds - 0.25) / 0.1, 0.0, 1.0);
        crossover.set(std::array{120.0, 300.0 * std::exp2(octaves), 6000.0});
        crossover.process(in.view().part(first, 32));
        for (int n = 0; n < 32; ++n) {
            double y = 0.0;
            for (int b = 0; b < 4; ++b) y += crossover.band(b).channel(0)[n];
            const double second_difference = std::abs(y - 2 * y1 + y2);
            if (seconds > 0.1)
                (octaves > 0.0 && octaves < 1.0 ? moving : steady) =
                    std::max(octaves > 0.0 && octaves < 1.0 ? moving : steady, second_difference);
            y2 = y1;
            y1 = y;
        }
    }
    CHECK(moving < 2.0 * steady);
}

}  // namespace burnish::test
