#pragma once

#include <array>

#include "core/block.h"
#include "dsp/crossover.h"

namespace burnish {

struct StereoWidthSettings {
    double low_split_hz = 200.0;
    double high_split_hz = 4000.0;
    double low_db = 0.0;
    double mid_db = 0.0;
    double high_db = 0.0;
};

inline constexpr auto stereo_width_params = std::to_array<Param<StereoWidthSettings>>({
    {"low_split_hz", 60.0, 500.0, Scale::log, &StereoWidthSettings::low_split_hz, "between the low and the mid band"},
    {"high_split_hz", 1000.0, 10000.0, Scale::log, &StereoWidthSettings::high_split_hz,
     "between the mid and the high band"},
    {"low_db", -40.0, 0.0, Scale::linear, &StereoWidthSettings::low_db,
     "gain of the side in the low band, which can only be narrowed"},
    {"mid_db", -40.0, 9.0, Scale::linear, &StereoWidthSettings::mid_db, "gain of the side in the mid band"},
    {"high_db", -40.0, 9.0, Scale::linear, &StereoWidthSettings::high_db, "gain of the side in the high band"},
});

/// Largest gain of the side that keeps its power 3 dB below the mid's, but never less than 1: a guard that holds back
/// widening and leaves what is already wide alone.
[[nodiscard]] double widest_gain(double mid_power, double side_power) noexcept;

/// Width by band: the side, S = (L - R) / 2, gets a gain in each of three bands.
///
/// Mid and side pass the same crossover, so they stay in phase; the mid's bands are added up again as they are, so the
/// mono sum keeps its spectrum, and a signal without side gets none. Widening is held back where the side comes within
/// 3 dB of the mid, measured over 400 ms in each band. With no gain set, and in mono, samples are not touched.
/// Cost per stereo frame: the crossover's and 5 ns.
class StereoWidth {
public:
    using Settings = StereoWidthSettings;
    static constexpr auto& params = stereo_width_params;

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept;
    [[nodiscard]] int latency_frames() const noexcept { return 0; }

private:
    static constexpr int band_count = 3;

    void start_gains() noexcept;
    void run(AudioView io, int first, int count) noexcept;
    void end_control_period() noexcept;

    double sample_rate_hz_ = 48000.0;
    int control_frames_ = 512;  // gains are computed this often and drawn as lines between
    int position_ = 0;          // within the control period
    double averaging_ = 0.0;    // one-pole coefficient per control period
    bool neutral_ = true;
    bool fresh_ = true;  // nothing processed since the reset
    Crossover crossover_;

    struct Band {
        double wanted = 1.0;  // gain that is set
        double gain = 1.0;    // gain now, and its step per frame
        double gain_step = 0.0;
        double next_gain = 1.0;                     // reached at the end of the control period
        std::array<double, max_channels> energy{};  // of mid and side, in this control period
        std::array<double, max_channels> power{};
    };
    std::array<Band, band_count> bands_{};
};
static_assert(Block<StereoWidth>);

}  // namespace burnish
