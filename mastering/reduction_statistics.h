#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/decibels.h"

namespace burnish {

/// Peaks this far below what would be limited do not count: a track's silences would hide what its music goes through.
[[nodiscard]] inline float near_silence_of(float limiter_threshold) noexcept { return 0.01F * limiter_threshold; }

/// Gain reductions of a limiter pass, counted on a linear scale of gain; percentiles come in decibels.
class ReductionStatistics {
public:
    void add(float gain_without_drive) noexcept {
        const int bin = std::clamp(static_cast<int>(gain_without_drive * bins), 0, bins - 1);
        ++counts_[bin];
        ++total_;
    }
    /// The deepest of some gains, whether they are all counted or not.
    void note_lowest(float gain_without_drive) noexcept { lowest_ = std::min(lowest_, gain_without_drive); }
    /// Reduction in dB that 95 % of the frames stay within, 0 or above.
    [[nodiscard]] double p95_db() const noexcept {
        std::int64_t left = total_ - total_ * 95 / 100;
        for (int bin = 0; bin < bins; ++bin)
            if ((left -= counts_[bin]) < 0) return bin == bins - 1 ? 0.0 : -gain_to_db((bin + 0.5) / bins);
        return 0.0;
    }
    [[nodiscard]] double max_db() const noexcept { return lowest_ > 0.999999F ? 0.0 : -gain_to_db(lowest_); }

private:
    static constexpr int bins = 8192;
    std::vector<std::int64_t> counts_ = std::vector<std::int64_t>(bins);
    std::int64_t total_ = 0;
    float lowest_ = 1.0F;
};

}  // namespace burnish
