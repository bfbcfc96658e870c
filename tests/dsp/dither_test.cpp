#include "dsp/dither.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <complex>
#include <numbers>

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

// Triangular dither makes mean and power of the error independent of the signal: 0 and 1/4 LSB^2. At 10^6 draws five
// standard errors of the mean are 0.0025 LSB, of the power 0.7 %.
TEST_CASE("error has no mean and a quarter of a squared LSB of power, whatever the signal", "[dsp][dither]") {
    constexpr int frames = 1000000;
    for (const double offset_lsb : {0.1, 0.25, 0.5, 0.77, 1.0}) {
        const auto in = constant((100.0 + offset_lsb) * lsb_16, frames);
        const auto out = render<Dither>(in, {.bits = 16}, 44100.0, 4096);
        double sum = 0.0;
        double squares = 0.0;
        for (int n = 0; n < frames; ++n) {
            const double error = (out.channel(0)[n] - in.channel(0)[n]) / lsb_16;
            sum += error;
            squares += error * error;
        }
        INFO("offset " << offset_lsb << " LSB");
        CHECK(std::abs(sum / frames) < 0.0025);
        CHECK(squares / frames == Approx(0.25).epsilon(0.01));
    }
}

// Error feedback colours white noise of power 1/4 + nothing else: its spectrum is |1 - sum c z^-i|^2 / 4.
TEST_CASE("shaped noise follows the filter", "[dsp][dither]") {
    constexpr int size = 1024;
    constexpr int frames = size * 1500;
    const auto in = constant(0.25 * lsb_16 + 0.1, frames);
    const auto out = render<Dither>(in, {.bits = 16, .shaping = 1.0}, 44100.0, 4096);
    const RealFft fft(size);
    AlignedVector<float> time(size);
    AlignedVector<std::complex<float>> spectrum(size / 2 + 1);
    std::vector<double> power(size / 2 + 1);
    for (int first = 0; first + size <= frames; first += size) {
        for (int i = 0; i < size; ++i)
            time[i] = static_cast<float>((out.channel(0)[first + i] - in.channel(0)[first + i]) / lsb_16 *
                                         (1.0 - std::cos(2 * std::numbers::pi * (i + 0.5) / size)));
        fft.forward(time, spectrum);
        for (std::size_t k = 0; k < power.size(); ++k) power[k] += std::norm(spectrum[k]);
    }
    // Averaged over 16 bins and 1500 stretches: within 1 dB everywhere.
    for (int band = 1; band < 32; ++band) {
        double measured = 0.0;
        double expected = 0.0;
        for (int k = band * 16; k < (band + 1) * 16; ++k) {
            std::complex<double> response = 1.0;
            for (std::size_t i = 0; i < Dither::shaper.size(); ++i)
                response -=
                    Dither::shaper[i] * std::polar(1.0, -2 * std::numbers::pi * k / size * static_cast<double>(i + 1));
            measured += power[k] / (frames / size);
            expected += 0.25 * std::norm(response) * size * 1.5;  // a Hann window of mean 1 has mean square 1.5
        }
        INFO("band " << band);
        CHECK(10 * std::log10(measured / expected) == Approx(0.0).margin(1.0));
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

TEST_CASE("full scale is clamped to the integers' range", "[dsp][dither]") {
    const auto out = render<Dither>(constant(1.0, 1000), {.bits = 16}, 44100.0);
    for (const float sample : out.channel(0)) REQUIRE(sample <= 32767.0F / 32768.0F);
    const auto low = render<Dither>(constant(-1.1, 1000), {.bits = 16}, 44100.0);
    for (const float sample : low.channel(0)) REQUIRE(sample == -1.0F);
}

}  // namespace burnish::test
