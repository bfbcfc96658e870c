#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
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
        for (float& sample : io) {
            std::swap(sample, ring_[next_]);
            if (++next_ == ring_.size()) next_ = 0;
        }
    }

private:
    std::vector<float> ring_;
    std::size_t next_ = 0;
};

}  // namespace burnish
