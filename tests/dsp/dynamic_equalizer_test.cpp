#include <catch2/catch.hpp>

#include <cmath>
#include <complex>
#include <cstring>
#include <numbers>

#include "core/decibels.h"
#include "dsp/dynamic_equalizer.h"
#include "tests/support/block_runner.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr double rates_hz[] = {44100.0, 48000.0, 96000.0};

DynamicEqualizerSettings harsh(double threshold_db, double range_db) {
    DynamicEqualizerSettings s;
    s.harsh_threshold_db = threshold_db;
    s.harsh_range_db = range_db;
    return s;
}

void add(AudioBuffer& to, const AudioBuffer& from) {
    for (int c = 0; c < to.channels(); ++c)
        for (int n = 0; n < to.frames(); ++n) to.channel(c)[n] += from.channel(c)[n];
}

/// Change of a steady tone's level by the block, in dB, once it has settled.
double change_db(const AudioBuffer& in, const AudioBuffer& out, double frequency_hz, double rate_hz, int channel = 0) {
    const int half = in.frames() / 2;
    return gain_to_db(tone_amplitude(out, channel, frequency_hz, rate_hz, half, half)) -
           gain_to_db(tone_amplitude(in, channel, frequency_hz, rate_hz, half, half));
}

}  // namespace

TEST_CASE("dynamic cut: nothing, knee, line, range", "[dsp][dynamic_equalizer]") {
    CHECK(dynamic_cut_db(-20.0F, 12.0F) == 0.0F);
    CHECK(dynamic_cut_db(-3.0F, 12.0F) == 0.0F);
    CHECK(dynamic_cut_db(-1.0F, 12.0F) == Approx(4.0 / 12.0));
    CHECK(dynamic_cut_db(0.0F, 12.0F) == Approx(9.0 / 12.0));
    CHECK(dynamic_cut_db(3.0F, 12.0F) == Approx(3.0));
    CHECK(dynamic_cut_db(7.5F, 12.0F) == Approx(7.5));
    CHECK(dynamic_cut_db(30.0F, 12.0F) == 12.0F);
}

// A tone at the centre is all of the signal and all of the band: it stands at 0 dB, whatever its level.
TEST_CASE("a tone at the centre is cut to the threshold, within the range", "[dsp][dynamic_equalizer]") {
    for (const double rate_hz : rates_hz)
        for (const double level_db : {-1.0, -50.0}) {
            INFO(level_db << " dBFS at " << rate_hz << " Hz");
            const auto in = sine(3500.0, db_to_gain(level_db), 2.0, rate_hz);
            const auto cut_db = [&](const DynamicEqualizerSettings& s) {
                return change_db(in, render<DynamicEqualizer>(in, s, rate_hz), 3500.0, rate_hz);
            };
            CHECK(cut_db(harsh(-12.0, 6.0)) == Approx(-6.0).margin(0.02));
            CHECK(cut_db(harsh(-5.0, 12.0)) == Approx(-5.0).margin(0.02));
            CHECK(cut_db(harsh(0.0, 12.0)) == Approx(-0.75).margin(0.02));
        }
}

TEST_CASE("a band below its threshold is left alone", "[dsp][dynamic_equalizer]") {
    auto in = sine(500.0, 0.5, 2.0, 48000.0);
    add(in, sine(3500.0, 0.05, 2.0, 48000.0));  // 20 dB below the whole
    auto s = harsh(-12.0, 12.0);
    s.harsh_q = 2.0;
    const auto out = render<DynamicEqualizer>(in, s, 48000.0);
    CHECK(change_db(in, out, 3500.0, 48000.0) == Approx(0.0).margin(1e-4));
    CHECK(change_db(in, out, 500.0, 48000.0) == Approx(0.0).margin(1e-4));
}

// The band holds a tone 10 dB below another: 1/11 of the power.
TEST_CASE("the band's level counts relative to the whole", "[dsp][dynamic_equalizer]") {
    auto in = sine(300.0, 0.5, 2.0, 48000.0);
    add(in, sine(3500.0, 0.5 * db_to_gain(-10.0), 2.0, 48000.0));
    auto s = harsh(-16.0, 12.0);
    s.harsh_q = 4.0;
    const auto out = render<DynamicEqualizer>(in, s, 48000.0);
    CHECK(change_db(in, out, 3500.0, 48000.0) == Approx(-(power_to_db(1.0 / 11) + 16.0)).margin(0.1));
    CHECK(change_db(in, out, 300.0, 48000.0) == Approx(0.0).margin(0.02));
}

// Where f / f0 - f0 / f = 1 / Q, a band-pass is 1 / (1 + j), and the band's gain 1 + (g - 1) / (1 + j).
TEST_CASE("a dynamic band is as sharp as its Q", "[dsp][dynamic_equalizer]") {
    const double g = db_to_gain(-12.0);
    const double expected_db = gain_to_db(std::abs(1.0 + (g - 1.0) / std::complex(1.0, 1.0)));
    for (const double q : {2.0, 8.0}) {
        const double edge_hz = 1200.0 * (0.5 / q + std::sqrt(1.0 + 0.25 / (q * q)));
        auto in = sine(1200.0, 0.5, 2.0, 48000.0);
        add(in, sine(edge_hz, 0.005, 2.0, 48000.0));
        DynamicEqualizerSettings s;
        s.resonance_2_hz = 1200.0, s.resonance_2_q = q;
        s.resonance_2_threshold_db = -30.0, s.resonance_2_range_db = 12.0;
        const auto out = render<DynamicEqualizer>(in, s, 48000.0);
        CHECK(change_db(in, out, edge_hz, 48000.0) == Approx(expected_db).margin(0.1));
    }
}

// Halving is exact, so equal gains give exactly half again.
TEST_CASE("dynamic equalizer: both channels get the same gain, to the bit", "[dsp][dynamic_equalizer]") {
    auto in = sine(3500.0, 0.5, 2.0, 48000.0);
    add(in, sine(700.0, 0.1, 2.0, 48000.0));
    for (int n = 0; n < in.frames(); ++n) in.channel(1)[n] = 0.5F * in.channel(0)[n];
    const auto out = render<DynamicEqualizer>(in, harsh(-8.0, 12.0), 48000.0);
    CHECK(change_db(in, out, 3500.0, 48000.0, 0) < -7.0);
    int unequal = 0;
    for (int n = 0; n < in.frames(); ++n) unequal += out.channel(1)[n] != 0.5F * out.channel(0)[n] ? 1 : 0;
    CHECK(unequal == 0);
}

// From silence, band and whole rise together: the goal stands at once and the cut covers 1 - 1/e of it in attack_ms.
// When the tone moves away, what is left in the band is a small probe: the cut falls to 1/e of itself in release_ms.
TEST_CASE("attack and release are time constants within 5 %", "[dsp][dynamic_equalizer]") {
    const double rate_hz = 48000.0;
    const DynamicEqualizerSettings usual;
    for (const auto& [attack_ms, release_ms] :
         {std::pair{usual.attack_ms, usual.release_ms}, std::pair{30.0, 250.0}, std::pair{100.0, 500.0}}) {
        INFO(attack_ms << " / " << release_ms << " ms");
        auto s = harsh(-20.0, 6.0);
        s.harsh_q = 4.0;
        s.attack_ms = attack_ms;
        s.release_ms = release_ms;
        const int frames = 96000;
        auto loud = sine(3500.0, 0.5, 2.0, rate_hz);
        AudioBuffer in(2, 2 * frames);
        copy(loud.view(), in.view().part(0, frames));
        auto elsewhere = sine(300.0, 0.5, 2.0, rate_hz);
        const auto probe = sine(3500.0, 0.005, 2.0, rate_hz);
        add(elsewhere, probe);
        copy(elsewhere.view(), in.view().part(frames, frames));
        const auto out = render<DynamicEqualizer>(in, s, rate_hz);
        const auto cut_db = [&](double at, int window) {
            const int first = static_cast<int>(at) - window / 2;
            return gain_to_db(tone_amplitude(in, 0, 3500.0, rate_hz, first, window)) -
                   gain_to_db(tone_amplitude(out, 0, 3500.0, rate_hz, first, window));
        };
        // Seven waves are short against the attack. The tone itself comes out of the band-pass Q / pi f later.
        const double attack_frames = attack_ms * 0.001 * rate_hz;
        const double band_frames = s.harsh_q / (std::numbers::pi * 3500.0) * rate_hz;
        CHECK(cut_db(band_frames + 0.95 * attack_frames, 96) < 6.0 * (1 - std::exp(-1.0)));
        CHECK(cut_db(band_frames + 1.05 * attack_frames, 96) > 6.0 * (1 - std::exp(-1.0)));
        CHECK(cut_db(frames - 1000, 960) == Approx(6.0).margin(0.02));
        // The detector needs some 50 ms to see the band empty (its power has 40 dB to fall at 10 ms per 4.3 dB).
        const double from = frames + 4800;
        const double release_frames = release_ms * 0.001 * rate_hz;
        const double start_db = cut_db(from, 960);
        CHECK(start_db > 3.0);
        CHECK(cut_db(from + 0.95 * release_frames, 960) > start_db * std::exp(-1.0));
        CHECK(cut_db(from + 1.05 * release_frames, 960) < start_db * std::exp(-1.0));
    }
}

TEST_CASE("a ringing tone in noise falls, its neighbours stay", "[dsp][dynamic_equalizer]") {
    const double rate_hz = 44100.0;
    auto in = pink_noise(-24.0, 6.0, rate_hz);
    add(in, sine(1200.0, db_to_gain(-20.0), 6.0, rate_hz));  // a power of -23 dB, as loud as all of the noise
    for (const double f : {300.0, 700.0, 2000.0, 5000.0}) add(in, sine(f, db_to_gain(-36.0), 6.0, rate_hz));
    DynamicEqualizerSettings s;
    s.resonance_3_hz = 1200.0;
    s.resonance_3_threshold_db = -15.0;
    s.resonance_3_range_db = 12.0;
    const auto out = render<DynamicEqualizer>(in, s, rate_hz);
    CHECK(change_db(in, out, 1200.0, rate_hz) < -8.0);
    for (const double f : {300.0, 700.0, 2000.0, 5000.0}) {
        INFO(f << " Hz");
        CHECK(change_db(in, out, f, rate_hz) == Approx(0.0).margin(0.5));
    }
}

TEST_CASE("bands on top of each other work one after the other", "[dsp][dynamic_equalizer]") {
    DynamicEqualizerSettings s;
    s.resonance_1_hz = s.resonance_2_hz = s.resonance_3_hz = s.resonance_4_hz = 1200.0;
    s.resonance_1_range_db = s.resonance_2_range_db = s.resonance_3_range_db = 6.0;
    s.resonance_1_threshold_db = s.resonance_2_threshold_db = s.resonance_3_threshold_db = -48.0;
    const auto in = sine(1200.0, 0.5, 2.0, 48000.0);
    const auto out = render<DynamicEqualizer>(in, s, 48000.0);
    CHECK(change_db(in, out, 1200.0, 48000.0) == Approx(-18.0).margin(0.05));
    double together = 0.0;
    for (int n = 48000; n < 96000; ++n) together += double{in.channel(0)[n]} * out.channel(0)[n];
    CHECK(together > 0.0);
}

TEST_CASE("a dynamic band out of reach does nothing", "[dsp][dynamic_equalizer]") {
    DynamicEqualizerSettings s;
    s.resonance_4_hz = 5000.0;
    s.resonance_4_threshold_db = -48.0;
    s.resonance_4_range_db = 12.0;
    const auto in = white_noise(0.5, 0.2, 8000.0);
    const auto out = render<DynamicEqualizer>(in, s, 8000.0);
    CHECK(std::memcmp(in.channel(0).data(), out.channel(0).data(), in.channel(0).size_bytes()) == 0);
}

}  // namespace burnish::test
