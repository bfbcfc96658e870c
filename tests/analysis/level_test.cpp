#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>
#include <utility>

#include "analysis/analyzer.h"
#include "analysis/statistics.h"
#include "core/decibels.h"
#include "dsp/window.h"
#include "tests/support/signals.h"

namespace burnish {
namespace {

constexpr double pi = std::numbers::pi;

/// The LevelAnalyzer's half alone.
TrackAnalysis levels(const AudioBuffer& audio, double rate_hz) {
    LevelAnalyzer analyzer;
    analyzer.prepare({rate_hz, audio.channels(), audio.frames(), 0});
    analyzer.process(audio.view());
    TrackAnalysis analysis;
    analyzer.finish(analysis);
    return analysis;
}

void scale(AudioBuffer& audio, int channel, double gain) {
    for (float& sample : audio.channel(channel)) sample = static_cast<float>(sample * gain);
}

/// EBU Tech 3341 cases 15 to 19: a sine whose samples miss its crests, faded in and out over 10 ms.
AudioBuffer missed_crests(double amplitude, int samples_per_period, double phase_degrees, double rate_hz) {
    auto audio = test::sine(rate_hz / samples_per_period, amplitude, 0.5, rate_hz, 2, phase_degrees * pi / 180);
    const int fade = static_cast<int>(rate_hz / 100);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < fade; ++n) {
            audio.channel(c)[n] *= static_cast<float>(n) / static_cast<float>(fade);
            audio.channel(c)[audio.frames() - 1 - n] *= static_cast<float>(n) / static_cast<float>(fade);
        }
    return audio;
}

/// EBU Tech 3341 cases 20 to 23: made at four times the rate, a sine of fs/6 and amplitude 0.5 with one period of fs/4
/// and amplitude 1 in its midst, the phase going on; low-passed, and every fourth sample taken from `offset` on.
AudioBuffer hidden_peak(int offset, double rate_hz) {
    const int periods = 200;
    std::vector<double> high;
    for (int n = 0; n < periods * 24; ++n) high.push_back(0.5 * std::sin(2 * pi * n / 24));
    for (int n = 0; n < 16; ++n) high.push_back(std::sin(2 * pi * n / 16));
    for (int n = 0; n < periods * 24; ++n) high.push_back(0.5 * std::sin(2 * pi * n / 24));
    const int half = 256;
    const double cutoff = 0.45 / 4;  // cycles per sample, half of it transition
    AudioBuffer audio(2, static_cast<int>(high.size() / 4));
    for (int i = 0; i < audio.frames(); ++i) {
        double sum = 0.0;
        for (int k = -half; k <= half; ++k) {
            const int n = 4 * i + offset + k;
            if (n < 0 || n >= static_cast<int>(high.size())) continue;
            const double sinc = k == 0 ? 2 * cutoff : std::sin(2 * pi * cutoff * k) / (pi * k);
            sum += high[static_cast<std::size_t>(n)] * sinc * kaiser(static_cast<double>(k) / (half + 1), 8.0);
        }
        audio.channel(0)[i] = audio.channel(1)[i] = static_cast<float>(sum);
    }
    // The cut ends of the sine ring; fade them.
    const int fade = static_cast<int>(rate_hz / 200);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < fade; ++n) {
            audio.channel(c)[n] *= static_cast<float>(n) / static_cast<float>(fade);
            audio.channel(c)[audio.frames() - 1 - n] *= static_cast<float>(n) / static_cast<float>(fade);
        }
    return audio;
}

void check_true_peak(const AudioBuffer& audio, double rate_hz, double expected_dbtp) {
    const double found_dbtp = levels(audio, rate_hz).true_peak_dbtp;
    CHECK(found_dbtp < expected_dbtp + 0.2);
    CHECK(found_dbtp > expected_dbtp - 0.4);
}

}  // namespace

TEST_CASE("EBU Tech 3341 cases 15 to 23: true peak", "[analysis][levels]") {
    for (const double rate_hz : {44100.0, 48000.0, 96000.0}) {
        INFO(rate_hz << " Hz");
        check_true_peak(missed_crests(0.50, 4, 0, rate_hz), rate_hz, -6.0);
        check_true_peak(missed_crests(0.50, 4, 45, rate_hz), rate_hz, -6.0);
        check_true_peak(missed_crests(0.50, 6, 60, rate_hz), rate_hz, -6.0);
        check_true_peak(missed_crests(0.50, 8, 67.5, rate_hz), rate_hz, -6.0);
        check_true_peak(missed_crests(1.41, 4, 45, rate_hz), rate_hz, 3.0);
        for (int offset = 0; offset < 4; ++offset) check_true_peak(hidden_peak(offset, rate_hz), rate_hz, 0.0);
    }
}

// A sine of amplitude a has an rms of a / sqrt(2).
TEST_CASE("peak, rms and crest of a sine", "[analysis][levels]") {
    const auto analysis = levels(test::sine(997, 0.5, 4, 44100), 44100);
    CHECK(analysis.sample_peak_db == Approx(-6.021).margin(0.01));
    CHECK(analysis.rms_db == Approx(-9.031).margin(0.01));
    CHECK(analysis.crest_db == Approx(3.010).margin(0.01));
    CHECK(analysis.duration_s == Approx(4.0));
    // Loudness and peak are steady, so all ratios between them are one.
    CHECK(analysis.plr_db == Approx(analysis.true_peak_dbtp - analysis.integrated_lufs));
    CHECK(analysis.psr_min_db == Approx(analysis.plr_db).margin(0.02));
    CHECK(analysis.psr_p95_db == Approx(analysis.plr_db).margin(0.02));
}

TEST_CASE("the peak may lie in either channel, on any sample", "[analysis][levels]") {
    for (const int channel : {0, 1})
        for (const int frame : {0, 5, 438, 440, 441, 999}) {
            AudioBuffer audio(2, 1000);
            audio.channel(channel)[frame] = -0.5F;
            CHECK(levels(audio, 44100).sample_peak_db == Approx(-6.021).margin(0.001));
            CHECK(levels(audio, 44100).true_peak_dbtp == Approx(-6.021).margin(0.2));
        }
}

// 6 s steady, then 6 s at the same level with a click every second, 12 dB above the sine and too short to be loud.
TEST_CASE("peak to short-term ratio follows the passage", "[analysis][levels]") {
    auto audio = test::sine(997, 0.1, 12, 44100);
    for (int second = 6; second < 12; ++second)
        for (int c = 0; c < 2; ++c) audio.channel(c)[second * 44100 + 100] = 0.4F;
    const auto analysis = levels(audio, 44100);
    CHECK(analysis.psr_p95_db - analysis.psr_min_db == Approx(20 * std::log10(4.0)).margin(0.3));
}

TEST_CASE("correlation, width and balance of closed forms", "[analysis][levels][stereo]") {
    const double rate_hz = 44100;
    auto audio = test::white_noise(0.5, 4, rate_hz);
    const auto unrelated = levels(audio, rate_hz);
    CHECK(unrelated.correlation == Approx(0.0).margin(0.01));
    CHECK(unrelated.side_mid_db == Approx(0.0).margin(0.1));
    CHECK(unrelated.balance_db == Approx(0.0).margin(0.05));
    CHECK(unrelated.fold_down_loss_db == Approx(3.01).margin(0.05));

    scale(audio, 1, 0.5);
    CHECK(levels(audio, rate_hz).balance_db == Approx(-6.02).margin(0.05));

    auto opposite = test::sine(440, 0.5, 1, rate_hz);
    CHECK(levels(opposite, rate_hz).correlation == Approx(1.0).margin(1e-9));
    CHECK(levels(opposite, rate_hz).fold_down_loss_db == 0.0);
    CHECK(levels(opposite, rate_hz).side_mid_db == silence_db);
    scale(opposite, 1, -1.0);
    CHECK(levels(opposite, rate_hz).correlation == Approx(-1.0).margin(1e-9));
    CHECK(levels(opposite, rate_hz).fold_down_loss_db == -silence_db);
    CHECK(levels(opposite, rate_hz).side_mid_db == -silence_db);

    // L = s, R = s + n with n of the power of s: the correlation is 1 / sqrt(2).
    auto half = test::white_noise(0.2, 4, rate_hz);
    for (int n = 0; n < half.frames(); ++n) half.channel(1)[n] += half.channel(0)[n];
    CHECK(levels(half, rate_hz).correlation == Approx(std::sqrt(0.5)).margin(0.01));

    const auto mono = levels(test::sine(440, 0.5, 1, rate_hz, 1), rate_hz);
    CHECK(mono.correlation == 1.0);
    CHECK(mono.side_mid_db == silence_db);
    CHECK(mono.balance_db == 0.0);
    CHECK(mono.fold_down_loss_db == 0.0);
}

TEST_CASE("DC offset of each channel", "[analysis][levels]") {
    auto audio = test::sine(441, 0.25, 2, 44100);  // whole periods
    for (float& sample : audio.channel(0)) sample += 0.01F;
    for (float& sample : audio.channel(1)) sample -= 0.002F;
    const auto analysis = levels(audio, 44100);
    CHECK(analysis.dc_left == Approx(0.01).margin(1e-6));
    CHECK(analysis.dc_right == Approx(-0.002).margin(1e-6));
}

TEST_CASE("silent edges to the frame", "[analysis][levels]") {
    AudioBuffer audio(2, 100000);
    for (int n = 12345; n < 67890; ++n) audio.channel(n % 2)[n] = 0.5F;
    const auto analysis = levels(audio, 44100);
    CHECK(analysis.leading_silence_s == Approx(12345 / 44100.0).epsilon(1e-12));
    CHECK(analysis.trailing_silence_s == Approx((100000 - 67890) / 44100.0).epsilon(1e-12));

    const auto silent = levels(AudioBuffer(1, 1000), 44100);
    CHECK(silent.leading_silence_s == Approx(1000 / 44100.0));
    CHECK(silent.trailing_silence_s == 0.0);
}

// A tone in the middle of each band, a tenth of the time 12 dB louder: the median is the quiet level, p95 the loud one.
TEST_CASE("level, spread and crest of the dynamics bands", "[analysis][levels][dynamics]") {
    const double tones_hz[] = {40, 350, 2500, 12000};
    for (int band = 0; band < 4; ++band) {
        INFO(tones_hz[band] << " Hz");
        auto audio = test::sine(tones_hz[band], 0.4, 10, 48000);
        for (int c = 0; c < 2; ++c)
            for (int n = 0; n < audio.frames(); ++n)
                if (n % 48000 >= 4800) audio.channel(c)[n] *= static_cast<float>(db_to_gain(-12));
        const auto analysis = levels(audio, 48000);
        const auto& dynamics = analysis.dynamics;
        const double loud_db = 20 * std::log10(0.4) - 3.01;
        const double mean_db = loud_db + 10 * std::log10(0.1 + 0.9 * db_to_power(-12));
        // The filters of a band of two octaves take half a decibel from its middle.
        CHECK(dynamics.p95_db[band] == Approx(loud_db).margin(0.6));
        CHECK(dynamics.p50_db[band] == Approx(loud_db - 12).margin(0.6));
        CHECK(dynamics.spread_db[band] == Approx(12.0).margin(0.4));
        CHECK(dynamics.level_db[band] == Approx(mean_db).margin(0.6));
        CHECK(dynamics.crest_db[band] == Approx(loud_db + 3.01 - mean_db).margin(1.0));
        for (int other = 0; other < 4; ++other)
            if (other != band) CHECK(dynamics.level_db[other] < dynamics.level_db[band] - 20);
    }
}

// One second in ten holds nothing but noise at -70 dBFS: a tenth of the blocks, so the lowest hundredth is noise too.
TEST_CASE("noise floor is what lies under the pauses", "[analysis][levels]") {
    auto audio = test::sine(440, 0.5, 20, 44100);
    const auto noise = test::white_noise(std::sqrt(3.0) * db_to_gain(-70), 20, 44100);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < audio.frames(); ++n) {
            if (n % 441000 < 44100) audio.channel(c)[n] = 0.0F;
            audio.channel(c)[n] += noise.channel(c)[n];
        }
    CHECK(levels(audio, 44100).noise_floor_db == Approx(-70).margin(0.3));
}

TEST_CASE("percentiles interpolate between neighbours", "[analysis][levels]") {
    std::vector<float> values{4, 0, 3, 1, 2};
    CHECK(percentile(values, 0.0) == 0.0);
    CHECK(percentile(values, 0.5) == 2.0);
    CHECK(percentile(values, 0.1) == Approx(0.4));
    CHECK(percentile(values, 1.0) == 4.0);
}

}  // namespace burnish
