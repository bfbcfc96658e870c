#pragma once

#include <ostream>
#include <span>

#include "training/voice_fit.h"

namespace burnish::training {

/// Hides every song's levels (see mix_trials) and lets every rung of the ladder find them; then measures what is done
/// to songs that nobody has touched, or altered in ways that must not matter. Prints what mixing is held to, and tables
/// with confidence intervals, over songs drawn anew.
void print_mix_ladder(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out);

}  // namespace burnish::training
