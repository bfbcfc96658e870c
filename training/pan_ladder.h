#pragma once

#include <ostream>
#include <span>

#include "training/voice_fit.h"

namespace burnish::training {

/// The chapter on pans: in the centre, by the rules and as learned.
void print_pan_ladder(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out);

}  // namespace burnish::training
