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

/// How far from the centre each voice may be set, 0..1, by the rules: the wider the higher it sounds, up to what is
/// usual for its role; lows and leads not at all.
[[nodiscard]] std::vector<double> widths_by_rules(const std::vector<Voice>& voices);

/// Pans for the voices.
///
/// Stereo stems stay as they are, and where somebody has placed mono sounds in stereo stems, so do all. Lows and leads
/// stand in the centre; others as far out as their width says, on the side that keeps the octaves of left and right in
/// balance. The sides of a pair go apart. Locks hold.
/// @param gains_db  of the voices' faders
/// @param widths    of the voices
[[nodiscard]] Panorama pan(const std::vector<Voice>& voices, const std::vector<double>& gains_db,
                           const std::vector<double>& widths);

}  // namespace burnish
