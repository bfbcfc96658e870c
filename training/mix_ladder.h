#pragma once

#include <ostream>
#include <span>

#include "training/voice_fit.h"

namespace burnish::training {

/// Perturbs every song's levels (by up to 9 dB, and its octaves by up to 6) and lets every rung of the ladder bring
/// them back; then measures what is done to songs that nobody has touched. Prints tables with confidence intervals,
/// over songs drawn anew.
void print_mix_ladder(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out);

}  // namespace burnish::training
