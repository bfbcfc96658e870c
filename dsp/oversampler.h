#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/block.h"

namespace burnish {

/// One linear-phase half-band FIR filter, in both directions, for one channel.
///
/// Every second tap of a half-band filter is zero but the centre one, so each direction costs one symmetric filter of
/// 2 `pairs` taps per low-rate frame; the other polyphase branch is a delay.
class HalfBand {
public:
    /// Allocates. @param pairs  of taps, a multiple of 8 @param extra_delay  of `down`, in pairs of high-rate frames
    void prepare(int pairs, int max_low_frames, int extra_delay = 0);
    void reset() noexcept;

    /// `high`: twice as long as `low`.
    void up(std::span<const float> low, std::span<float> high) noexcept;
    void down(std::span<const float> high, std::span<float> low) noexcept;

    /// Of one direction, in high-rate frames; `extra_delay` apart.
    [[nodiscard]] int delay() const noexcept { return 2 * pairs_ - 1; }

private:
    int pairs_ = 0;
    int extra_delay_ = 0;
    std::vector<float> taps_;       // first half; they add up to 1/4
    std::vector<float> up_;         // history, then the block
    std::vector<float> down_even_;  // the same, of every second high-rate frame
    std::vector<float> down_odd_;
    std::vector<float> filtered_;
    std::vector<float> zeros_;
};

/// Fourfold oversampling for what is not linear: one steep half-band filter at the low rate, one short one above.
///
/// Flat within 0.005 dB up to 0.458 of the sample rate (20.2 kHz at 44.1), images and aliases below -110 dB from there
/// down; linear phase. Both windows are Kaiser's (beta 11.2).
/// Cost: about 8 ns per stereo frame each way.
class Oversampler {
public:
    static constexpr int factor = 4;

    /// Allocates. @param inner_delay  high-rate frames, even, that the work between `up` and `down` takes; made up to
    /// whole frames here
    void prepare(const ProcessSpec& spec, int inner_delay = 0);
    void reset() noexcept;

    /// @return  factor times as many frames; may be written to, and holds until the next call
    [[nodiscard]] std::span<float> up(int channel, std::span<const float> in) noexcept;
    void down(int channel, std::span<const float> high, std::span<float> out) noexcept;

    /// Of `up`, the inner delay and `down` together.
    [[nodiscard]] int latency_frames() const noexcept { return latency_frames_; }
    /// Once `down` has been given this many frames of zeros, it returns nothing but zeros.
    [[nodiscard]] int memory_frames() const noexcept { return 2 * latency_frames_; }

private:
    struct Channel {
        HalfBand steep;  // between the base rate and twice that
        HalfBand wide;   // between twice and four times
    };
    std::array<Channel, max_channels> channels_;
    std::vector<float> double_rate_;
    std::vector<float> quadruple_rate_;
    int latency_frames_ = 0;
};

}  // namespace burnish
