#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/analyzer.h"
#include "tests/analysis/filtered.h"
#include "tests/support/signals.h"

namespace burnish {
namespace {

constexpr double rate_hz = 44100.0;
constexpr std::size_t bands = bark_bands_hz.size();

PartialCurves partials_of(const AudioBuffer& audio, double at_hz = rate_hz) {
    return analyze(audio.view(), at_hz).partials;
}

std::size_t band_of(double hz) {
    return static_cast<std::size_t>(std::ranges::upper_bound(bark_edges_hz, hz) - bark_edges_hz.begin() - 1);
}

/// As every recording has it; without, there would be partials of rounding errors.
void add_hiss(AudioBuffer& audio) {
    const auto hiss = test::white_noise(1e-4, audio.frames() / rate_hz, rate_hz);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < hiss.frames(); ++n) audio.channel(c)[n] += hiss.channel(c)[n];
}

/// Steady tones of a pitch and its multiples, each so much weaker than the one before.
AudioBuffer harmonics(double pitch_hz, int count, double step_db, double seconds) {
    AudioBuffer audio(2, static_cast<int>(seconds * rate_hz));
    for (int k = 1; k <= count; ++k) {
        const double amplitude = 0.2 * std::pow(10.0, 0.05 * step_db * std::log2(k));
        const auto tone = test::sine(k * pitch_hz, amplitude, seconds, rate_hz, 2, 0.7 * k);
        for (int c = 0; c < 2; ++c)
            for (int n = 0; n < audio.frames(); ++n) audio.channel(c)[n] += tone.channel(c)[n];
    }
    add_hiss(audio);
    return audio;
}

/// Notes of ten pitches in turn, struck and dying away, each with harmonics that fall by 6 dB an octave.
AudioBuffer melody(double seconds, double at_hz = rate_hz) {
    AudioBuffer audio(2, static_cast<int>(seconds * at_hz));
    const int length = static_cast<int>(0.3 * at_hz);
    for (int n = 0; n < audio.frames(); ++n) {
        const double pitch_hz = 110.0 * std::exp2((7 * (n / length) % 10) / 5.0);
        const double since_s = (n % length) / at_hz;
        double sample = 0.0;
        for (int k = 1; k <= 30; ++k) sample += std::sin(2.0 * std::numbers::pi * k * pitch_hz * since_s + 0.7 * k) / k;
        for (int c = 0; c < 2; ++c) audio.channel(c)[n] = static_cast<float>(0.1 * std::exp(-4.0 * since_s) * sample);
    }
    add_hiss(audio);
    return audio;
}

/// Mean difference over the bands.
double difference(const Curve<bands>& a, const Curve<bands>& b) {
    double sum = 0.0;
    for (std::size_t band = 0; band < bands; ++band) sum += std::abs(a[band] - b[band]);
    return sum / bands;
}

}  // namespace

TEST_CASE("tones, hits and noise have their shares of a band", "[analysis][partials]") {
    const auto tone = partials_of(test::sine(1000.0, 0.3, 10.0, rate_hz));
    CHECK(tone.tonal_share[band_of(1000.0)] > 0.95);
    CHECK(tone.percussive_share[band_of(1000.0)] < 0.01);
    AudioBuffer clicks(2, 441000);
    for (int n = 10000; n < clicks.frames(); n += 22050) clicks.channel(0)[n] = clicks.channel(1)[n] = 0.9F;
    const auto hit = partials_of(clicks);
    const auto noise = partials_of(test::white_noise(0.3, 10.0, rate_hz));
    for (std::size_t b = 5; b < bands; ++b) {
        INFO(bark_bands_hz[b] << " Hz");
        CHECK(hit.percussive_share[b] > 0.9);
        CHECK(hit.tonal_share[b] < 0.05);
        // Nothing tells steady from broad here: both are rare alike.
        CHECK(noise.tonal_share[b] < 0.2);
        CHECK(noise.percussive_share[b] < 0.2);
    }
}

TEST_CASE("partials are counted band by band, with their octaves and twelfths", "[analysis][partials]") {
    constexpr double pitch_hz = 220.0;
    constexpr int count = 24;
    const auto curves = partials_of(harmonics(pitch_hz, count, -6.0, 10.0));
    for (std::size_t b = 1; b < bands && bark_edges_hz[b + 1] < count * pitch_hz; ++b) {
        int partials = 0, octaves = 0, twelfths = 0;
        for (int k = 1; k <= count; ++k) {
            if (band_of(k * pitch_hz) != b) continue;
            ++partials;
            octaves += 2 * k <= count ? 1 : 0;
            twelfths += 3 * k <= count ? 1 : 0;
        }
        INFO(bark_bands_hz[b] << " Hz: " << partials);
        CHECK(curves.partials[b] == Approx(partials).margin(0.1));
        if (partials == 0) continue;
        CHECK(curves.octave_share[b] == Approx(1.0 * octaves / partials).margin(0.05));
        CHECK(curves.twelfth_share[b] == Approx(1.0 * twelfths / partials).margin(0.05));
        CHECK(curves.sharpness_db[b] > 2.0);
        CHECK(curves.partial_level_db[b] < 0.0);
    }
    const auto noise = partials_of(test::white_noise(0.3, 10.0, rate_hz));
    for (std::size_t b = 5; b < bands; ++b) {
        INFO(bark_bands_hz[b] << " Hz");
        const double bins = (bark_edges_hz[b + 1] - bark_edges_hz[b]) / (rate_hz / 4096);
        CHECK(noise.partials[b] < 1e-3 * bins);
    }
}

// The harmonics of one note are its spectrum: however steeply they fall, its own step is that of the whole, but for how
// many partials the bands hold.
TEST_CASE("the step from a partial to its octave is told over the spectrum's", "[analysis][partials]") {
    const auto steep = partials_of(harmonics(220.0, 24, -12.0, 10.0));
    const auto gentle = partials_of(harmonics(220.0, 24, -3.0, 10.0));
    for (const double hz : {220.0, 440.0, 660.0, 880.0}) {
        INFO(hz << " Hz");
        REQUIRE(gentle.octave_share[band_of(hz)] > 0.9);
        CHECK(std::abs(steep.octave_step_db[band_of(hz)] - gentle.octave_step_db[band_of(hz)]) < 3.0);
        CHECK(steep.octave_deviation_db[band_of(hz)] < 2.5);
    }
    // Another voice where the octave is, 7 dB louder than the octave with it: that stands so much lower over the whole.
    auto two = harmonics(440.0, 4, -6.0, 10.0);
    const auto alone = partials_of(two);
    const auto other = test::sine(800.0, 0.2, 10.0, rate_hz);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < two.frames(); ++n) two.channel(c)[n] += other.channel(c)[n];
    CHECK(partials_of(two).octave_step_db[band_of(440.0)] < alone.octave_step_db[band_of(440.0)] - 2.0);
}

TEST_CASE("a smooth filter hardly changes what the partials tell", "[analysis][partials]") {
    for (const bool is_melody : {false, true}) {
        const auto audio = is_melody ? melody(20.0) : test::toy_music(20.0, rate_hz);
        const auto before = partials_of(audio);
        const auto after = partials_of(test::filtered(audio, rate_hz));
        for (const auto& row : partial_curves.curves) {
            INFO(row.name << (is_melody ? ", melody" : ", toy music"));
            CHECK(difference(after.*row.member, before.*row.member) < (row.unit == "dB" ? 1.0 : 0.1));
        }
    }
}

TEST_CASE("partials are the same at every rate", "[analysis][partials]") {
    const auto usual = partials_of(melody(10.0));
    for (const double at_hz : {48000.0, 96000.0}) {
        const auto other = partials_of(melody(10.0, at_hz), at_hz);
        for (const auto& row : partial_curves.curves) {
            INFO(row.name << ", " << at_hz << " Hz");
            CHECK(difference(other.*row.member, usual.*row.member) < (row.unit == "dB" ? 1.5 : 0.15));
        }
    }
}

TEST_CASE("silence has no partials, and no number of the shortest track is undefined", "[analysis][partials]") {
    const auto silence = partials_of(AudioBuffer(2, 100000));
    for (const auto& row : partial_curves.curves)
        for (const double value : silence.*row.member) CHECK(value == 0.0);
    for (const int frames : {1, 100, 5000}) {
        const auto noise = partials_of(test::white_noise(0.5, frames / rate_hz, rate_hz));
        for (const auto& row : partial_curves.curves)
            for (const double value : noise.*row.member) CHECK(std::isfinite(value));
    }
}

}  // namespace burnish
