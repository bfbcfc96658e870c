#pragma once

#include <array>

#include "core/block.h"

namespace burnish {

struct DynamicEqualizerSettings {
    double harsh_hz = 3500.0;
    double harsh_q = 0.8;
    double harsh_threshold_db = -12.0;
    double harsh_range_db = 0.0;  // 0 = off
    double resonance_1_hz = 200.0;
    double resonance_1_q = 8.0;
    double resonance_1_threshold_db = -12.0;
    double resonance_1_range_db = 0.0;
    double resonance_2_hz = 500.0;
    double resonance_2_q = 8.0;
    double resonance_2_threshold_db = -12.0;
    double resonance_2_range_db = 0.0;
    double resonance_3_hz = 1200.0;
    double resonance_3_q = 8.0;
    double resonance_3_threshold_db = -12.0;
    double resonance_3_range_db = 0.0;
    double resonance_4_hz = 3000.0;
    double resonance_4_q = 8.0;
    double resonance_4_threshold_db = -12.0;
    double resonance_4_range_db = 0.0;
    double attack_ms = 10.0;
    double release_ms = 120.0;
};

inline constexpr auto dynamic_equalizer_params = std::to_array<Param<DynamicEqualizerSettings>>({
    {"harsh_hz", 1000.0, 10000.0, Scale::log, &DynamicEqualizerSettings::harsh_hz, "centre of the harsh region"},
    {"harsh_q", 0.3, 4.0, Scale::log, &DynamicEqualizerSettings::harsh_q, "sharpness of the harsh region"},
    {"harsh_threshold_db", -48.0, 0.0, Scale::linear, &DynamicEqualizerSettings::harsh_threshold_db,
     "level of the region relative to the whole signal where cutting starts"},
    {"harsh_range_db", 0.0, 12.0, Scale::linear, &DynamicEqualizerSettings::harsh_range_db,
     "most that the region is cut; 0 = off"},
    {"resonance_1_hz", 30.0, 16000.0, Scale::log, &DynamicEqualizerSettings::resonance_1_hz, "centre of resonance 1"},
    {"resonance_1_q", 1.0, 30.0, Scale::log, &DynamicEqualizerSettings::resonance_1_q, "sharpness of resonance 1"},
    {"resonance_1_threshold_db", -48.0, 0.0, Scale::linear, &DynamicEqualizerSettings::resonance_1_threshold_db,
     "level of resonance 1 relative to the whole signal where cutting starts"},
    {"resonance_1_range_db", 0.0, 12.0, Scale::linear, &DynamicEqualizerSettings::resonance_1_range_db,
     "most that resonance 1 is cut; 0 = off"},
    {"resonance_2_hz", 30.0, 16000.0, Scale::log, &DynamicEqualizerSettings::resonance_2_hz, "centre of resonance 2"},
    {"resonance_2_q", 1.0, 30.0, Scale::log, &DynamicEqualizerSettings::resonance_2_q, "sharpness of resonance 2"},
    {"resonance_2_threshold_db", -48.0, 0.0, Scale::linear, &DynamicEqualizerSettings::resonance_2_threshold_db,
     "level of resonance 2 relative to the whole signal where cutting starts"},
    {"resonance_2_range_db", 0.0, 12.0, Scale::linear, &DynamicEqualizerSettings::resonance_2_range_db,
     "most that resonance 2 is cut; 0 = off"},
    {"resonance_3_hz", 30.0, 16000.0, Scale::log, &DynamicEqualizerSettings::resonance_3_hz, "centre of resonance 3"},
    {"resonance_3_q", 1.0, 30.0, Scale::log, &DynamicEqualizerSettings::resonance_3_q, "sharpness of resonance 3"},
    {"resonance_3_threshold_db", -48.0, 0.0, Scale::linear, &DynamicEqualizerSettings::resonance_3_threshold_db,
     "level of resonance 3 relative to the whole signal where cutting starts"},
    {"resonance_3_range_db", 0.0, 12.0, Scale::linear, &DynamicEqualizerSettings::resonance_3_range_db,
     "most that resonance 3 is cut; 0 = off"},
    {"resonance_4_hz", 30.0, 16000.0, Scale::log, &DynamicEqualizerSettings::resonance_4_hz, "centre of resonance 4"},
    {"resonance_4_q", 1.0, 30.0, Scale::log, &DynamicEqualizerSettings::resonance_4_q, "sharpness of resonance 4"},
    {"resonance_4_threshold_db", -48.0, 0.0, Scale::linear, &DynamicEqualizerSettings::resonance_4_threshold_db,
     "level of resonance 4 relative to the whole signal where cutting starts"},
    {"resonance_4_range_db", 0.0, 12.0, Scale::linear, &DynamicEqualizerSettings::resonance_4_range_db,
     "most that resonance 4 is cut; 0 = off"},
    {"attack_ms", 1.0, 100.0, Scale::log, &DynamicEqualizerSettings::attack_ms, "time constant of deeper cuts"},
    {"release_ms", 10.0, 1000.0, Scale::log, &DynamicEqualizerSettings::release_ms, "time constant of lighter cuts"},
});

/// Cut of a band that is `excess_db` over its threshold: as much as the excess, up to the range.
///
///     cut = 0                     e <= -k/2            k = 6 dB, a soft knee
///     cut = (e + k/2)^2 / 2k      -k/2 < e < k/2
///     cut = e                     e >=  k/2
[[nodiscard]] float dynamic_cut_db(float excess_db, float range_db) noexcept;

/// Takes down one broad harsh region and up to four resonances, only while they stand out.
///
/// Each band is y = x + (g - 1) BP(x), with BP a bilinear band-pass of gain 1 and no phase shift at its centre: the
/// gain there is g, and moving g neither clicks nor disturbs a filter. The bands work one after the other, so that
/// bands on top of each other cannot turn the polarity. Both channels get the gain of one detector: the band's power
/// (10 ms) over that of the whole input, which is the larger of its power over 10 and over 400 ms: playing louder
/// changes nothing, and a drum passing does not let go of a band that rings on.
///
/// Bands with no range, or out of reach at this sample rate (0.45 of it), cost nothing.
/// Cost per stereo frame: some 5 ns for each band in use.
class DynamicEqualizer {
public:
    using Settings = DynamicEqualizerSettings;
    static constexpr auto& params = dynamic_equalizer_params;

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept;
    [[nodiscard]] int latency_frames() const noexcept { return 0; }

    /// The deepest cut of any band at the moment, 0 or above.
    [[nodiscard]] double gain_reduction_db() const noexcept;

private:
    static constexpr int max_bands = 5;

    struct Band {
        double b0 = 0.0, a1 = 0.0, a2 = 0.0;  // b1 = 0, b2 = -b0
        float threshold_db = 0.0F;
        float range_db = 0.0F;
    };
    /// Filter memory, one lane per channel, and the detector's.
    struct State {
        alignas(16) std::array<double, max_channels> s1{}, s2{}, energy{};
        double gain = 0.0;  // g - 1 now, and its step per frame
        double gain_step = 0.0;
        double next_gain = 0.0;  // reached at the end of the control period
        double power = 0.0;
        float cut_db = 0.0F;
    };

    template <int used>
    void run(float* left, float* right, int frames) noexcept;
    void end_control_period() noexcept;

    double sample_rate_hz_ = 48000.0;
    int control_frames_ = 32;  // gains are computed this often and drawn as lines between
    int position_ = 0;         // within the control period
    double fast_ = 0.0;        // one-pole coefficients per control period
    double slow_ = 0.0;
    float attack_ = 0.0F;
    float release_ = 0.0F;

    std::array<Band, max_bands> bands_{};
    std::array<State, max_bands> states_{};
    std::array<int, max_bands> used_slots_{};
    int used_ = 0;

    alignas(16) std::array<double, max_channels> energy_{};  // of the input, in this control period
    double fast_power_ = 0.0;
    double slow_power_ = 0.0;
};
static_assert(Block<DynamicEqualizer>);

}  // namespace burnish
