#pragma once

#include <array>

#include "core/block.h"
#include "dsp/biquad.h"

namespace burnish {

struct EqualizerSettings {
    double low_shelf_hz = 100.0;
    double low_shelf_db = 0.0;
    double bell_1_hz = 150.0;
    double bell_1_db = 0.0;
    double bell_1_q = 1.0;
    double bell_2_hz = 500.0;
    double bell_2_db = 0.0;
    double bell_2_q = 1.0;
    double bell_3_hz = 1500.0;
    double bell_3_db = 0.0;
    double bell_3_q = 1.0;
    double bell_4_hz = 5000.0;
    double bell_4_db = 0.0;
    double bell_4_q = 1.0;
    double high_shelf_hz = 8000.0;
    double high_shelf_db = 0.0;
};

inline constexpr auto equalizer_params = std::to_array<Param<EqualizerSettings>>({
    {"low_shelf_hz", 20.0, 1000.0, Scale::log, &EqualizerSettings::low_shelf_hz,
     "where half of low_shelf_db is reached"},
    {"low_shelf_db", -12.0, 12.0, Scale::linear, &EqualizerSettings::low_shelf_db, "gain of the lowest frequencies"},
    {"bell_1_hz", 20.0, 20000.0, Scale::log, &EqualizerSettings::bell_1_hz, "centre of bell 1"},
    {"bell_1_db", -12.0, 12.0, Scale::linear, &EqualizerSettings::bell_1_db, "gain at the centre of bell 1"},
    {"bell_1_q", 0.2, 10.0, Scale::log, &EqualizerSettings::bell_1_q, "sharpness of bell 1; 1.4 is one octave wide"},
    {"bell_2_hz", 20.0, 20000.0, Scale::log, &EqualizerSettings::bell_2_hz, "centre of bell 2"},
    {"bell_2_db", -12.0, 12.0, Scale::linear, &EqualizerSettings::bell_2_db, "gain at the centre of bell 2"},
    {"bell_2_q", 0.2, 10.0, Scale::log, &EqualizerSettings::bell_2_q, "sharpness of bell 2; 1.4 is one octave wide"},
    {"bell_3_hz", 20.0, 20000.0, Scale::log, &EqualizerSettings::bell_3_hz, "centre of bell 3"},
    {"bell_3_db", -12.0, 12.0, Scale::linear, &EqualizerSettings::bell_3_db, "gain at the centre of bell 3"},
    {"bell_3_q", 0.2, 10.0, Scale::log, &EqualizerSettings::bell_3_q, "sharpness of bell 3; 1.4 is one octave wide"},
    {"bell_4_hz", 20.0, 20000.0, Scale::log, &EqualizerSettings::bell_4_hz, "centre of bell 4"},
    {"bell_4_db", -12.0, 12.0, Scale::linear, &EqualizerSettings::bell_4_db, "gain at the centre of bell 4"},
    {"bell_4_q", 0.2, 10.0, Scale::log, &EqualizerSettings::bell_4_q, "sharpness of bell 4; 1.4 is one octave wide"},
    {"high_shelf_hz", 1000.0, 20000.0, Scale::log, &EqualizerSettings::high_shelf_hz,
     "where half of high_shelf_db is reached"},
    {"high_shelf_db", -12.0, 12.0, Scale::linear, &EqualizerSettings::high_shelf_db, "gain of the highest frequencies"},
});

/// Parametric equaliser: low shelf, four bells and high shelf in series, both channels alike.
///
/// A band at 0 dB, or out of reach at this sample rate, costs nothing. Opposite settings undo each other exactly.
class Equalizer {
public:
    using Settings = EqualizerSettings;
    static constexpr auto& params = equalizer_params;

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept { cascade_.process(io); }
    void reset() noexcept { cascade_.reset(); }
    [[nodiscard]] int latency_frames() const noexcept { return 0; }

private:
    double sample_rate_hz_ = 48000.0;
    BiquadCascade cascade_;
};
static_assert(Block<Equalizer>);

}  // namespace burnish
