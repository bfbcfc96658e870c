#pragma once

#include <string>
#include <vector>

#include "mixing/voice.h"

namespace burnish {

/// Where the sides of a pair go.
inline constexpr double pair_pan = 0.8;

/// Where the voices stand.
struct Panorama {
    std::vector<double> pans;  ///< for each voice, -1..1; 0 leaves it where the file has it
    std::vector<std::string> reasons;
};

/// Pans for the voices.
///
/// Stereo stems stay as they are, and where somebody has placed mono sounds in stereo stems, so do all. Lows and leads
/// stand in the centre; others the wider the higher they sound, up to what is usual for the role, on the side that
/// keeps the octaves of left and right in balance. The sides of a pair go apart. Locks hold.
/// @param gains_db  of the voices' faders
[[nodiscard]] Panorama pan(const std::vector<Voice>& voices, const std::vector<double>& gains_db);

}  // namespace burnish
