#include "dsp/limiter.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>

#include "core/decibels.h"
#include "tests/support/block_runner.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"
#include "tests/support/worst_peaks.h"

namespace burnish::test {
namespace {

constexpr double ceiling_dbtp = -1.0;

LimiterSettings settings_with_drive(double drive_db, const LimiterMode& mode = limiter_modes.front()) {
    return {.drive_db = drive_db,
            .ceiling_dbtp = ceiling_dbtp,
            .lookahead_ms = mode.lookahead_ms,
            .hold_ms = mode.hold_ms,
            .release_ms = mode.release_ms,
            .slow_release_ms = mode.slow_release_ms,
            .high_cut_hz = 20000.0};
}

}  // namespace

// The block alone, without the offline refinement. The limits of the meters it watches are met outright; a 32-fold
// meter sees what lies between their points.
TEST_CASE("limiter holds the ceiling on the signals that break limiters", "[dsp][limiter]") {
    for (const double rate_hz : {44100.0, 48000.0, 88200.0, 96000.0})
        for (const auto& signal : worst_peaks()) {
            const auto in = in_silence(signal.make(rate_hz));
            for (const auto& mode : limiter_modes)
                for (const double drive_db : {3.0, 6.0, 9.0, 12.0}) {
                    const auto out = render<Limiter>(in, settings_with_drive(drive_db, mode), rate_hz);
                    INFO(signal.name << ", " << rate_hz << " Hz, " << mode.name << ", drive " << drive_db << " dB");
                    const double exact_dbtp = true_peak_32x_dbtp(out);
                    CHECK(ebur128_reading(out, rate_hz).true_peak_dbtp <= ceiling_dbtp);
                    CHECK(exact_dbtp <= ceiling_dbtp + 0.05);
                    // It limits, and does not just turn down: some peak comes near the ceiling.
                    if (rate_hz / 4 < 20000.0) CHECK(exact_dbtp > ceiling_dbtp - 1.0);
                }
        }
}

TEST_CASE("below the threshold the limiter is a bit-exact delay", "[dsp][limiter]") {
    for (const double rate_hz : {44100.0, 48000.0, 88200.0, 96000.0})
        for (const auto& mode : limiter_modes) {
            INFO(rate_hz << " Hz, " << mode.name);
            auto settings = settings_with_drive(0.0, mode);
            settings.high_cut_hz = 0.0;
            const auto in = white_noise(0.25, 1.0, rate_hz);  // peaks between samples stay 9 dB higher at most: -3 dBTP
            const auto out = render<Limiter>(in, settings, rate_hz);
            int unequal = 0;
            for (int c = 0; c < 2; ++c)
                for (int n = 0; n < in.frames(); ++n) unequal += in.channel(c)[n] != out.channel(c)[n] ? 1 : 0;
            CHECK(unequal == 0);
        }
}

// A gain that has gone down must come back to exactly one: the reductions are summed as integers.
TEST_CASE("after a peak the limiter returns to the exact input", "[dsp][limiter]") {
    auto settings = settings_with_drive(0.0);
    settings.high_cut_hz = 0.0;
    auto in = white_noise(0.25, 20.0, 44100.0);
    in.channel(0)[5000] = 4.0F;
    const auto out = render<Limiter>(in, settings, 44100.0);
    CHECK(std::abs(out.channel(0)[5000]) < 1.0F);
    for (int n = in.frames() - 20000; n < in.frames(); ++n) REQUIRE(in.channel(0)[n] == out.channel(0)[n]);
}

TEST_CASE("limiter: bass stays undistorted in the clean setting", "[dsp][limiter]") {
    for (const double rate_hz : {44100.0, 48000.0, 88200.0, 96000.0}) {
        INFO(rate_hz << " Hz");
        // 60 Hz, 3 dB over the ceiling, alone: harmonics over the fundamental.
        const auto drive_db = 3.0;
        const auto bass = sine(60.0, db_to_gain(ceiling_dbtp), 4.0, rate_hz);
        const auto settled = 2 * static_cast<int>(rate_hz);
        const auto amplitude = [&](const AudioBuffer& out, double hz) {
            return tone_amplitude(out, 0, hz, rate_hz, settled - settled / 4, settled);
        };
        {
            const auto out = render<Limiter>(bass, settings_with_drive(drive_db), rate_hz);
            double harmonics = 0.0;
            for (int k = 2; k <= 20; ++k) harmonics += std::pow(amplitude(out, 60.0 * k), 2);
            CHECK(power_to_db(harmonics / std::pow(amplitude(out, 60.0), 2)) <= -80.0);
        }
        // With 1 kHz at -20 dB: side bands at 1 kHz +- 60 Hz and +- 120 Hz over the 1 kHz.
        {
            auto two = bass;
            const auto high = sine(1000.0, 0.1, 4.0, rate_hz);
            for (int c = 0; c < 2; ++c)
                for (int n = 0; n < two.frames(); ++n) two.channel(c)[n] += high.channel(c)[n];
            const auto out = render<Limiter>(two, settings_with_drive(drive_db), rate_hz);
            double side = 0.0;
            for (const double f : {880.0, 940.0, 1060.0, 1120.0}) side += std::pow(amplitude(out, f), 2);
            CHECK(power_to_db(side / std::pow(amplitude(out, 1000.0), 2)) <= -60.0);
        }
    }
}

// Reduction of a constant: 20 lg(threshold / level), reached when the look-ahead has passed and kept.
TEST_CASE("limiter settles on the ceiling for a steady level and links its channels", "[dsp][limiter]") {
    constexpr double rate_hz = 44100.0;
    auto in = sine(5512.5, 1.0, 1.0, rate_hz, 2, std::numbers::pi / 2);
    for (float& sample : in.channel(1)) sample *= 0.125F;  // exact, so equal gains give exactly an eighth again
    const auto out = render<Limiter>(in, {.drive_db = 0.0, .ceiling_dbtp = -6.0}, rate_hz);
    const int n = 24000 / 8 * 8;  // a crest of the first channel
    CHECK(gain_to_db(out.channel(0)[n]) == Approx(-6.0 - LimiterGain::safety_db).margin(0.002));
    for (int i = 0; i < in.frames(); ++i) REQUIRE(out.channel(1)[i] == 0.125F * out.channel(0)[i]);
}

TEST_CASE("reduction on a step of level never bounces", "[dsp][limiter]") {
    LimiterGain gain;
    gain.prepare(44100.0);
    gain.set({.ceiling_dbtp = 0.0});
    std::vector<float> peaks(88200, 0.5F);
    std::fill(peaks.begin() + 20000, peaks.begin() + 40000, 2.0F);
    std::vector<float> gains(peaks.size());
    gain.process(peaks, gains);
    const int latency = gain.latency_frames();
    const auto at = [&](int frame) { return gains[frame + latency]; };
    CHECK(at(20000 - 221) == 1.0F);  // 5 ms before the step nothing has moved yet
    CHECK(at(20000) <= 0.5F * static_cast<float>(db_to_gain(-LimiterGain::safety_db)) * 1.000001F);
    for (int n = 1; n < 40000; ++n) REQUIRE(at(n) <= at(n - 1));
    for (int n = 40400; n < 80000; ++n) REQUIRE(at(n) >= at(n - 1));
}

}  // namespace burnish::test
