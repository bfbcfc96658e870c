#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <complex>
#include <cstring>
#include <numbers>
#include <vector>

#include "core/decibels.h"
#include "dsp/fft.h"
#include "dsp/oversampler.h"
#include "dsp/saturator.h"
#include "dsp/soft_clipper.h"
#include "tests/support/block_runner.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr double pi = std::numbers::pi;

/// Power of one whole-cycle frequency in the last `count` samples; a sine of amplitude a gives a^2 / 2.
double power_at(std::span<const float> samples, double cycles, int count) {
    const auto tail = samples.last(count);
    std::complex<double> sum = 0.0;
    for (int n = 0; n < count; ++n) sum += double{tail[n]} * std::polar(1.0, -2 * pi * cycles * n / count);
    const double amplitude = std::abs(sum) / count;
    return cycles == 0.0 ? amplitude * amplitude : 2.0 * amplitude * amplitude;
}

/// All up to 20 kHz that is neither a constant nor a harmonic of the tone, relative to its fundamental. The last second
/// holds whole cycles, and an odd frequency keeps folded harmonics off the true ones.
double alias_db(const AudioBuffer& audio, int frequency_hz, double rate_hz) {
    const auto count = static_cast<int>(rate_hz);
    const RealFft fft(count);
    AlignedVector<float> tail(count);
    std::copy_n(audio.channel(0).last(count).begin(), count, tail.begin());
    AlignedVector<std::complex<float>> spectrum(fft.bins());
    fft.forward(tail, spectrum);
    double aliases = 0.0;
    for (int bin = 1; bin <= 20000; ++bin)
        if (bin % frequency_hz != 0) aliases += std::norm(spectrum[bin]);
    return 10 * std::log10(aliases / std::norm(spectrum[frequency_hz]));
}

/// A full-scale tone of 3 s through a block, less its end.
template <Block B>
AudioBuffer steady(int frequency_hz, double amplitude, double rate_hz, const typename B::Settings& settings) {
    const auto out = render<B>(sine(frequency_hz, amplitude, 3.0, rate_hz, 1), settings, rate_hz);
    AudioBuffer inside(1, out.frames() - 1000);
    copy(out.view().part(0, inside.frames()), inside.view());
    return inside;
}

}  // namespace

TEST_CASE("oversampler: flat pass band, whole latency", "[dsp][oversampler]") {
    for (const int inner_delay : {0, 2}) {
        Oversampler oversampler;
        const int frames = 4096;
        oversampler.prepare({44100.0, 1, frames}, inner_delay);
        const auto in = impulse(0, frames, 1);
        const auto high = oversampler.up(0, in.channel(0));
        std::vector<float> delayed(high.size(), 0.0F);
        std::copy(high.begin(), high.end() - inner_delay, delayed.begin() + inner_delay);
        std::vector<float> out(frames);
        oversampler.down(0, delayed, out);
        for (double frequency_hz = 20; frequency_hz <= 20200; frequency_hz += 60) {
            std::complex<double> response = 0.0;
            for (int n = 0; n < frames; ++n)
                response += double{out[n]} *
                            std::polar(1.0, -2 * pi * frequency_hz / 44100 * (n - oversampler.latency_frames()));
            INFO(frequency_hz << " Hz");
            CHECK(gain_to_db(std::abs(response)) == Approx(0.0).margin(0.005));
            CHECK(std::arg(response) == Approx(0.0).margin(1e-4));
        }
    }
}

TEST_CASE("oversampler: images and aliases", "[dsp][oversampler]") {
    const int rate_hz = 44100;
    Oversampler oversampler;
    oversampler.prepare({double(rate_hz), 1, 2 * rate_hz});
    for (const double frequency_hz : {1000.0, 10000.0, 19900.0}) {
        const auto in = sine(frequency_hz, 1.0, 2.0, rate_hz, 1);
        const auto high = oversampler.up(0, in.channel(0));
        for (const double image_hz : {rate_hz - frequency_hz, rate_hz + frequency_hz, 2 * rate_hz - frequency_hz}) {
            INFO("image of " << frequency_hz << " Hz at " << image_hz << " Hz");
            CHECK(power_to_db(2 * power_at(high, image_hz, 4 * rate_hz)) < -110.0);
        }
    }
    for (const double frequency_hz : {24200.0, 30000.0, 44000.0, 60000.0, 70000.0, 80000.0}) {
        const auto high = sine(frequency_hz, 1.0, 2.0, 4.0 * rate_hz, 1);
        std::vector<float> out(2 * rate_hz);
        oversampler.down(0, high.channel(0), out);
        double power = 0.0;
        for (const float sample : std::span(out).last(rate_hz)) power += double{sample} * sample / rate_hz;
        INFO("alias of " << frequency_hz << " Hz");
        CHECK(power_to_db(2 * power) < -110.0);
    }
}

// Signs of the slope, the bounds and two points worked by hand: at 12 dB, d = sqrt(10^1.2 - 1) = 3.8536.
TEST_CASE("saturation curve", "[dsp][saturation]") {
    CHECK(saturate(0.5, 12.0, 0.0) == Approx(std::tanh(3.8536 * 0.5) / 3.8536).epsilon(1e-4));
    CHECK(saturate(-0.5, 12.0, 1.0) ==
          Approx(-std::tanh(3.8536 * 0.5) / 3.8536 / (1 - std::tanh(3.8536 * 0.5) / 2)).epsilon(1e-4));
    CHECK(saturate(0.7, 0.0, 1.0) == 0.7);
    for (const double drive_db : {0.01, 1.0, 6.0, 18.0})
        for (const double asymmetry : {0.0, 0.5, 1.0}) {
            CHECK(saturate(1e-6, drive_db, asymmetry) == Approx(1e-6).epsilon(1e-4));
            double last = saturate(-8.0, drive_db, asymmetry);
            for (double x = -7.99; x < 8.0; x += 0.01) {
                const double y = saturate(x, drive_db, asymmetry);
                CHECK(y >= last - 1e-15);
                last = y;
            }
        }
}

// Slow enough that no harmonic worth mentioning leaves the pass band: what comes out must lie on the curve.
TEST_CASE("saturator follows its curve", "[dsp][saturation]") {
    for (const double rate_hz : {44100.0, 96000.0})
        for (const double drive_db : {0.1, 3.0, 12.0, 18.0})
            for (const double amplitude : {0.003, 0.3, 1.0}) {
                const auto in = sine(101.0, amplitude, 0.5, rate_hz);
                const auto out = render<Saturator>(in, {.drive_db = drive_db}, rate_hz);
                double worst = 0.0;
                for (int n = in.frames() / 2; n < in.frames() - 200; ++n)
                    worst = std::max(worst, std::abs(out.channel(1)[n] - saturate(in.channel(1)[n], drive_db, 0.0)));
                INFO(drive_db << " dB, amplitude " << amplitude);
                CHECK(worst < 4e-6 * amplitude);
            }
}

TEST_CASE("saturator mixes dry and saturated in step", "[dsp][saturation]") {
    const auto in = sine(101.0, 0.8, 0.5, 44100.0);
    const auto out = render<Saturator>(in, {.drive_db = 12.0, .mix = 0.25}, 44100.0);
    for (int n = 11025; n < 11525; ++n) {
        const double x = in.channel(0)[n];
        CHECK(out.channel(0)[n] == Approx(0.75 * x + 0.25 * saturate(x, 12.0, 0.0)).margin(1e-5));
    }
}

// With room below the -90 dB that are asked of 12 dB: the hardest drive is as clean as the limit asks of 12 dB.
TEST_CASE("saturator aliases stay below -110 dB", "[dsp][saturation]") {
    for (const double rate_hz : {44100.0, 48000.0, 96000.0, 192000.0})
        for (const double drive_db : {12.0, 18.0})
            for (const double asymmetry : {0.0, 1.0}) {
                const auto out = steady<Saturator>(5009, 1.0, rate_hz, {.drive_db = drive_db, .asymmetry = asymmetry});
                INFO(rate_hz << " Hz, drive " << drive_db << " dB, asymmetry " << asymmetry);
                CHECK(alias_db(out, 5009, rate_hz) < -110.0);
            }
}

// The first Fourier coefficient of the curve over one turn of a sine; how far the filters around the curve reach up.
TEST_CASE("saturator keeps the fundamental of its curve up to the top", "[dsp][saturation]") {
    constexpr double drive_db = 9.0;
    constexpr int points = 1000;
    double expected = 0.0;
    for (int i = 0; i < points; ++i) {
        const double x = std::sin(2 * pi * (i + 0.5) / points);
        expected += saturate(x, drive_db, 0.0) * x * 2 / points;
    }
    for (const double rate_hz : {44100.0, 48000.0})
        for (const double frequency_hz : {1000.0, 5000.0, 10000.0, 15000.0, 19000.0}) {
            const auto out = steady<Saturator>(static_cast<int>(frequency_hz), 1.0, rate_hz, {.drive_db = drive_db});
            const double amplitude = std::sqrt(2 * power_at(out.channel(0), frequency_hz, static_cast<int>(rate_hz)));
            INFO(frequency_hz << " Hz at " << rate_hz << " Hz");
            CHECK(gain_to_db(amplitude / expected) == Approx(0.0).margin(frequency_hz <= 10000.0 ? 0.01 : 0.1));
        }
}

TEST_CASE("no drive, no saturation", "[dsp][saturation]") {
    const auto in = white_noise(1.0, 0.5, 44100.0);
    CHECK(null_depth_db(in, render<Saturator>(in, {.drive_db = 0.0, .asymmetry = 1.0}, 44100.0)) <= -110.0);
    CHECK(null_depth_db(in, render<Saturator>(in, {.drive_db = 18.0, .asymmetry = 1.0, .mix = 0.0}, 44100.0)) <=
          -110.0);
    // The curve goes over into a straight line: x - saturate(x) = d^2 x^3 / 3 + a d x^2 / 2, here with d = 5e-6.
    const SaturatorSettings vanishing{.drive_db = 1e-10, .asymmetry = 1.0};
    CHECK(null_depth_db(in, render<Saturator>(in, vanishing, 44100.0)) <= -110.0);
}

TEST_CASE("asymmetry adds even harmonics, but no offset", "[dsp][saturation]") {
    for (const double asymmetry : {0.0, 0.5, 1.0}) {
        const auto out = steady<Saturator>(1000, 0.7, 44100.0, {.drive_db = 12.0, .asymmetry = asymmetry});
        const auto power = [&](double frequency_hz) { return power_at(out.channel(0), frequency_hz, 44100); };
        INFO("asymmetry " << asymmetry);
        CHECK(power_to_db(power(0)) < -90.0);
        const double second_db = power_to_db(power(2000) / power(1000));
        if (asymmetry == 0.0)
            CHECK(second_db < -100.0);
        else
            CHECK(second_db > -30.0);
    }
}

// Threshold -6.02 dB, so T = 1/2; a knee of 6.02 dB starts at a = 1/4, so k = 1/4, and the curve is flat from 3/4 on.
// In the middle of the knee, at x = 1/2: 1/2 - (1/4)^2 = 7/16.
TEST_CASE("clipping curve", "[dsp][clipper]") {
    const double half_db = gain_to_db(0.5);
    const SoftClipperSettings soft{.threshold_db = half_db, .knee_db = -half_db};
    const SoftClipperSettings hard{.threshold_db = half_db, .knee_db = 0};
    for (const double sign : {-1.0, 1.0}) {
        for (const auto& [x, y] : {std::pair{0.0, 0.0}, {0.25, 0.25}, {0.5, 0.4375}, {0.75, 0.5}, {3.0, 0.5}})
            CHECK(soft_clip(sign * x, soft) == Approx(sign * y).margin(1e-12));
        for (const auto& [x, y] : {std::pair{0.0, 0.0}, {0.49, 0.49}, {0.51, 0.5}, {3.0, 0.5}})
            CHECK(soft_clip(sign * x, hard) == Approx(sign * y).margin(1e-12));
    }
}

TEST_CASE("clipper follows its curve", "[dsp][clipper]") {
    for (const double rate_hz : {44100.0, 96000.0})
        for (const double knee_db : {0.0, 2.0, 12.0})
            for (const double threshold_db : {-12.0, -1.0}) {
                const SoftClipperSettings settings{.threshold_db = threshold_db, .knee_db = knee_db};
                const auto in = sine(31.0, 1.0, 0.4, rate_hz);
                const auto out = render<SoftClipper>(in, settings, rate_hz);
                double worst = 0.0;
                for (int n = in.frames() / 2; n < in.frames() - 200; ++n)
                    worst = std::max(worst, std::abs(out.channel(1)[n] - soft_clip(in.channel(1)[n], settings)));
                INFO(rate_hz << " Hz, threshold " << threshold_db << " dB, knee " << knee_db << " dB");
                // A hard corner is rounded by the band limit.
                CHECK(worst < (knee_db == 0.0 ? 1e-3 : 3e-5));
            }
}

TEST_CASE("clipper passes audio below the knee bit for bit, also after a cut", "[dsp][clipper]") {
    // White noise of 0.2 peaks between the samples below 0.56; the clicks at the start are cut.
    auto in = white_noise(0.2, 0.5, 44100.0, 2);
    for (int n = 1000; n < 1040; ++n) in.channel(1)[n] = n % 2 == 0 ? 1.0F : 0.9F;
    const auto same_bits = [](std::span<const float> a, std::span<const float> b) {
        return std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
    };
    const SoftClipperSettings settings{.threshold_db = -1.0, .knee_db = 3.0};
    const auto out = render<SoftClipper>(in, settings, 44100.0, in.frames());
    CHECK(null_depth_db(in, out) > -60.0);
    CHECK(same_bits(in.channel(0), out.channel(0)));
    const int rest = in.frames() - 1200;
    CHECK(same_bits(std::as_const(in).channel(1).last(rest), out.channel(1).last(rest)));
    // Small blocks stop filtering soon after the cut; nothing of it may be lost.
    CHECK(same_bits(out.channel(1), render<SoftClipper>(in, settings, 44100.0, 16).channel(1)));
}

// A tone 6 and 12 dB over. -70 dB are asked of a hard knee.
TEST_CASE("clipper aliases: -70 dB with a hard knee, -90 dB with a soft one", "[dsp][clipper]") {
    struct Row {
        double threshold_db, knee_db, most_db;
    };
    for (const double rate_hz : {44100.0, 48000.0, 96000.0, 192000.0})
        for (const auto& [threshold_db, knee_db, most_db] :
             {Row{-6, 0, -75}, {-12, 0, -70}, {-6, 6, -90}, {-6, 12, -90}, {-12, 12, -90}}) {
            const auto out =
                steady<SoftClipper>(5009, 1.0, rate_hz, {.threshold_db = threshold_db, .knee_db = knee_db});
            INFO(rate_hz << " Hz, threshold " << threshold_db << " dB, knee " << knee_db << " dB");
            CHECK(alias_db(out, 5009, rate_hz) < most_db);
        }
}

TEST_CASE("clipper that is off takes nothing", "[dsp][clipper]") {
    const auto in = white_noise(1.0, 0.5, 44100.0);
    for (const double threshold_db : {24.0, 23.0})
        CHECK(null_depth_db(in, render<SoftClipper>(in, {.threshold_db = threshold_db, .knee_db = 12}, 44100.0)) <=
              -110.0);
}

// A sine of amplitude 1 cut at 1/2 loses max(|sin| - 1/2, 0): its mean square is
// 2/pi * (3/4 * pi/3 + sin(pi/3)/4 - cos(pi/6)) = 0.0865, against 1/2 for the sine.
TEST_CASE("clipper tells how much it removed", "[dsp][clipper]") {
    const double removed = 2 / pi * (pi / 4 + std::sin(pi / 3) / 4 - std::cos(pi / 6));
    auto in = sine(50.0, 1.0, 1.0, 44100.0);
    SoftClipper clipper;
    clipper.prepare({44100.0, 2, in.frames()});
    clipper.set({.threshold_db = gain_to_db(0.5), .knee_db = 0.0});
    CHECK(clipper.removed_db() == silence_db);
    clipper.process(in.view());
    CHECK(clipper.removed_db() == Approx(power_to_db(2 * removed)).margin(0.05));
    clipper.reset();
    CHECK(clipper.removed_db() == silence_db);
}

}  // namespace burnish::test
