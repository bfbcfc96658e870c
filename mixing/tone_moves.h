#pragma once

#include <string_view>
#include <vector>

#include "mixing/balance.h"
#include "mixing/masking.h"

namespace burnish {

/// Most that a fader moves for the sake of the sum's tone.
inline constexpr double most_tone_move_db = 2.0;

/// What a sum is to have more of, octave by octave; its level is free, only the shape counts.
struct WantedTone {
    OctaveLevels gain_db{};
    OctaveLevels weight{1, 1, 1, 1, 1, 1, 1, 1, 1, 1};  ///< how much an octave has to say; 0 nothing
};

/// Takes the weighted mean out of the gains; an octave without weight gets 0.
[[nodiscard]] WantedTone without_level(WantedTone tone);

/// Powers of the octaves of every voice under its fader, over all of the session: what it has in the sum's.
[[nodiscard]] std::vector<OctaveLevels> summed_powers(const std::vector<Voice>& voices,
                                                      const std::vector<double>& gains_db);

/// The moves of the faders that bring the tone of the sum nearest to one that is wanted, in dB.
///
///     minimise  sum_f weight_f (sum_i share_fi move_i - gain_f)^2 + 0.3 sum_i move_i^2,   |move_i| <= 2 dB
///
/// share_fi is the part of voice i in the power of octave f: what a decibel of its fader moves there. Shares and gains
/// are taken without their weighted means over the octaves, since the level is free. Convex: one voice after the other
/// is set to its best until nothing moves any more. Locked voices do not move.
[[nodiscard]] std::vector<double> moves_towards(const WantedTone& tone, const std::vector<Voice>& voices,
                                                const std::vector<double>& gains_db);

/// Moves faders, by 0.1 dB at the least, and says so behind their reasons: "; <prefix>+1.2 dB towards the tone of
/// <whom>".
void move_faders(const std::vector<double>& moves_db, std::string_view prefix, std::string_view whom, Balance& balance);

}  // namespace burnish
