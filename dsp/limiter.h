#pragma once

#include <array>
#include <vector>

#include "core/block.h"
#include "dsp/delay_line.h"
#include "dsp/high_cut.h"
#include "dsp/limiter_gain.h"
#include "dsp/true_peak.h"

namespace burnish {

/// True-peak limiter; one gain for all channels, so the stereo image holds still.
///
/// The detector looks between the samples with the filters of every meter that may judge the result; the gain is
/// applied at the base rate, since oversampling the audio itself would create new peaks on the way down. Source for the
/// detector: ITU-R BS.1770-5 annex 2. Latency: high-cut, detector and lookahead, about 40 ms at 44.1 kHz.
class Limiter {
public:
    using Settings = LimiterSettings;
    static constexpr auto& params = limiter_params;

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept;
    [[nodiscard]] int latency_frames() const noexcept;

    /// Deepest reduction of the last block processed, in dB, 0 or below.
    [[nodiscard]] double gain_reduction_db() const noexcept { return gain_reduction_db_; }

private:
    HighCut high_cut_;
    TruePeakDetector detector_;
    LimiterGain gain_;
    std::array<DelayLine, max_channels> delays_;
    std::vector<float> peaks_;
    std::vector<float> gains_;
    double drive_db_ = 0.0;
    double gain_reduction_db_ = 0.0;
};
static_assert(Block<Limiter>);

}  // namespace burnish
