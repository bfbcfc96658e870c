#pragma once

#include <array>
#include <vector>

#include "core/block.h"
#include "dsp/delay_line.h"
#include "dsp/fir_convolver.h"

namespace burnish {

struct HighCutSettings {
    double cutoff_hz = 0.0;
};

inline constexpr auto high_cut_params = std::to_array<Param<HighCutSettings>>({
    {"cutoff_hz", 0.0, 22000.0, Scale::linear, &HighCutSettings::cutoff_hz,
     "where a steep low-pass is 6 dB down; 0 is off"},
});

/// Linear-phase low-pass so steep that it is heard by meters only: -90 dB within 0.3 % of the sample rate.
///
/// Every true-peak meter has its own transition band just below half the sample rate; what is not there cannot be read
/// differently. Hence it stands before the limiter.
/// How: 1023-tap sinc (more at higher rates) under a Kaiser window of beta 9. A cut-off above 0.49 of the rate is off.
class HighCut {
public:
    using Settings = HighCutSettings;
    static constexpr auto& params = high_cut_params;

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept;
    [[nodiscard]] int latency_frames() const noexcept { return latency_frames_; }

private:
    double sample_rate_hz_ = 48000.0;
    double cutoff_hz_ = 0.0;
    bool active_ = false;
    int latency_frames_ = 0;
    int channels_ = 0;
    std::vector<double> window_;
    std::vector<float> taps_;
    std::array<FirConvolver, max_channels> filters_;
    std::array<DelayLine, max_channels> delays_;
};
static_assert(Block<HighCut>);

}  // namespace burnish
