#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "analysis/analyzer.h"
#include "core/decibels.h"
#include "core/random.h"
#include "dsp/window.h"
#include "tests/support/signals.h"

// Faults are planted and must be found every time; sound material must raise no alarm.

namespace burnish {
namespace {

constexpr double pi = std::numbers::pi;

template <class Change>
AudioBuffer changed(AudioBuffer audio, Change change) {
    for (int c = 0; c < audio.channels(); ++c)
        for (int n = 0; n < audio.frames(); ++n)
            audio.channel(c)[n] = static_cast<float>(change(double{audio.channel(c)[n]}, n, c));
    return audio;
}

AudioBuffer quantized(const AudioBuffer& audio, int bits) {
    const double steps = std::exp2(bits - 1);
    return changed(audio, [&](double x, int, int) { return std::nearbyint(x * steps) / steps; });
}

AudioBuffer clipped(const AudioBuffer& audio, double ceiling) {
    return changed(audio, [&](double x, int, int) { return std::min(std::max(x, -ceiling), ceiling); });
}

AudioBuffer amplified(const AudioBuffer& audio, double gain) {
    return changed(audio, [&](double x, int, int) { return x * gain; });
}

/// Linear-phase low-pass, 250 Hz from pass to stop band at 44.1 kHz, 90 dB down.
AudioBuffer low_passed(const AudioBuffer& audio, double cutoff_hz, double rate_hz) {
    const int half = 500;
    std::vector<float> taps;
    for (int k = -half; k <= half; ++k) {
        const double x = 2 * cutoff_hz / rate_hz;
        const double sinc = k == 0 ? x : std::sin(pi * x * k) / (pi * k);
        taps.push_back(static_cast<float>(sinc * kaiser(static_cast<double>(k) / (half + 1), 9.0)));
    }
    AudioBuffer out(audio.channels(), audio.frames());
    for (int c = 0; c < audio.channels(); ++c)
        for (int k = -half; k <= half; ++k) {
            const float tap = taps[static_cast<std::size_t>(k + half)];
            const float* const from = audio.channel(c).data() + k;
            float* const to = out.channel(c).data();
            for (int n = half; n < audio.frames() - half; ++n) to[n] += tap * from[n];
        }
    return out;
}

/// Runs of at least three samples at the ceiling, within the track.
int planted_runs(const AudioBuffer& audio, double ceiling) {
    int runs = 0;
    for (int c = 0; c < audio.channels(); ++c) {
        int length = 0;
        for (const float sample : audio.channel(c)) {
            if (std::abs(sample) >= static_cast<float>(ceiling)) {
                ++length;
            } else {
                runs += length >= 3 ? 1 : 0;
                length = 0;
            }
        }
    }
    return runs;
}

std::vector<std::pair<std::string, AudioBuffer>> sound_material() {
    const double rate_hz = 44100;
    std::vector<std::pair<std::string, AudioBuffer>> all;
    const auto music = test::toy_music(6, rate_hz);
    all.emplace_back("music", music);
    all.emplace_back("music, 16 bits", quantized(music, 16));
    all.emplace_back("quiet music, 16 bits", quantized(amplified(music, 0.05), 16));
    all.emplace_back("mono music", test::toy_music(6, rate_hz, 1, 3));
    all.emplace_back("saturated music", changed(music, [](double x, int, int) { return std::tanh(4 * x); }));
    all.emplace_back("white noise", test::white_noise(0.9, 6, rate_hz));
    all.emplace_back("pink noise, 16 bits", quantized(test::pink_noise(-18, 6, rate_hz), 16));
    all.emplace_back("random signs", test::random_signs(0.5, 4, rate_hz));
    for (const double frequency_hz : {20.0, 50.0, 60.0, 120.0, 997.0, 11025.0, 15000.0, 18200.0})
        all.emplace_back("sine " + std::to_string(frequency_hz),
                         quantized(test::sine(frequency_hz, 0.99, 6, rate_hz), 16));
    // Small ripples on a slow wave make short flat spots by chance, at every level.
    const auto ripples = test::white_noise(50.0 / 32768, 20, rate_hz);
    all.emplace_back(
        "slow wave with ripples",
        quantized(changed(ripples, [](double x, int n,
                                      int c) { return x + 0.3 * std::sin(0.004 * n + c) * std::sin(0.00013 * n); }),
                  16));
    all.emplace_back("slow crests", quantized(test::sine(54, 0.99, 6, rate_hz, 2, pi / 2), 16));
    const double rising_with_a_rest[] = {0.0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.5, 0.6, 0.7, 0.5, 0.3, 0.1};
    all.emplace_back("rests on a slope",
                     changed(AudioBuffer(2, 200000), [&](double, int n, int) { return rising_with_a_rest[n % 13]; }));
    all.emplace_back("square wave",
                     changed(test::sine(441, 0.5, 4, rate_hz), [](double x, int, int) { return x < 0 ? -0.5 : 0.5; }));
    all.emplace_back("staircase", changed(test::sine(110, 0.9, 4, rate_hz),
                                          [](double x, int, int) { return std::nearbyint(x * 8) / 8; }));
    all.emplace_back("silence", AudioBuffer(2, 400000));
    all.emplace_back("direct current", changed(AudioBuffer(2, 400000), [](double, int, int) { return 0.5; }));
    all.emplace_back("click", test::impulse(100000, 400000));
    return all;
}

}  // namespace

TEST_CASE("sound material raises no alarm", "[analysis][faults]") {
    for (const auto& [name, audio] : sound_material()) {
        INFO(name);
        const auto analysis = analyze(audio.view(), 44100);
        CHECK(analysis.clipped_runs == 0);
        CHECK(analysis.codec_cutoff_hz == 0);
        CHECK(analysis.hum_hz == 0);
    }
}

TEST_CASE("clipping is found at full scale and below", "[analysis][faults]") {
    const double rate_hz = 44100;
    for (unsigned seed = 1; seed <= 2; ++seed)
        for (const double over_db : {1.0, 3.0, 9.0}) {
            INFO("seed " << seed << ", " << over_db << " dB over");
            const auto music = test::toy_music(4, rate_hz, 2, seed);
            const auto cut = clipped(amplified(music, db_to_gain(over_db) / test::peak(music)), 1.0);
            const int planted = planted_runs(cut, 1.0);
            REQUIRE(planted > 0);
            for (const double level_db : {0.0, -3.0, -12.0}) {
                INFO("lowered by " << level_db << " dB");
                const auto lowered = amplified(cut, db_to_gain(level_db));
                for (const auto& audio : {lowered, quantized(lowered, 16)}) {
                    const auto analysis = analyze(audio.view(), rate_hz);
                    // Where a slow wave only just reaches the ceiling, its crest is as smooth as the cut.
                    CHECK(analysis.clipped_runs >= 0.85 * planted);
                    CHECK(analysis.clipped_runs <= 1.1 * planted + 1);
                    CHECK(analysis.clipped_frames >= 3 * analysis.clipped_runs);
                    CHECK(analysis.clip_level_db == Approx(level_db).margin(0.03));
                }
            }
        }
}

// The first half was clipped, then lowered by 6 dB; the second was not, and is louder.
TEST_CASE("clipping below a louder part is found by its repeated level", "[analysis][faults]") {
    const auto music = test::toy_music(8, 44100);
    const auto cut = clipped(amplified(music, db_to_gain(6.0) / test::peak(music)), 1.0);
    const double louder = 0.95 / test::peak(music);
    const auto joined = changed(
        cut, [&](double x, int n, int c) { return n < cut.frames() / 2 ? 0.5 * x : louder * music.channel(c)[n]; });
    const auto analysis = analyze(joined.view(), 44100);
    CHECK(analysis.clipped_runs > 20);
    CHECK(analysis.clip_level_db == Approx(-6.02).margin(0.03));
}

TEST_CASE("a codec's low-pass is found where it is", "[analysis][faults]") {
    const double rate_hz = 44100;
    const auto music = test::toy_music(2, rate_hz);
    const auto noise = test::pink_noise(-30, 2, rate_hz);
    const auto bright = changed(music, [&](double x, int n, int c) { return x + noise.channel(c)[n]; });
    for (const double cutoff_hz : {15000.0, 16000.0, 19000.0, 20200.0}) {
        INFO(cutoff_hz << " Hz");
        const auto coded = low_passed(bright, cutoff_hz, rate_hz);
        CHECK(analyze(coded.view(), rate_hz).codec_cutoff_hz == Approx(cutoff_hz).margin(150));
        CHECK(analyze(quantized(coded, 16).view(), rate_hz).codec_cutoff_hz == Approx(cutoff_hz).margin(150));
    }
    // What was recorded at a lower rate falls from music straight to the bottom.
    for (const double old_half_rate_hz : {3800.0, 7500.0, 10500.0})
        CHECK(analyze(low_passed(bright, old_half_rate_hz, rate_hz).view(), rate_hz).codec_cutoff_hz ==
              Approx(old_half_rate_hz).margin(150));
    // What a converter or a resampler leaves just below half the rate, and a gentle slope, are no cliff.
    CHECK(analyze(low_passed(bright, 21500, rate_hz).view(), rate_hz).codec_cutoff_hz == 0);
    AudioBuffer dull = bright;
    for (int c = 0; c < 2; ++c)
        for (int pass = 0; pass < 4; ++pass) {
            double state = 0.0;
            for (float& sample : dull.channel(c)) sample = static_cast<float>(state += 0.8 * (sample - state));
        }
    CHECK(analyze(dull.view(), rate_hz).codec_cutoff_hz == 0);
    // The same cut in a file of twice the rate; the filter is half as steep.
    const auto wide = low_passed(test::pink_noise(-20, 2, 96000), 16000, 96000);
    CHECK(analyze(wide.view(), 96000).codec_cutoff_hz == Approx(16000).margin(300));
}

TEST_CASE("hum is found under a quiet passage", "[analysis][faults]") {
    const double seconds = 12;
    for (const double rate_hz : {22050.0, 44100.0, 96000.0}) {
        const auto music = test::toy_music(seconds, rate_hz);
        const auto noise = test::white_noise(db_to_gain(-75), seconds, rate_hz);
        for (const double mains_hz : {50.0, 60.0, 49.95, 60.05}) {
            if (rate_hz > 50000 && mains_hz != 50.0) continue;
            const double hum_db = mains_hz == 60.0 ? -90 : -60;
            INFO(mains_hz << " Hz at " << rate_hz << " Hz");
            const auto audio = changed(music, [&](double x, int n, int c) {
                const double t = n / rate_hz;
                double hum = 0.0;
                for (int h = 1; h <= 4; ++h) hum += db_to_gain(hum_db) / h * std::sin(2 * pi * mains_hz * h * t + h);
                return (t > 3 && t < 9 ? 0.0 : x) + noise.channel(c)[n] + hum;
            });
            const auto analysis = analyze(audio.view(), rate_hz);
            CHECK(analysis.hum_hz == std::round(mains_hz / 10) * 10);
            CHECK(analysis.hum_excess_db > (hum_db < -80 ? 15 : 40));
            // Amplitudes 1, 1/2, 1/3, 1/4 of hum_db; a line between two bins reads up to 1.4 dB less.
            const double level_db = hum_db - 3.01 + 10 * std::log10(1 + 1 / 4.0 + 1 / 9.0 + 1 / 16.0);
            CHECK(analysis.hum_level_db < level_db + 0.3);
            CHECK(analysis.hum_level_db > level_db - 1.7);
        }
    }
}

// Between the hits of the music lies nothing but the noise, in the last third of the track at least.
TEST_CASE("steady noise is found where the music leaves it bare", "[analysis][faults]") {
    const double seconds = 9;
    const auto music = test::toy_music(seconds, 44100);
    for (const double noise_db : {-45.0, -60.0, -75.0}) {
        INFO(noise_db << " dBFS");
        // Uniform noise of amplitude a has a mean square of a^2 / 3; 72 % of it lie above 6 kHz.
        const auto noise = test::white_noise(db_to_gain(noise_db) * std::sqrt(3.0), seconds, 44100);
        const auto audio =
            changed(music, [&](double x, int n, int c) { return (n < 8 * 44100 ? x : 0.0) + noise.channel(c)[n]; });
        CHECK(analyze(audio.view(), 44100).hiss_level_db == Approx(noise_db - 1.5).margin(1.0));
    }
    CHECK(analyze(music.view(), 44100).hiss_level_db == silence_db);
    // A piece of nothing but noise has no music that could leave it bare.
    CHECK(analyze(test::white_noise(0.1, seconds, 44100).view(), 44100).hiss_level_db == silence_db);
}

TEST_CASE("effective bits", "[analysis][faults]") {
    const auto noise = test::white_noise(0.5, 1, 44100);
    for (const int bits : {8, 12, 16, 20, 24}) {
        INFO(bits);
        CHECK(analyze(quantized(noise, bits).view(), 44100, 24).effective_bits == bits);
    }
    CHECK(analyze(noise.view(), 44100).effective_bits == 32);
    CHECK(analyze(quantized(noise, 16).view(), 44100, 24).bits_per_sample == 24);
    CHECK(analyze(AudioBuffer(2, 1000).view(), 44100).effective_bits == 0);
    // A single odd sample needs its bit, in either channel.
    auto odd = quantized(noise, 16);
    odd.channel(1)[777] += 1.0F / 8388608;
    CHECK(analyze(std::as_const(odd).view(), 44100).effective_bits == 24);
}

}  // namespace burnish
