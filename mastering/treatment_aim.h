#pragma once

#include "core/param.h"

namespace burnish {

/// What a treatment is to come to: a genre's statistics, its caps, and how much of each dimension is done. The defaults
/// are those of music in general; a preset lists only what departs from them.
struct TreatmentAim {
    // how much of what is proposed is done
    double tone_percent = 100.0;
    double dynamics_percent = 100.0;
    double width_percent = 100.0;
    double saturation_percent = 100.0;

    // tone: the octave around each knot of the tone curve, over what finished tracks of all genres have
    double tone_20_hz_db = 0.0;
    double tone_40_hz_db = 0.0;
    double tone_80_hz_db = 0.0;
    double tone_160_hz_db = 0.0;
    double tone_320_hz_db = 0.0;
    double tone_640_hz_db = 0.0;
    double tone_1280_hz_db = 0.0;
    double tone_2560_hz_db = 0.0;
    double tone_5120_hz_db = 0.0;
    double tone_10240_hz_db = 0.0;
    double tone_20480_hz_db = 0.0;
    double tone_pull = 0.4;
    double tone_cap_db = 6.0;
    double harshness_db = -8.0;

    // dynamics
    double plr_db = 13.0;
    double low_spread_db = 6.0;
    double low_mid_spread_db = 6.0;
    double high_mid_spread_db = 7.0;
    double high_spread_db = 8.0;

    // width
    double side_mid_db = -8.5;
    double width_pull = 0.0;
    double width_cap_db = 3.0;
};

/// Ranges of the aim's numbers; the names are those of a preset's `aim`.
inline constexpr auto treatment_aim_params = std::to_array<Param<TreatmentAim>>({
    {"tone_percent", 0.0, 150.0, Scale::linear, &TreatmentAim::tone_percent,
     "how much of the proposed equalisation is done"},
    {"dynamics_percent", 0.0, 150.0, Scale::linear, &TreatmentAim::dynamics_percent,
     "how much of the proposed compression is done"},
    {"width_percent", 0.0, 150.0, Scale::linear, &TreatmentAim::width_percent,
     "how much of the proposed change of the stereo width is done"},
    {"saturation_percent", 0.0, 150.0, Scale::linear, &TreatmentAim::saturation_percent,
     "how much of the proposed saturation is done"},

    {"tone_20_hz_db", -20.0, 20.0, Scale::linear, &TreatmentAim::tone_20_hz_db,
     "octave around 20 Hz, over what tracks of all genres have"},
    {"tone_40_hz_db", -20.0, 20.0, Scale::linear, &TreatmentAim::tone_40_hz_db, "the same at 40 Hz"},
    {"tone_80_hz_db", -20.0, 20.0, Scale::linear, &TreatmentAim::tone_80_hz_db, "the same at 80 Hz"},
    {"tone_160_hz_db", -20.0, 20.0, Scale::linear, &TreatmentAim::tone_160_hz_db, "the same at 160 Hz"},
    {"tone_320_hz_db", -20.0, 20.0, Scale::linear, &TreatmentAim::tone_320_hz_db, "the same at 320 Hz"},
    {"tone_640_hz_db", -20.0, 20.0, Scale::linear, &TreatmentAim::tone_640_hz_db, "the same at 640 Hz"},
    {"tone_1280_hz_db", -20.0, 20.0, Scale::linear, &TreatmentAim::tone_1280_hz_db, "the same at 1280 Hz"},
    {"tone_2560_hz_db", -20.0, 20.0, Scale::linear, &TreatmentAim::tone_2560_hz_db, "the same at 2560 Hz"},
    {"tone_5120_hz_db", -20.0, 20.0, Scale::linear, &TreatmentAim::tone_5120_hz_db, "the same at 5120 Hz"},
    {"tone_10240_hz_db", -20.0, 20.0, Scale::linear, &TreatmentAim::tone_10240_hz_db, "the same at 10240 Hz"},
    {"tone_20480_hz_db", -20.0, 20.0, Scale::linear, &TreatmentAim::tone_20480_hz_db, "the same at 20480 Hz"},
    {"tone_pull", 0.0, 1.0, Scale::linear, &TreatmentAim::tone_pull,
     "how much of the way from the usual tone to that of the genre is gone"},
    {"tone_cap_db", 0.0, 12.0, Scale::linear, &TreatmentAim::tone_cap_db,
     "most that any knot of the tone curve moves, all reasons together"},
    {"harshness_db", -30.0, 0.0, Scale::linear, &TreatmentAim::harshness_db,
     "level of 2.5 to 6 kHz under the whole that harsh moments may reach"},

    {"plr_db", 4.0, 30.0, Scale::linear, &TreatmentAim::plr_db,
     "peak to loudness ratio beyond which the bus compressor works"},
    {"low_spread_db", 0.0, 30.0, Scale::linear, &TreatmentAim::low_spread_db,
     "95th percentile over the median below 120 Hz beyond which the band is compressed"},
    {"low_mid_spread_db", 0.0, 30.0, Scale::linear, &TreatmentAim::low_mid_spread_db, "the same from 120 Hz to 1 kHz"},
    {"high_mid_spread_db", 0.0, 30.0, Scale::linear, &TreatmentAim::high_mid_spread_db, "the same from 1 to 6 kHz"},
    {"high_spread_db", 0.0, 30.0, Scale::linear, &TreatmentAim::high_spread_db, "the same above 6 kHz"},

    {"side_mid_db", -60.0, 6.0, Scale::linear, &TreatmentAim::side_mid_db, "level of the side under the mid"},
    {"width_pull", 0.0, 1.0, Scale::linear, &TreatmentAim::width_pull, "how much of the way to that width is gone"},
    {"width_cap_db", 0.0, 9.0, Scale::linear, &TreatmentAim::width_cap_db, "most that the side moves"},
});
static_assert(covers_every_member<TreatmentAim>(treatment_aim_params));

/// What a treatment consists of, as far as a user wants more or less of it.
enum class Dimension { tone, dynamics, width, saturation };

/// How much of a dimension there is.
struct DimensionRow {
    Dimension dimension;
    std::string_view name;
    double TreatmentAim::*percent;
    double most;  ///< amount at full intensity: 1 is what is proposed
    std::string_view help;
};

/// Beyond what is proposed, a correction of the tone would soon be a new error, so there it grows least.
inline constexpr auto dimensions = std::to_array<DimensionRow>({
    {Dimension::tone, "tone", &TreatmentAim::tone_percent, 1.25, "equalisation"},
    {Dimension::dynamics, "dynamics", &TreatmentAim::dynamics_percent, 2.0, "compression"},
    {Dimension::width, "width", &TreatmentAim::width_percent, 1.5, "stereo width"},
    {Dimension::saturation, "saturation", &TreatmentAim::saturation_percent, 2.0, "saturation"},
});

}  // namespace burnish
