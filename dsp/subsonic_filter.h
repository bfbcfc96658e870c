#pragma once

#include <array>

#include "core/block.h"
#include "dsp/biquad.h"

namespace burnish {

struct SubsonicFilterSettings {
    double cutoff_hz = 0.0;  // 0 = off
};

inline constexpr auto subsonic_filter_params = std::to_array<Param<SubsonicFilterSettings>>({
    {"cutoff_hz", 0.0, 60.0, Scale::linear, &SubsonicFilterSettings::cutoff_hz,
     "removes DC and rumble below this frequency, 12 dB per octave; 0 = off"},
});

/// Second-order Butterworth high-pass, -3 dB at the cutoff.
class SubsonicFilter {
public:
    using Settings = SubsonicFilterSettings;
    static constexpr auto& params = subsonic_filter_params;

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept { cascade_.process(io); }
    void reset() noexcept { cascade_.reset(); }
    [[nodiscard]] int latency_frames() const noexcept { return 0; }

private:
    double sample_rate_hz_ = 48000.0;
    BiquadCascade cascade_;
};
static_assert(Block<SubsonicFilter>);

}  // namespace burnish
