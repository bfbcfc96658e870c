#pragma once

#include <array>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/block.h"
#include "dsp/equalizer.h"
#include "dsp/glue_compressor.h"
#include "dsp/reverb.h"
#include "dsp/subsonic_filter.h"
#include "mixing/role.h"

namespace burnish {

/// A send at this level or below is off.
inline constexpr double send_off_db = -60.0;

/// Where a stem goes and how loud.
struct FaderSettings {
    double gain_db = 0.0;
    double pan = 0.0;
    double room_db = send_off_db;
    double hall_db = send_off_db;
};

inline constexpr auto fader_params = std::to_array<Param<FaderSettings>>({
    {"gain_db", -60.0, 40.0, Scale::linear, &FaderSettings::gain_db, "level of the stem in the mix, over the file's"},
    {"pan", -1.0, 1.0, Scale::linear, &FaderSettings::pan, "-1 left, 0 where the file has it, 1 right"},
    {"room_db", send_off_db, 6.0, Scale::linear, &FaderSettings::room_db, "send into the room, after pan; -60 = off"},
    {"hall_db", send_off_db, 6.0, Scale::linear, &FaderSettings::hall_db, "send into the hall, after pan; -60 = off"},
});

/// All the numbers of one stem. Default-constructed, the stem passes as it is.
struct StripSettings {
    SubsonicFilter::Settings rumble;
    Equalizer::Settings eq;
    GlueCompressor::Settings compressor;
    FaderSettings fader;
};

/// What stands before the fader, in signal order.
template <Block B>
struct StripStage {
    using Processor = B;
    std::string_view name;
    typename B::Settings StripSettings::*settings;
};
inline constexpr auto strip_stages = std::make_tuple(
    StripStage<SubsonicFilter>{"rumble", &StripSettings::rumble}, StripStage<Equalizer>{"eq", &StripSettings::eq},
    StripStage<GlueCompressor>{"compressor", &StripSettings::compressor});

inline constexpr int reverb_count = 2;
inline constexpr auto reverb_names = std::to_array<std::string_view>({"room", "hall"});
inline constexpr auto reverb_sends = std::to_array({&FaderSettings::room_db, &FaderSettings::hall_db});

/// What is done to the sum.
struct SumSettings {
    double gain_db = 0.0;
};
inline constexpr auto sum_params = std::to_array<Param<SumSettings>>({
    {"gain_db", -60.0, 60.0, Scale::linear, &SumSettings::gain_db, "level of the whole mix, for headroom"},
});

/// A stem by name, its bus and its numbers.
struct NamedStrip {
    std::string name;
    Role role = Role::other;
    Bus bus = Bus::music;
    bool mute = false;
    StripSettings settings{};
};

/// All the numbers of a mix: what makes the same mix of the same stems again.
struct MixSettings {
    std::vector<NamedStrip> strips;
    std::array<GlueCompressor::Settings, bus_count> glue{};
    std::array<Reverb::Settings, reverb_count> reverbs{};  ///< heard wet alone; `mix` has no say
    SumSettings sum{};
};

/// Gains of the two channels for a pan: constant power, 1 in the centre. A mono stem feeds both at -3 dB, so that no
/// pan changes its loudness.
[[nodiscard]] std::array<double, 2> pan_gains(double pan) noexcept;

}  // namespace burnish
