#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <complex>
#include <cstring>

#include "core/decibels.h"
#include "dsp/equalizer.h"
#include "dsp/fft.h"
#include "dsp/subsonic_filter.h"
#include "tests/dsp/analogue_prototypes.h"
#include "tests/support/block_runner.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr double rates_hz[] = {44100.0, 48000.0, 96000.0, 192000.0};

/// Gain of a block for a steady tone, in dB.
template <Block B>
double gain_db(const typename B::Settings& settings, double frequency_hz, double rate_hz) {
    const auto in = sine(frequency_hz, 0.25, 1.0, rate_hz, 1);
    const auto out = render<B>(in, settings, rate_hz);
    const int half = in.frames() / 2;
    return gain_to_db(tone_amplitude(out, 0, frequency_hz, rate_hz, half, half) / 0.25);
}

/// Largest distances in dB between the response of an equalizer and a prototype.
struct Distance {
    double to_1_khz_db = 0.0;
    double to_20_khz_db = 0.0;
};
/// At every bin of a transform of half a second or more: steps of 1.5 Hz or so, from 20 Hz to just above 20 kHz.
template <class Analogue>
Distance distance_to(Analogue analogue_db, const EqualizerSettings& settings, double rate_hz) {
    const RealFft fft(static_cast<int>(std::bit_ceil(static_cast<unsigned>(0.5 * rate_hz))));
    const auto response = render<Equalizer>(impulse(0, fft.size(), 1), settings, rate_hz);
    const AlignedVector<float> time(response.channel(0).begin(), response.channel(0).end());
    AlignedVector<std::complex<float>> spectrum(static_cast<std::size_t>(fft.bins()));
    fft.forward(time, spectrum);
    const double bin_hz = rate_hz / fft.size();
    Distance worst;
    for (int k = static_cast<int>(std::ceil(20.0 / bin_hz)); (k - 1) * bin_hz < 20000.0; ++k) {
        const double f = k * bin_hz;
        const double distance_db = std::abs(to_db(spectrum[k]) - analogue_db(f));
        worst.to_20_khz_db = std::max(worst.to_20_khz_db, distance_db);
        if (f <= 1000.0) worst.to_1_khz_db = std::max(worst.to_1_khz_db, distance_db);
    }
    return worst;
}

}  // namespace

// The block as a whole: impulse in, one band at work, spectrum of what comes out.
TEST_CASE("bands of the equalizer follow their analogue prototypes", "[dsp][equalizer]") {
    using S = EqualizerSettings;
    struct Bell {
        double S::*hz;
        double S::*db;
        double S::*q;
    };
    const Bell bells[] = {{&S::bell_1_hz, &S::bell_1_db, &S::bell_1_q},
                          {&S::bell_2_hz, &S::bell_2_db, &S::bell_2_q},
                          {&S::bell_3_hz, &S::bell_3_db, &S::bell_3_q},
                          {&S::bell_4_hz, &S::bell_4_db, &S::bell_4_q}};
    for (const double rate_hz : rates_hz)
        for (const double gain : {-9.0, 12.0}) {
            INFO(gain << " dB at " << rate_hz << " Hz");
            for (const auto& bell : bells)
                for (const double f0 : {60.0, 1000.0, 16000.0})
                    for (const double q : {0.2, 0.7, 1.4, 4.0}) {
                        INFO("bell at " << f0 << " Hz, Q " << q);
                        S s;
                        s.*bell.hz = f0, s.*bell.db = gain, s.*bell.q = q;
                        const auto analogue_db = [&](double f) { return analogue_bell_db({0.0, f / f0}, q, gain); };
                        const auto worst = distance_to(analogue_db, s, rate_hz);
                        CHECK(worst.to_1_khz_db <= 0.02);
                        // The widest bells of a low centre reach up to where a section cannot follow.
                        CHECK(worst.to_20_khz_db <= (f0 > 1000.0 ? 0.7 : q < 0.69 ? 0.12 : 0.02));
                    }
            for (const double f0 : {60.0, 1000.0}) {
                INFO("low shelf at " << f0 << " Hz");
                const S s{.low_shelf_hz = f0, .low_shelf_db = gain};
                const auto analogue_db = [&](double f) { return analogue_low_shelf_db({0.0, f / f0}, gain); };
                CHECK(distance_to(analogue_db, s, rate_hz).to_20_khz_db <= 0.02);
            }
            for (const double f0 : {1000.0, 4000.0, 16000.0}) {
                INFO("high shelf at " << f0 << " Hz");
                const S s{.high_shelf_hz = f0, .high_shelf_db = gain};
                const auto analogue_db = [&](double f) { return analogue_high_shelf_db({0.0, f / f0}, gain); };
                const auto worst = distance_to(analogue_db, s, rate_hz);
                CHECK(worst.to_1_khz_db <= 0.02);
                CHECK(worst.to_20_khz_db <= (f0 <= 1000.0 ? 0.02 : 0.7));
            }
        }
}

TEST_CASE("each band of the equalizer has its own frequency and gain", "[dsp][equalizer]") {
    EqualizerSettings s;
    s.low_shelf_hz = 60.0, s.low_shelf_db = 4.0;
    s.bell_1_hz = 300.0, s.bell_1_db = -3.0, s.bell_1_q = 8.0;
    s.bell_2_hz = 900.0, s.bell_2_db = 5.0, s.bell_2_q = 9.0;
    s.bell_3_hz = 2000.0, s.bell_3_db = -6.0, s.bell_3_q = 10.0;
    s.bell_4_hz = 4000.0, s.bell_4_db = 2.0, s.bell_4_q = 7.0;
    s.high_shelf_hz = 9000.0, s.high_shelf_db = -3.0;
    // Bands this narrow and this far apart leave each other alone, to a third of a decibel.
    for (const double rate_hz : rates_hz) {
        INFO(rate_hz << " Hz");
        CHECK(gain_db<Equalizer>(s, 20.0, rate_hz) == Approx(4.0).margin(0.3));
        CHECK(gain_db<Equalizer>(s, 60.0, rate_hz) == Approx(2.0).margin(0.3));
        CHECK(gain_db<Equalizer>(s, 300.0, rate_hz) == Approx(-3.0).margin(0.3));
        CHECK(gain_db<Equalizer>(s, 900.0, rate_hz) == Approx(5.0).margin(0.3));
        CHECK(gain_db<Equalizer>(s, 2000.0, rate_hz) == Approx(-6.0).margin(0.3));
        CHECK(gain_db<Equalizer>(s, 4000.0, rate_hz) == Approx(2.0).margin(0.3));
        CHECK(gain_db<Equalizer>(s, 20000.0, rate_hz) == Approx(-3.0).margin(0.3));
    }
}

TEST_CASE("opposite equalizer settings undo each other", "[dsp][equalizer]") {
    EqualizerSettings s;
    s.low_shelf_db = 6.0, s.bell_1_db = -9.0, s.bell_2_db = 3.0, s.bell_3_db = 12.0, s.bell_4_db = -2.0;
    s.bell_4_hz = 15000.0, s.bell_1_q = 4.0, s.high_shelf_db = 5.0;
    EqualizerSettings opposite = s;
    for (auto member :
         {&EqualizerSettings::low_shelf_db, &EqualizerSettings::bell_1_db, &EqualizerSettings::bell_2_db,
          &EqualizerSettings::bell_3_db, &EqualizerSettings::bell_4_db, &EqualizerSettings::high_shelf_db})
        opposite.*member = -(s.*member);
    for (const double rate_hz : rates_hz) {
        const auto in = white_noise(0.5, 1.0, rate_hz);
        const auto out = render<Equalizer>(render<Equalizer>(in, s, rate_hz), opposite, rate_hz);
        CHECK(null_depth_db(in, out) <= -110.0);
    }
}

TEST_CASE("a band above half the sample rate does nothing", "[dsp][equalizer]") {
    EqualizerSettings s;
    s.bell_4_hz = 6000.0, s.bell_4_db = 9.0;
    s.high_shelf_hz = 8000.0, s.high_shelf_db = 9.0;
    const auto in = white_noise(0.5, 0.1, 8000.0);
    const auto out = render<Equalizer>(in, s, 8000.0);
    CHECK(std::memcmp(in.channel(0).data(), out.channel(0).data(), in.channel(0).size_bytes()) == 0);
}

// Butterworth: |H|^2 = 1 / (1 + (cutoff / f)^4).
TEST_CASE("the subsonic filter is a Butterworth high-pass", "[dsp][subsonic_filter]") {
    for (const double rate_hz : rates_hz)
        for (const double cutoff_hz : {10.0, 25.0, 60.0})
            for (const double f : {6.0, 10.0, 25.0, 60.0, 1000.0, 19000.0}) {
                INFO("cutoff " << cutoff_hz << " Hz, tone " << f << " Hz at " << rate_hz << " Hz");
                const double expected_db = -power_to_db(1.0 + std::pow(cutoff_hz / f, 4));
                CHECK(gain_db<SubsonicFilter>({.cutoff_hz = cutoff_hz}, f, rate_hz) ==
                      Approx(expected_db).margin(0.02));
            }
}

TEST_CASE("the subsonic filter removes DC", "[dsp][subsonic_filter]") {
    AudioBuffer in(2, 96000);
    for (int c = 0; c < 2; ++c)
        for (float& sample : in.channel(c)) sample = 0.5F;
    const auto out = render<SubsonicFilter>(in, {.cutoff_hz = 20.0}, 48000.0);
    CHECK(rms(out, 48000, 48000) < 1e-9);
}

}  // namespace burnish::test
