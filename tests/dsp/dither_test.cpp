#include "dsp/dither.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>
#include <vector>

#include "dsp/fft.h"
#include "tests/support/block_runner.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr double lsb_16 = 1.0 / 32768.0;

AudioBuffer constant(double value, int frames, int channels = 1) {
    AudioBuffer audio(channels, frames);
    for (int c = 0; c < channels; ++c)
        for (float& sample : audio.channel(c)) sample = static_cast<float>(value);
    return audio;
}

struct Error {
    double mean_lsb;
    double power_lsb2;
};

/// Of 8000 draws a block for a constant, against the float that stands for it.
Error error_of_constant(double value, const DitherSettings& settings, int blocks) {
    constexpr int block_frames = 4000;
    const auto in = constant(value, block_frames, 2);
    const double lsb_per_unit = std::ldexp(1.0, static_cast<int>(settings.bits) - 1);
    Dither dither;
    dither.prepare({44100.0, 2, block_frames});
    dither.set(settings);
    double sum = 0.0;
    double squares = 0.0;
    for (int block = 0; block < blocks; ++block) {
        auto out = in;
        dither.process(out.view());
        for (int c = 0; c < 2; ++c)
            for (int n = 0; n < block_frames; ++n) {
                const double error = (double{out.channel(c)[n]} - in.channel(c)[n]) * lsb_per_unit;
                sum += error;
                squares += error * error;
            }
    }
    const double draws = 2.0 * blocks * block_frames;
    return {sum / draws, squares / draws};
}

}  // namespace

TEST_CASE("dithered samples lie on the grid of the word length", "[dsp][dither]") {
    for (const double bits : {8.0, 16.0, 24.0}) {
        const auto out = render<Dither>(white_noise(0.9, 0.1, 44100.0), {.bits = bits}, 44100.0);
        for (const float sample : out.channel(0)) {
            const double steps = sample * std::ldexp(1.0, static_cast<int>(bits) - 1);
            REQUIRE(steps == std::round(steps));
        }
    }
}

// Triangular dither makes mean and power of the error independent of the signal: 0 and 1/4 LSB^2. At 8 * 10^6 draws
// five standard errors of the mean are 0.0009 LSB, of the power 0.25 %.
TEST_CASE("error has no mean and a quarter of a squared LSB of power, whatever the signal", "[dsp][dither]") {
    const auto has_no_mean_and_its_power = [](double value, int bits) {
        const auto error = error_of_constant(value, {.bits = double{1} * bits}, 1000);
        INFO(value << " in " << bits << " bits");
        CHECK(std::abs(error.mean_lsb) < 1e-3);
        CHECK(error.power_lsb2 == Approx(0.25).epsilon(0.01));
    };
    for (int tenth = 0; tenth <= 10; ++tenth) has_no_mean_and_its_power((100.0 + 0.1 * tenth) * lsb_16, 16);
    // Over the range, with another fraction of an LSB at each level. At 24 bits and above half of full scale a float
    // has nothing between whole and half LSBs, and the dither must make up for those.
    for (const int bits : {16, 24})
        for (int level = -9; level <= 9; level += 2) {
            const double lsb = std::ldexp(1.0, 1 - bits);
            has_no_mean_and_its_power((std::round(0.1 * level / lsb) + 0.1 * (level + 9) / 2) * lsb, bits);
        }
}

// Feedback takes from the mean of the error as from everything low; what is left is far below the noise it moves.
TEST_CASE("shaped error has no mean either", "[dsp][dither]") {
    for (const int bits : {16, 24})
        for (const double shaping : {0.5, 1.0})
            for (const double level : {-0.9, -0.4, 0.0031, 0.65, 0.9}) {
                INFO(level << " in " << bits << " bits, shaping " << shaping);
                const DitherSettings settings{.bits = double{1} * bits, .shaping = shaping};
                CHECK(std::abs(error_of_constant(level, settings, 250).mean_lsb) < 1e-3);
            }
}

// One LSB high: rounded without dither, this wave is a staircase whose third harmonic stands near -100 dBFS. The noise
// of a bin of 64k frames is -136.6 dBFS: of 1/4 LSB^2, 4/65536 for an amplitude, and 1.5 for the window.
TEST_CASE("a tone of one LSB has no harmonics", "[dsp][dither]") {
    constexpr double rate_hz = 44100.0, tone_hz = 997.0;
    constexpr int size = 65536, stretches = 8;
    const auto in = sine(tone_hz, std::pow(10.0, -90.0 / 20), stretches * size / rate_hz, rate_hz, 1);
    const auto out = render<Dither>(in, {.bits = 16}, rate_hz);
    const auto level_dbfs = [&](double frequency_hz) {
        double power = 0.0;
        for (int i = 0; i < stretches; ++i)
            power += std::pow(tone_amplitude(out, 0, frequency_hz, rate_hz, i * size, size), 2) / stretches;
        return 10 * std::log10(power);
    };
    CHECK(level_dbfs(tone_hz) == Approx(-90.0).margin(0.05));
    for (int k = 2; k * tone_hz < rate_hz / 2; ++k) {
        INFO("harmonic " << k);
        CHECK(level_dbfs(k * tone_hz) <= -120.0);
    }
}

// Error feedback colours white noise of power 1/4 and nothing else: its spectrum is |1 - shaping sum c z^-i|^2 / 4,
// with the ninth-order modified-E-weighted coefficients of Wannamaker (JAES 40(7/8), 1992).
TEST_CASE("shaped noise follows the filter", "[dsp][dither]") {
    constexpr double coefficients[] = {1.662, -1.263, 0.4827, -0.2913, 0.1268, -0.1124, 0.03252, -0.01265, -0.03524};
    constexpr int size = 1024;
    constexpr int stretches = 1500;
    const RealFft fft(size);
    AlignedVector<float> time(size);
    AlignedVector<std::complex<float>> spectrum(size / 2 + 1);
    for (const double rate_hz : {44100.0, 48000.0})
        for (const double shaping : {0.0, 0.5, 1.0}) {
            const auto in = constant(0.25 * lsb_16 + 0.1, size * stretches);
            const auto out = render<Dither>(in, {.bits = 16, .shaping = shaping}, rate_hz, 4096);
            std::vector<double> power(size / 2 + 1);
            for (int first = 0; first < in.frames(); first += size) {
                for (int i = 0; i < size; ++i)
                    time[i] = static_cast<float>((out.channel(0)[first + i] - in.channel(0)[first + i]) / lsb_16 *
                                                 (1.0 - std::cos(2 * std::numbers::pi * (i + 0.5) / size)));
                fft.forward(time, spectrum);
                for (std::size_t k = 0; k < power.size(); ++k) power[k] += std::norm(spectrum[k]);
            }
            // Averaged over 16 bins and 1500 stretches: a tenth of a decibel is chance.
            for (int band = 0; band < 32; ++band) {
                double measured = 0.0;
                double expected = 0.0;
                for (int k = band * 16; k < (band + 1) * 16; ++k) {
                    const auto delay = std::polar(1.0, -2 * std::numbers::pi * k / size);
                    std::complex<double> response = 1.0, delayed = 1.0;
                    for (const double c : coefficients) response -= shaping * c * (delayed *= delay);
                    measured += power[k] / stretches;
                    expected += 0.25 * std::norm(response) * size * 1.5;  // a Hann window of mean 1 has mean square 1.5
                }
                INFO("shaping " << shaping << " at " << rate_hz << " Hz, band " << band);
                CHECK(10 * std::log10(measured / expected) == Approx(0.0).margin(1.0));
            }
        }
}

TEST_CASE("shaping is for the rates it was made for", "[dsp][dither]") {
    const auto in = white_noise(0.1, 0.1, 96000.0);
    const auto plain = render<Dither>(in, {.bits = 16, .shaping = 0.0}, 96000.0);
    const auto shaped = render<Dither>(in, {.bits = 16, .shaping = 1.0}, 96000.0);
    CHECK(null_depth_db(plain, shaped) < -200.0);
}

TEST_CASE("digital silence stays silent, and channels get different noise", "[dsp][dither]") {
    auto in = constant(0.0, 44100, 2);
    auto out = render<Dither>(in, {.bits = 16, .shaping = 1.0}, 44100.0);
    for (int n = 2205; n < 44100; ++n) REQUIRE(out.channel(0)[n] == 0.0F);
    in = constant(0.1, 44100, 2);
    out = render<Dither>(in, {.bits = 16}, 44100.0);
    int same = 0;
    for (int n = 0; n < 44100; ++n) same += out.channel(0)[n] == out.channel(1)[n] ? 1 : 0;
    // 0.1 is 3276.8 LSB; with the triangle around it, 3276, 3277 and 3278 come up with 0.245, 0.71 and 0.045. Two
    // independent channels agree in the sum of the squares, 0.566; five standard errors are 520 frames.
    CHECK(same == Approx(0.566 * 44100).margin(520));
}

TEST_CASE("each seed has noise of its own, and the same in every run", "[dsp][dither]") {
    constexpr int frames = 20000;
    const auto in = constant(100.3 * lsb_16, frames, 2);
    const auto error_of = [&](std::uint32_t seed) {
        Dither dither;
        dither.seed(seed);
        dither.prepare({44100.0, 2, frames});
        dither.set({.bits = 16});
        auto out = in;
        dither.process(out.view());
        std::vector<double> error;
        for (int c = 0; c < 2; ++c)
            for (int n = 0; n < frames; ++n) error.push_back((double{out.channel(c)[n]} - in.channel(c)[n]) / lsb_16);
        return error;
    };
    const auto first = error_of(0);
    CHECK(error_of(7) == error_of(7));
    for (std::uint32_t seed = 1; seed <= 64; ++seed) {
        const auto other = error_of(seed);
        const double product = std::inner_product(first.begin(), first.end(), other.begin(), 0.0);
        // Mean of products of power 1/4 each: 1/4 / sqrt(count) in deviation.
        CHECK(std::abs(product / static_cast<double>(first.size())) < 5.0 * 0.25 / std::sqrt(first.size()));
    }
}

TEST_CASE("full scale is clamped to the integers' range", "[dsp][dither]") {
    const auto out = render<Dither>(constant(1.0, 1000), {.bits = 16}, 44100.0);
    for (const float sample : out.channel(0)) REQUIRE(sample <= 32767.0F / 32768.0F);
    const auto low = render<Dither>(constant(-1.1, 1000), {.bits = 16}, 44100.0);
    for (const float sample : low.channel(0)) REQUIRE(sample == -1.0F);
}

}  // namespace burnish::test
