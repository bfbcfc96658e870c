#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/param.h"

namespace burnish {

struct LimiterSettings {
    double drive_db = 0.0;
    double ceiling_dbtp = 24.0;  // nothing reaches it: off
    double lookahead_ms = 5.0;
    double hold_ms = 8.0;
    double release_ms = 80.0;
    double slow_release_ms = 600.0;
    double high_cut_hz = 0.0;
};

inline constexpr auto limiter_params = std::to_array<Param<LimiterSettings>>({
    {"drive_db", -60.0, 60.0, Scale::linear, &LimiterSettings::drive_db, "gain into the limiter"},
    {"ceiling_dbtp", -24.0, 24.0, Scale::linear, &LimiterSettings::ceiling_dbtp,
     "true peak that is never exceeded; 24 is off"},
    {"lookahead_ms", 0.5, 5.0, Scale::log, &LimiterSettings::lookahead_ms,
     "how long before a peak the gain starts to fall: long is clean, short is loud"},
    {"hold_ms", 0.0, 20.0, Scale::linear, &LimiterSettings::hold_ms,
     "how long the gain stays down: half a period of the lowest note keeps bass undistorted"},
    {"release_ms", 1.0, 1000.0, Scale::log, &LimiterSettings::release_ms, "recovery after a single peak"},
    {"slow_release_ms", 2.0, 5000.0, Scale::log, &LimiterSettings::slow_release_ms,
     "recovery after dense peaks: the fast one stops at this moving average"},
    {"high_cut_hz", 0.0, 22000.0, Scale::linear, &LimiterSettings::high_cut_hz,
     "steep low-pass before the limiter, on which true-peak meters agree; 0 is off"},
});

/// Numbers of the limiter that belong together.
struct LimiterMode {
    std::string_view name;
    double lookahead_ms;
    double hold_ms;
    double release_ms;
    double slow_release_ms;
    std::string_view help;
};

/// From clean to loud.
inline constexpr auto limiter_modes = std::to_array<LimiterMode>({
    {"clean", 5.0, 8.0, 80.0, 600.0, "no distortion of steady bass"},
    {"loud", 5.0, 1.0, 10.0, 50.0, "more level at the same drive, at the price of some distortion"},
    {"dense", 5.0, 2.0, 1.0, 2.0, "all the level there is: lets go at once after every peak, and bends deep bass"},
});

/// What a mode sets, in the order of its numbers.
inline constexpr std::array<std::pair<std::string_view, double LimiterMode::*>, 4> limiter_mode_params{{
    {"lookahead_ms", &LimiterMode::lookahead_ms},
    {"hold_ms", &LimiterMode::hold_ms},
    {"release_ms", &LimiterMode::release_ms},
    {"slow_release_ms", &LimiterMode::slow_release_ms},
}};

/// The limiter's decision: from true peaks to a smooth gain that keeps every one of them below the ceiling.
///
///     target[n] = min(1, ceiling / (drive peaks[n]))
///     held[n]   = lowest target from hold before to lookahead after n
///     s[n]      = min(held, s + (min(held, average) - s) fast),  average follows held slowly upwards
///     gain[n]   = drive * (two moving averages of s, together as long as the lookahead)
///
/// Every value averaged into gain[n] is at most target[n], so the ceiling holds at every frame; between frames the gain
/// moves so slowly against the sample rate that what is left is below the safety margin of 0.02 dB.
/// Reductions are summed as integers: a moving average of them is exact for ever and returns to exactly no reduction.
/// Sources: two-box smoothing and its ratio, Signalsmith Audio, "Designing a straightforward limiter" (2022);
/// program-dependent release, after the two-capacitor circuits of broadcast limiters.
class LimiterGain {
public:
    static constexpr double safety_db = 0.02;

    void prepare(double sample_rate_hz);
    void set(const LimiterSettings& settings) noexcept;
    void reset() noexcept;

    /// gains[i], linear and with the drive in it, is for the frame latency_frames() before that of peaks[i].
    /// Real-time safe. @param peaks  linear true peaks before the drive
    void process(std::span<const float> peaks, std::span<float> gains) noexcept;

    /// From the spec alone: the longest lookahead, less one.
    [[nodiscard]] int latency_frames() const noexcept { return longest_lookahead_ - 1; }
    /// Peaks below this need no reduction, linear.
    [[nodiscard]] float threshold() const noexcept { return static_cast<float>(threshold_); }

private:
    [[nodiscard]] double highest_in_window(double reduction, std::int64_t frame) noexcept;
    /// The three steps, each over a chunk: each waits for less than all of them together, frame by frame.
    void hold(std::span<const float> peaks, double* held) noexcept;
    void release(std::size_t count, double* reductions) noexcept;
    void smooth(std::size_t count, const double* reductions, float* gains) noexcept;

    double sample_rate_hz_ = 48000.0;
    int longest_lookahead_ = 1;

    double drive_ = 1.0;
    double threshold_ = 1.0;
    double fast_ = 0.0;  // one-pole coefficients: share of the way covered per frame
    double charge_ = 0.0;
    double slow_ = 0.0;
    int window_ = 1;  // lookahead + hold
    int first_box_ = 1;
    int second_box_ = 1;
    int extra_delay_ = 0;  // what a shorter lookahead leaves of the longest one
    double box_scale_ = 1.0;

    // Sliding maximum: the values that can still become the highest, falling, with the frame they came at.
    struct Candidate {
        double reduction;
        std::int64_t frame;
    };
    std::vector<Candidate> candidates_;
    std::size_t oldest_ = 0;
    std::size_t count_ = 0;

    std::int64_t frame_ = 0;
    double released_ = 0.0;
    double average_ = 0.0;
    std::vector<std::int64_t> steps_;  // reductions: as many as the longest lookahead, and behind them a chunk
    std::vector<std::int64_t> sums_;   // of the first box, likewise
    std::int64_t first_sum_ = 0;
    std::int64_t second_sum_ = 0;
};

}  // namespace burnish
