#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/result.h"
#include "dsp/limiter_gain.h"

namespace burnish {

/// The limiter's gain for an envelope that is on record: each gain comes with the peak that it is for, without delay.
class GainStream {
public:
    /// Fills the span with the next peaks, linear; with zeros after the last.
    using ReadPeaks = std::function<Status(std::span<float>)>;

    GainStream(double sample_rate_hz, const LimiterSettings& settings, int max_block_frames, ReadPeaks read_peaks);

    /// To be called once, before the first block.
    [[nodiscard]] Status start();
    /// The next block, of at most max_block_frames. @param gains  linear, with the drive in them
    [[nodiscard]] Status next(std::span<float> peaks, std::span<float> gains);
    /// Peaks below this need no reduction, linear.
    [[nodiscard]] float threshold() const noexcept { return limiter_.threshold(); }

private:
    LimiterGain limiter_;
    ReadPeaks read_peaks_;
    std::vector<float> ahead_;  // the gain of a frame is known `latency` peaks later: so far is the envelope read ahead
};

}  // namespace burnish
