#include "dsp/limiter.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "core/decibels.h"
#include "core/random.h"
#include "tests/support/block_runner.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"
#include "tests/support/thinned.h"
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
    for (const double rate_hz : thinned({96000.0, 88200.0, 48000.0, 44100.0}))
        for (const auto& signal : worst_peaks()) {
            const auto in = in_silence(signal.make(rate_hz));
            for (const auto& mode : limiter_modes)
                for (const double drive_db : thinned({3.0, 6.0, 9.0, 12.0})) {
                    const auto out = render<Limiter>(in, settings_with_drive(drive_db, mode), rate_hz);
                    INFO(signal.name << ", " << rate_hz << " Hz, " << mode.name << ", drive " << drive_db << " dB");
                    const double exact_dbtp = true_peak_32x_dbtp(out);
                    CHECK(ebur128_reading(out, rate_hz).true_peak_dbtp <= ceiling_dbtp);
                    CHECK(true_peak_itu_dbtp(out) <= ceiling_dbtp);
                    CHECK(exact_dbtp <= ceiling_dbtp + 0.02);
                    // Where it hardly works and where it always does: this meter is the slowest.
                    if (drive_db == 3.0 || drive_db == 12.0) CHECK(true_peak_soxr_8x_dbtp(out) <= ceiling_dbtp + 0.05);
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
        // With 1 kHz at -20 dB: side bands at 1 kHz and multiples of 60 Hz, up to 900 Hz away, over the 1 kHz.
        {
            auto two = bass;
            const auto high = sine(1000.0, 0.1, 4.0, rate_hz);
            for (int c = 0; c < 2; ++c)
                for (int n = 0; n < two.frames(); ++n) two.channel(c)[n] += high.channel(c)[n];
            const auto out = render<Limiter>(two, settings_with_drive(drive_db), rate_hz);
            double side = 0.0;
            for (int k = 1; k <= 15; ++k)
                for (const double f : {1000.0 - 60.0 * k, 1000.0 + 60.0 * k}) side += std::pow(amplitude(out, f), 2);
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

namespace {

/// The limiter's gain as its header has it, a frame at a time, from scratch.
std::vector<float> plain_gains(const std::vector<float>& peaks, const LimiterSettings& settings, double rate_hz) {
    const auto frames = [&](double ms) { return static_cast<int>(std::lround(ms * 0.001 * rate_hz)); };
    const auto share = [&](double ms) { return 1.0 - std::exp(-1000.0 / (ms * rate_hz)); };
    const int longest = std::max(2, frames(5.0));
    const int lookahead = std::clamp(frames(settings.lookahead_ms), 2, longest);
    const int first = std::clamp(static_cast<int>(std::lround(0.58224 * lookahead)), 1, lookahead - 1);
    const int second = lookahead + 1 - first;
    const int window = lookahead + frames(settings.hold_ms);
    const double drive = db_to_gain(settings.drive_db);
    const double threshold = db_to_gain(settings.ceiling_dbtp - LimiterGain::safety_db) / drive;
    const auto count = static_cast<int>(peaks.size());
    std::vector<double> reductions(peaks.size());
    std::vector<std::int64_t> steps(peaks.size());
    double average = 0.0;
    double released = 0.0;
    for (int n = 0; n < count; ++n) {
        reductions[n] = peaks[n] > threshold ? 1.0 - threshold / peaks[n] : 0.0;
        double held = 0.0;
        for (int k = std::max(0, n - window + 1); k <= n; ++k) held = std::max(held, reductions[k]);
        const double charge = 0.3 * share(settings.release_ms);
        const double slow = share(settings.slow_release_ms);
        average = held > average ? (1.0 - charge) * average + charge * held : (1.0 - slow) * average + slow * held;
        const double fast = share(settings.release_ms);
        released = std::max(held, (1.0 - fast) * released + fast * std::max(held, average));
        if (held == 0.0 && released < 0x1p-33 && average < 0x1p-33) released = average = 0.0;
        steps[n] = static_cast<std::int64_t>(std::ceil(released * 0x1p32));
    }
    const auto step = [&](int n) { return n >= 0 ? steps[n] : 0; };
    std::vector<float> gains(peaks.size());
    for (int n = 0; n < count; ++n) {
        std::int64_t sum = 0;
        for (int a = 0; a < second; ++a)
            for (int b = 0; b < first; ++b) sum += step(n - (longest - lookahead) - a - b);
        gains[n] = static_cast<float>(drive * (1.0 - static_cast<double>(sum) * (1.0 / (0x1p32 * first * second))));
    }
    return gains;
}

}  // namespace

TEST_CASE("the limiter's gain is what its formula says, in pieces of any size", "[dsp][limiter]") {
    for (const double rate_hz : {1378.125, 8000.0, 44100.0})
        for (const double lookahead_ms : {0.5, 1.7, 5.0}) {
            const LimiterSettings settings{.drive_db = 3.0,
                                           .ceiling_dbtp = -1.0,
                                           .lookahead_ms = lookahead_ms,
                                           .hold_ms = 2.0,
                                           .release_ms = 3.0,
                                           .slow_release_ms = 20.0};
            // Dense, then a lone peak, then nothing.
            Random random(5);
            std::vector<float> peaks(4000);
            for (std::size_t n = 0; n < peaks.size(); ++n)
                peaks[n] = n < 1200 ? static_cast<float>(1.5 * random.uniform()) : n == 1500 ? 2.0F : 0.1F;
            const auto expected = plain_gains(peaks, settings, rate_hz);
            for (const std::size_t piece : {1U, 255U, 256U, 257U, 1000U}) {
                INFO(rate_hz << " Hz, lookahead " << lookahead_ms << " ms, pieces of " << piece);
                LimiterGain gain;
                gain.prepare(rate_hz);
                // Other settings, and peaks with them, leave nothing behind.
                gain.set({.ceiling_dbtp = -6.0, .lookahead_ms = lookahead_ms == 5.0 ? 3.0 : 5.0});
                std::vector<float> gains(peaks.size());
                gain.process(peaks, gains);
                gain.set(settings);
                for (std::size_t done = 0; done < peaks.size(); done += piece) {
                    const auto count = std::min(piece, peaks.size() - done);
                    gain.process(std::span(peaks).subspan(done, count), std::span(gains).subspan(done, count));
                }
                CHECK(gains == expected);
            }
        }
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
