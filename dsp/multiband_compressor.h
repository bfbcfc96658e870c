#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/block.h"
#include "dsp/crossover.h"
#include "dsp/gain_computer.h"

namespace burnish {

struct MultibandCompressorSettings {
    double low_split_hz = 120.0;
    double mid_split_hz = 1000.0;
    double high_split_hz = 6000.0;
    double knee_db = 6.0;

    double low_level_db = -30.0;
    double low_threshold_db = 6.0;
    double low_ratio = 1.0;
    double low_attack_ms = 30.0;
    double low_release_ms = 200.0;
    double low_makeup_db = 0.0;

    double low_mid_level_db = -30.0;
    double low_mid_threshold_db = 6.0;
    double low_mid_ratio = 1.0;
    double low_mid_attack_ms = 15.0;
    double low_mid_release_ms = 150.0;
    double low_mid_makeup_db = 0.0;

    double high_mid_level_db = -30.0;
    double high_mid_threshold_db = 6.0;
    double high_mid_ratio = 1.0;
    double high_mid_attack_ms = 8.0;
    double high_mid_release_ms = 100.0;
    double high_mid_makeup_db = 0.0;

    double high_level_db = -30.0;
    double high_threshold_db = 6.0;
    double high_ratio = 1.0;
    double high_attack_ms = 3.0;
    double high_release_ms = 60.0;
    double high_makeup_db = 0.0;
};

inline constexpr auto multiband_compressor_params = std::to_array<Param<MultibandCompressorSettings>>({
    {"low_split_hz", 40.0, 400.0, Scale::log, &MultibandCompressorSettings::low_split_hz, "between low and low mid"},
    {"mid_split_hz", 400.0, 3000.0, Scale::log, &MultibandCompressorSettings::mid_split_hz,
     "between low mid and high mid"},
    {"high_split_hz", 3000.0, 12000.0, Scale::log, &MultibandCompressorSettings::high_split_hz,
     "between high mid and high"},
    {"knee_db", 0.0, 24.0, Scale::linear, &MultibandCompressorSettings::knee_db,
     "width of the bend around every threshold"},

    {"low_level_db", -80.0, 0.0, Scale::linear, &MultibandCompressorSettings::low_level_db,
     "usual level of the low band, dBFS rms"},
    {"low_threshold_db", -24.0, 24.0, Scale::linear, &MultibandCompressorSettings::low_threshold_db,
     "where gain reduction starts, relative to low_level_db"},
    {"low_ratio", 1.0, 8.0, Scale::log, &MultibandCompressorSettings::low_ratio,
     "input dB per output dB above the threshold; 1 is off"},
    {"low_attack_ms", 30.0, 200.0, Scale::log, &MultibandCompressorSettings::low_attack_ms,
     "time for 63 % of a gain reduction to set in"},
    {"low_release_ms", 10.0, 2000.0, Scale::log, &MultibandCompressorSettings::low_release_ms,
     "time for 63 % of it to go again, 1.5 times the attack at least"},
    {"low_makeup_db", -6.0, 6.0, Scale::linear, &MultibandCompressorSettings::low_makeup_db, "gain of the band"},

    {"low_mid_level_db", -80.0, 0.0, Scale::linear, &MultibandCompressorSettings::low_mid_level_db,
     "usual level of the low mid band, dBFS rms"},
    {"low_mid_threshold_db", -24.0, 24.0, Scale::linear, &MultibandCompressorSettings::low_mid_threshold_db,
     "where gain reduction starts, relative to low_mid_level_db"},
    {"low_mid_ratio", 1.0, 8.0, Scale::log, &MultibandCompressorSettings::low_mid_ratio,
     "input dB per output dB above the threshold; 1 is off"},
    {"low_mid_attack_ms", 9.0, 200.0, Scale::log, &MultibandCompressorSettings::low_mid_attack_ms,
     "time for 63 % of a gain reduction to set in"},
    {"low_mid_release_ms", 10.0, 2000.0, Scale::log, &MultibandCompressorSettings::low_mid_release_ms,
     "time for 63 % of it to go again, 1.5 times the attack at least"},
    {"low_mid_makeup_db", -6.0, 6.0, Scale::linear, &MultibandCompressorSettings::low_mid_makeup_db,
     "gain of the band"},

    {"high_mid_level_db", -80.0, 0.0, Scale::linear, &MultibandCompressorSettings::high_mid_level_db,
     "usual level of the high mid band, dBFS rms"},
    {"high_mid_threshold_db", -24.0, 24.0, Scale::linear, &MultibandCompressorSettings::high_mid_threshold_db,
     "where gain reduction starts, relative to high_mid_level_db"},
    {"high_mid_ratio", 1.0, 8.0, Scale::log, &MultibandCompressorSettings::high_mid_ratio,
     "input dB per output dB above the threshold; 1 is off"},
    {"high_mid_attack_ms", 3.0, 200.0, Scale::log, &MultibandCompressorSettings::high_mid_attack_ms,
     "time for 63 % of a gain reduction to set in"},
    {"high_mid_release_ms", 10.0, 2000.0, Scale::log, &MultibandCompressorSettings::high_mid_release_ms,
     "time for 63 % of it to go again, 1.5 times the attack at least"},
    {"high_mid_makeup_db", -6.0, 6.0, Scale::linear, &MultibandCompressorSettings::high_mid_makeup_db,
     "gain of the band"},

    {"high_level_db", -80.0, 0.0, Scale::linear, &MultibandCompressorSettings::high_level_db,
     "usual level of the high band, dBFS rms"},
    {"high_threshold_db", -24.0, 24.0, Scale::linear, &MultibandCompressorSettings::high_threshold_db,
     "where gain reduction starts, relative to high_level_db"},
    {"high_ratio", 1.0, 8.0, Scale::log, &MultibandCompressorSettings::high_ratio,
     "input dB per output dB above the threshold; 1 is off"},
    {"high_attack_ms", 1.5, 200.0, Scale::log, &MultibandCompressorSettings::high_attack_ms,
     "time for 63 % of a gain reduction to set in"},
    {"high_release_ms", 10.0, 2000.0, Scale::log, &MultibandCompressorSettings::high_release_ms,
     "time for 63 % of it to go again, 1.5 times the attack at least"},
    {"high_makeup_db", -6.0, 6.0, Scale::linear, &MultibandCompressorSettings::high_makeup_db, "gain of the band"},
});

/// Four compressors side by side, one per band of a Linkwitz-Riley crossover; each turns both channels by one gain.
///
/// Detector: mean square over the channels of the band, smoothed by two poles of a sixth of the attack each, so a
/// threshold is a level above the usual rms level of the band. The shortest attack that a band takes (30, 9, 3 and 1.5
/// ms, from the lowest to the highest) is what the detector needs to hear waves as a level. Gain: compressor_gain_db,
/// smoothed by GainSmoother. Both times include the detector's delay: within 5 % on a step to 14 dB over the threshold,
/// a release from 1.5 times the attack up; none comes out much shorter. Power is smoothed, so that attacks take up to
/// 20 % longer at 6 dB over the threshold, and up to 11 % less at 23 dB (13 % below 3 ms). A steady tone is held to the
/// curve within 0.1 dB, but for the ripple of low tones at the shortest attacks: 0.4 dB at 40 Hz, 0.25 at 50 and 0.1
/// from 80 up in the low band; 0.7 at 80, 0.2 at 200 and 0.1 from 300 up in the low mid; 0.16 at 500 in the high mid.
///
/// While any band works, the sum of the bands is an allpass of the input; otherwise the input is not touched at all.
/// Cost: about 38 ns per stereo frame; nothing when every band is neutral.
class MultibandCompressor {
public:
    using Settings = MultibandCompressorSettings;
    static constexpr auto& params = multiband_compressor_params;
    static constexpr int bands = 4;

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept;
    [[nodiscard]] int latency_frames() const noexcept { return 0; }

    /// How far a band is turned down at the end of the last block, before make-up; >= 0.
    [[nodiscard]] double gain_reduction_db(int band) const noexcept { return -smoother_.smoothed[band]; }

private:
    using Lanes = SvfLanes::Lanes;

    [[nodiscard]] std::span<float> gain(int band, int frames) noexcept;

    bool active_ = false;
    double sample_rate_hz_ = 48000.0;
    int capacity_frames_ = 0;
    Crossover crossover_;
    std::array<GainCurve, bands> curves_;
    std::array<double, bands> makeup_db_{};
    GainSmoother<Lanes> smoother_;
    Lanes detector_{};              // coefficient of its poles
    std::array<Lanes, 2> power_{};  // what they have smoothed, once and twice
    std::vector<float> gain_;       // of one block, [band][frame]: power, then dB, then linear
};
static_assert(Block<MultibandCompressor>);

}  // namespace burnish
