#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace burnish {

/// An exact delay of whole frames for one channel.
class DelayLine {
public:
    void prepare(int delay_frames) {
        ring_.assign(static_cast<std::size_t>(delay_frames), 0.0F);
        next_ = 0;
    }
    void reset() noexcept {
        std::fill(ring_.begin(), ring_.end(), 0.0F);
        next_ = 0;
    }
    /// Replaces every sample with the one that came `delay_frames` earlier.
    void process(std::span<float> io) noexcept {
        if (ring_.empty()) return;
        for (std::size_t done = 0; done < io.size();) {
            const std::size_t count = std::min(io.size() - done, ring_.size() - next_);
            const auto first = io.begin() + static_cast<std::ptrdiff_t>(done);
            std::swap_ranges(first, first + static_cast<std::ptrdiff_t>(count),
                             ring_.begin() + static_cast<std::ptrdiff_t>(next_));
            done += count;
            next_ = next_ + count == ring_.size() ? 0 : next_ + count;
        }
    }

private:
    std::vector<float> ring_;
    std::size_t next_ = 0;
};

}  // namespace burnish
