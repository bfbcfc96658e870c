#include "dsp/limiter_gain.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

#include "core/decibels.h"
#include "dsp/simd.h"

namespace burnish {

namespace {
constexpr double longest_lookahead_ms = limiter_params[2].max;
constexpr double longest_hold_ms = limiter_params[3].max;
static_assert(limiter_params[2].name == "lookahead_ms" && limiter_params[3].name == "hold_ms");

constexpr double fixed_point_one = 4294967296.0;  // reductions in units of 2^-32
constexpr double negligible = 1.0 / (2.0 * fixed_point_one);

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
    first_ring_.resize(ring_size(2 * longest_lookahead_ + 1));
    second_ring_.resize(ring_size(longest_lookahead_ + 1));
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
    std::fill(first_ring_.begin(), first_ring_.end(), 0);
    std::fill(second_ring_.begin(), second_ring_.end(), 0);
    first_sum_ = second_sum_ = 0;
}

double LimiterGain::highest_in_window(double reduction) noexcept {
    const std::size_t mask = candidates_.size() - 1;
    while (count_ > 0 && candidates_[(oldest_ + count_ - 1) & mask].reduction <= reduction) --count_;
    if (reduction > 0.0) candidates_[(oldest_ + count_++) & mask] = {reduction, frame_};
    if (count_ > 0 && candidates_[oldest_].frame <= frame_ - window_) {
        oldest_ = (oldest_ + 1) & mask;
        --count_;
    }
    return count_ > 0 ? candidates_[oldest_].reduction : 0.0;
}

BURNISH_VECTORIZED void LimiterGain::process(std::span<const float> peaks, std::span<float> gains) noexcept {
    assert(peaks.size() == gains.size());
    const std::size_t first_mask = first_ring_.size() - 1;
    const std::size_t second_mask = second_ring_.size() - 1;
    for (std::size_t i = 0; i < peaks.size(); ++i, ++frame_) {
        const double reduction = peaks[i] > threshold_ ? 1.0 - threshold_ / peaks[i] : 0.0;
        const double held = highest_in_window(reduction);

        // Written so that as little as possible waits for the frame before.
        const double charged = (1.0 - charge_) * average_ + charge_ * held;
        const double discharged = (1.0 - slow_) * average_ + slow_ * held;
        average_ = held > average_ ? charged : discharged;
        released_ = std::max(held, (1.0 - fast_) * released_ + fast_ * std::max(held, average_));
        if (held == 0.0 && released_ < negligible && average_ < negligible) released_ = average_ = 0.0;

        // Rounded up: never less reduction than needed.
        const auto now = static_cast<std::size_t>(frame_);
        first_ring_[now & first_mask] = static_cast<std::int64_t>(std::ceil(released_ * fixed_point_one));
        const std::size_t delayed = now - static_cast<std::size_t>(extra_delay_);
        first_sum_ += first_ring_[delayed & first_mask] - first_ring_[(delayed - first_box_) & first_mask];
        second_ring_[now & second_mask] = first_sum_;
        second_sum_ += first_sum_ - second_ring_[(now - second_box_) & second_mask];
        gains[i] = static_cast<float>(drive_ * (1.0 - static_cast<double>(second_sum_) * box_scale_));
    }
}

}  // namespace burnish
