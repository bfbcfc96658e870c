#pragma once

#include <vector>

#include "mastering/report.h"
#include "mixing/mix_plan.h"

namespace burnish {

/// More of either in the master is a fault of the mix.
inline constexpr double most_tone_db = 3.0;
inline constexpr double most_limiting_db = 4.0;

/// What the mix should take over from a master that would go too far; nothing if it would not.
/// @param faders_may_move  otherwise its tone is no reason
[[nodiscard]] std::optional<Reopening> reopening_after(const MasterReport& master, bool faders_may_move = true);

/// Moves the levels of the voices by up to 2 dB towards the tone that the master wanted (see moves_towards). Locked
/// ones stay.
void reopen_levels(const std::vector<Voice>& voices, const Reopening& reopening, Balance& balance);

}  // namespace burnish
