#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/block.h"
#include "dsp/delay_line.h"
#include "dsp/oversampler.h"

namespace burnish {

struct SaturatorSettings {
    double drive_db = 0.0;
    double asymmetry = 0.0;
    double mix = 1.0;
};

inline constexpr auto saturator_params = std::to_array<Param<SaturatorSettings>>({
    {"drive_db", 0.0, 18.0, Scale::linear, &SaturatorSettings::drive_db, "how hard peaks are bent; 0 is off"},
    {"asymmetry", 0.0, 1.0, Scale::linear, &SaturatorSettings::asymmetry,
     "even harmonics: 0 bends both polarities alike"},
    {"mix", 0.0, 1.0, Scale::linear, &SaturatorSettings::mix, "0 is all dry, 1 all saturated"},
});

/// The curve of the saturator: rising, odd for asymmetry 0, with slope 1 at 0, so quiet passages keep their level.
///
///     d = sqrt(10^(drive_db/10) - 1)     t = tanh(d x)     y = (t / d) / (1 + asymmetry t / 2)
///
/// The denominator is what a bias before the tanh amounts to, less its offset: tanh(z + b) - tanh(b) is, but for a
/// factor, t / (1 + tanh(b) t).
[[nodiscard]] double saturate(double x, double drive_db, double asymmetry) noexcept;

/// Warmth: soft saturation, four times oversampled.
///
/// Only what the curve takes away is oversampled and filtered; it is then subtracted from the delayed input:
///
///     y = delay(x) - mix * down(u - saturate(u)),  u = up(x)
///
/// An asymmetric curve rectifies; a first-order high-pass at 5 Hz keeps that offset out of the output.
/// Aliases stay 90 dB below a full-scale 5 kHz tone at 12 dB of drive.
/// Cost: about 25 ns per stereo frame, 29 ns with asymmetry, 2 ns when off.
class Saturator {
public:
    using Settings = SaturatorSettings;
    static constexpr auto& params = saturator_params;

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept;
    [[nodiscard]] int latency_frames() const noexcept { return oversampler_.latency_frames(); }

private:
    [[nodiscard]] bool changes_nothing() const noexcept { return settings_.drive_db == 0.0 || settings_.mix == 0.0; }
    void forget_saturation() noexcept;
    void block_offset(std::span<float> io, double& offset) const noexcept;

    Settings settings_;
    Oversampler oversampler_;
    std::array<DelayLine, max_channels> dry_;
    std::vector<float> taken_;  // of one channel and block: what the curve takes away
    std::array<double, max_channels> offset_{};
    double offset_coefficient_ = 0.0;
};
static_assert(Block<Saturator>);

}  // namespace burnish
