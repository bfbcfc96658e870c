#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/block.h"
#include "dsp/delay_line.h"
#include "dsp/oversampler.h"

namespace burnish {

struct SoftClipperSettings {
    double threshold_db = 24.0;
    double knee_db = 2.0;
};

inline constexpr auto soft_clipper_params = std::to_array<Param<SoftClipperSettings>>({
    {"threshold_db", -60.0, 24.0, Scale::linear, &SoftClipperSettings::threshold_db,
     "level in dBFS that peaks are cut to; 24 is off"},
    {"knee_db", 0.0, 12.0, Scale::linear, &SoftClipperSettings::knee_db,
     "how far below the threshold the bend begins; 0 cuts hard"},
});

/// True if no peak is ever cut.
[[nodiscard]] constexpr bool is_off(const SoftClipperSettings& settings) noexcept {
    return settings.threshold_db >= SoftClipperSettings{}.threshold_db;
}

/// The curve of the clipper: straight up to the start of the knee a, flat at the threshold T.
///
///     T = 10^(threshold_db/20)     a = T 10^(-knee_db/20)     k = T - a
///     |y| = |x|                           |x| <= a
///     |y| = |x| - (|x| - a)^2 / 4k        a < |x| < a + 2k     (value and slope meet both neighbours)
///     |y| = T                             |x| >= a + 2k
[[nodiscard]] double soft_clip(double x, const SoftClipperSettings& settings) noexcept;

/// The numbers of that curve as its inner loop needs them.
struct ClipKnee {
    explicit ClipKnee(const SoftClipperSettings& settings) noexcept;

    float start;        ///< a
    float half_width;   ///< k
    float width;        ///< 2k
    float end;          ///< a + 2k
    float inverse_12k;  ///< 1 / 12k; 0 for a hard knee
};

/// Takes the tops off short peaks before the limiter, four times oversampled and antiderivative-antialiased.
///
/// Only what is cut off is filtered, and subtracted from the delayed input, so audio below the knee passes bit for
/// bit:
///
///     y = delay(x) - down(u - soft_clip(u)),  u = up(x)
///
/// The cut-off part is averaged over each step of the oversampled signal (first-order antiderivative antialiasing,
/// exact for the straight line between two samples). Peaks overshoot the threshold a little after the return to the
/// base rate: the limiter behind takes care of them.
/// Aliases of a 5 kHz tone stay 70 dB below it for a hard knee up to 12 dB over the threshold, and 90 dB for a 6 dB
/// knee up to 6 dB over. Source: Parker, Zavalishin & Le Bivic, "Reducing the aliasing of nonlinear waveshaping using
/// continuous-time convolution", DAFx 2016; Bilbao, Esqueda, Parker & Valimaki, IEEE Signal Processing Letters 24(7),
/// 2017. Cost: about 24 ns per stereo frame while it clips, 10 ns while it watches, 1 ns when off.
class SoftClipper {
public:
    using Settings = SoftClipperSettings;
    static constexpr auto& params = soft_clipper_params;

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept;
    [[nodiscard]] int latency_frames() const noexcept { return oversampler_.latency_frames(); }

    /// Level of all that was cut off since the last reset, relative to the level of the input: how much distortion was
    /// made, before masking. silence_db if nothing was cut.
    [[nodiscard]] double removed_db() const noexcept;
    /// How far the highest peak of the last block was turned down, 0 or above.
    [[nodiscard]] double gain_reduction_db() const noexcept;

private:
    struct Channel {
        DelayLine dry;
        float last = 0.0F;            // oversampled input before the block
        std::array<float, 3> cuts{};  // what was cut off in the last steps
        int frames_to_silence = 0;    // until the decimator has forgotten the last cut
    };

    void cut(Channel& channel, const ClipKnee& knee, int index, std::span<const float> high,
             std::span<float> audio) noexcept;
    void forget_cuts() noexcept;

    Settings settings_;
    Oversampler oversampler_;
    std::array<Channel, max_channels> channels_;
    std::vector<float> cuts_;  // of one channel and block: the last three steps before it, then its own
    std::vector<float> centred_;
    std::vector<float> removed_;  // at the base rate
    double input_power_ = 0.0;    // sums since reset
    double removed_power_ = 0.0;
    float loudest_ = 0.0F;  // of the last block, oversampled; 0 when off
};
static_assert(Block<SoftClipper>);

}  // namespace burnish
