#include "dsp/limiter_gain.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

#include "core/decibels.h"
#include "dsp/extremes.h"
#include "dsp/simd.h"

namespace burnish {

namespace {
constexpr double longest_lookahead_ms = limiter_params[2].max;
constexpr double longest_hold_ms = limiter_params[3].max;
static_assert(limiter_params[2].name == "lookahead_ms" && limiter_params[3].name == "hold_ms");

constexpr double fixed_point_one = 4294967296.0;  // reductions in units of 2^-32
constexpr double negligible = 1.0 / (2.0 * fixed_point_one);
constexpr std::size_t chunk_frames = 256;

int to_frames(double ms, double sample_rate_hz) { return static_cast<int>(std::lround(ms * 0.001 * sample_rate_hz)); }

double share_per_frame(double time_ms, double sample_rate_hz) {
    return 1.0 - std::exp(-1000.0 / (time_ms * sample_rate_hz));
}

std::size_t ring_size(int frames) { return std::bit_ceil(static_cast<std::size_t>(frames)); }
}  // namespace

void LimiterGain::prepare(double sample_rate_hz) {
    sample_rate_hz_ = sample_rate_hz;
    longest_lookahead_ = std::max(2, to_frames(longest_lookahead_ms, sample_rate_hz));
    candidates_.resize(ring_size(longest_lookahead_ + to_frames(longest_hold_ms, sample_rate_hz) + 1));
    steps_.resize(static_cast<std::size_t>(longest_lookahead_) + chunk_frames);
    sums_.resize(steps_.size());
    set({});
    reset();
}

void LimiterGain::set(const LimiterSettings& settings) noexcept {
    drive_ = db_to_gain(settings.drive_db);
    threshold_ = db_to_gain(settings.ceiling_dbtp - safety_db) / drive_;
    fast_ = share_per_frame(settings.release_ms, sample_rate_hz_);
    charge_ = 0.3 * fast_;
    slow_ = share_per_frame(settings.slow_release_ms, sample_rate_hz_);

    const int lookahead = std::clamp(to_frames(settings.lookahead_ms, sample_rate_hz_), 2, longest_lookahead_);
    const int first = std::clamp(static_cast<int>(std::lround(0.58224 * lookahead)), 1, lookahead - 1);
    const int window = lookahead + to_frames(settings.hold_ms, sample_rate_hz_);
    if (window == window_ && first == first_box_ && lookahead + extra_delay_ == longest_lookahead_) return;
    window_ = window;
    first_box_ = first;
    second_box_ = lookahead + 1 - first;
    extra_delay_ = longest_lookahead_ - lookahead;
    box_scale_ = 1.0 / (fixed_point_one * first_box_ * second_box_);
    reset();
}

void LimiterGain::reset() noexcept {
    oldest_ = count_ = 0;
    frame_ = 0;
    released_ = average_ = 0.0;
    std::fill(steps_.begin(), steps_.end(), 0);
    std::fill(sums_.begin(), sums_.end(), 0);
    first_sum_ = second_sum_ = 0;
}

double LimiterGain::highest_in_window(double reduction, std::int64_t frame) noexcept {
    const std::size_t mask = candidates_.size() - 1;
    while (count_ > 0 && candidates_[(oldest_ + count_ - 1) & mask].reduction <= reduction) --count_;
    if (reduction > 0.0) candidates_[(oldest_ + count_++) & mask] = {reduction, frame};
    if (count_ > 0 && candidates_[oldest_].frame <= frame - window_) {
        oldest_ = (oldest_ + 1) & mask;
        --count_;
    }
    return count_ > 0 ? candidates_[oldest_].reduction : 0.0;
}

void LimiterGain::hold(std::span<const float> peaks, double* held) noexcept {
    if (count_ == 0 && largest_of(peaks) <= threshold_) {
        std::fill_n(held, peaks.size(), 0.0);
        return;
    }
    for (std::size_t i = 0; i < peaks.size(); ++i) {
        const double reduction = peaks[i] > threshold_ ? 1.0 - threshold_ / peaks[i] : 0.0;
        held[i] = highest_in_window(reduction, frame_ + static_cast<std::int64_t>(i));
    }
}

BURNISH_VECTORIZED void LimiterGain::release(std::size_t count, double* reductions) noexcept {
    double average = average_;
    double released = released_;
    for (std::size_t i = 0; i < count; ++i) {
        const double held = reductions[i];
        // Written so that as little as possible waits for the frame before.
        const double charged = (1.0 - charge_) * average + charge_ * held;
        const double discharged = (1.0 - slow_) * average + slow_ * held;
        average = held > average ? charged : discharged;
        released = std::max(held, (1.0 - fast_) * released + fast_ * std::max(held, average));
        if (held == 0.0 && released < negligible && average < negligible) released = average = 0.0;
        reductions[i] = released;
    }
    average_ = average;
    released_ = released;
}

BURNISH_VECTORIZED void LimiterGain::smooth(std::size_t count, const double* reductions, float* gains) noexcept {
    // Whole numbers below 2^52 are the last bits of what they make together with that.
    constexpr double whole = 0x1p52;
    constexpr auto whole_bits = std::bit_cast<std::int64_t>(whole);
    const auto history = static_cast<std::size_t>(longest_lookahead_);
    std::int64_t* const steps = steps_.data() + history;
    std::int64_t* const sums = sums_.data() + history;
    for (std::size_t i = 0; i < count; ++i)  // rounded up: never less reduction than needed
        steps[i] = std::bit_cast<std::int64_t>(std::ceil(reductions[i] * fixed_point_one) + whole) - whole_bits;

    const std::int64_t* const entering = steps - extra_delay_;
    const std::int64_t* const leaving = entering - first_box_;
    std::int64_t sum = first_sum_;
    for (std::size_t i = 0; i < count; ++i) sums[i] = sum += entering[i] - leaving[i];
    first_sum_ = sum;
    std::array<std::int64_t, chunk_frames> smoothed;
    const std::int64_t* const leaving_sums = sums - second_box_;
    sum = second_sum_;
    for (std::size_t i = 0; i < count; ++i) smoothed[i] = sum += sums[i] - leaving_sums[i];
    second_sum_ = sum;
    for (std::size_t i = 0; i < count; ++i) {
        const double reduction = std::bit_cast<double>(smoothed[i] + whole_bits) - whole;
        gains[i] = static_cast<float>(drive_ * (1.0 - reduction * box_scale_));
    }
    std::memmove(steps_.data(), steps_.data() + count, history * sizeof(std::int64_t));
    std::memmove(sums_.data(), sums_.data() + count, history * sizeof(std::int64_t));
}

void LimiterGain::process(std::span<const float> peaks, std::span<float> gains) noexcept {
    assert(peaks.size() == gains.size());
    std::array<double, chunk_frames> reductions;
    for (std::size_t done = 0; done < peaks.size();) {
        const auto count = std::min(chunk_frames, peaks.size() - done);
        hold(peaks.subspan(done, count), reductions.data());
        release(count, reductions.data());
        smooth(count, reductions.data(), gains.data() + done);
        frame_ += static_cast<std::int64_t>(count);
        done += count;
    }
}

}  // namespace burnish
