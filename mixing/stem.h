#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/audio_stream.h"
#include "mixing/role.h"

namespace burnish {

/// How much a stem is to be in front, in the user's words.
enum class Presence { lead, normal, background };
inline constexpr auto presence_names = std::to_array<std::string_view>({"lead", "normal", "background"});
/// LU over what is usual for the role.
inline constexpr auto presence_lu = std::to_array({2.5, 0.0, -4.0});

/// What the user says of a stem; what is left empty is for burnish to find.
struct StemWish {
    std::optional<Role> role;
    Presence presence = Presence::normal;
    std::optional<double> gain_db;  ///< a lock: the fader stays there
    std::optional<double> pan;      ///< a lock, -1 left to 1 right
    std::optional<Bus> group;
    bool mute = false;
};

/// One recording of a session.
struct Stem {
    std::string name;  ///< unique in the session
    AudioSource* source = nullptr;
    double start_s = 0.0;  ///< on the session's clock, 0 or later
    StemWish wish;
};

}  // namespace burnish
