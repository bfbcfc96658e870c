#include "analysis/percussion_separator.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include "dsp/simd.h"

namespace burnish {

namespace {

inline float least(float a, float b) noexcept { return b < a ? b : a; }
inline float most(float a, float b) noexcept { return b < a ? a : b; }
inline float middle(float a, float b, float c) noexcept { return most(least(a, b), least(most(a, b), c)); }

/// Sorted in threes, the median of nine is the middle one of: the largest low, the middle middle and the smallest high.
/// Source: Paeth, "Median finding on a 3x3 grid", Graphics Gems, 1990.
inline float median(float a, float b, float c, float d, float e, float f, float g, float h, float i) noexcept {
    const float low = most(most(least(least(a, b), c), least(least(d, e), f)), least(least(g, h), i));
    const float high = least(least(most(most(a, b), c), most(most(d, e), f)), most(most(g, h), i));
    return middle(low, middle(middle(a, b, c), middle(d, e, f), middle(g, h, i)), high);
}

struct Shares {
    float power;
    float percussive;
};

/// Sums over the middle frame, weighted with frequency, and its medians: from bin 4 on in eights, as far as four bins
/// are left above.
BURNISH_VECTORIZED
Shares share_out(const std::array<const float*, 9>& frames, int bins, float* __restrict over_bins,
                 float* __restrict over_frames) noexcept {
    constexpr int lanes = 8;
    const float* const f0 = frames[0];
    const float* const f1 = frames[1];
    const float* const f2 = frames[2];
    const float* const f3 = frames[3];
    const float* const f4 = frames[4];
    const float* const f5 = frames[5];
    const float* const f6 = frames[6];
    const float* const f7 = frames[7];
    const float* const f8 = frames[8];
    std::array<float, lanes> power{};
    std::array<float, lanes> percussive{};
    for (int first = 4; first + lanes + 4 <= bins; first += lanes)
        for (int i = 0; i < lanes; ++i) {
            const int k = first + i;
            const float tone = median(f0[k], f1[k], f2[k], f3[k], f4[k], f5[k], f6[k], f7[k], f8[k]);
            const float hit =
                median(f4[k - 4], f4[k - 3], f4[k - 2], f4[k - 1], f4[k], f4[k + 1], f4[k + 2], f4[k + 3], f4[k + 4]);
            over_bins[k] = hit;
            over_frames[k] = tone;
            const float ratio = hit / (hit + tone + 1e-20F);
            const float share = ratio * ratio / (ratio * ratio + (1.0F - ratio) * (1.0F - ratio));
            const float weighted = static_cast<float>(k) * f4[k];
            power[i] += weighted;
            percussive[i] += share * weighted;
        }
    Shares sum{};
    for (int i = 0; i < lanes; ++i) {
        sum.power += power[i];
        sum.percussive += percussive[i];
    }
    return sum;
}

}  // namespace

void PercussionSeparator::prepare(int bins) {
    bins_ = bins;
    next_ = 0;
    is_counted_ = false;
    for (auto& frame : frames_) frame.assign(static_cast<std::size_t>(bins), 0.0F);
    over_bins_.assign(static_cast<std::size_t>(bins), 0.0F);
    over_frames_ = over_bins_;
    power_ = 0.0;
    percussive_power_ = 0.0;
}

bool PercussionSeparator::add_frame(std::span<const float> power) noexcept {
    assert(static_cast<int>(power.size()) == bins_);
    std::ranges::copy(power, frames_[static_cast<std::size_t>(next_)].begin());
    next_ = (next_ + 1) % width;
    is_counted_ = !is_counted_;
    if (!is_counted_) return false;
    std::array<const float*, width> oldest_first{};
    for (int i = 0; i < width; ++i) oldest_first[i] = frames_[static_cast<std::size_t>((next_ + i) % width)].data();
    const auto shares = share_out(oldest_first, bins_, over_bins_.data(), over_frames_.data());
    power_ += shares.power;
    percussive_power_ += shares.percussive;
    return true;
}

void PercussionSeparator::finish() {
    const std::vector<float> silence(static_cast<std::size_t>(bins_), 0.0F);
    for (int i = 0; i < reach; ++i) add_frame(silence);
}

double PercussionSeparator::percussive_share() const noexcept {
    return power_ > 0.0 ? percussive_power_ / power_ : 0.0;
}

}  // namespace burnish
