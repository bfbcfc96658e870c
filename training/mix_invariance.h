#pragma once

#include <ostream>
#include <span>
#include <vector>

#include "training/bars.h"
#include "training/voice_fit.h"

namespace burnish::training {

/// Lets `burnish mix` plan every song, as its author has it and with its levels hidden, once as it is and once altered
/// in ways that must not matter; prints by how much the loudness of stems in the mix comes to differ.
/// @return  the bars that this is held to
[[nodiscard]] std::vector<Bar> print_invariance(std::span<const MixSong> songs, const HeldOut& learned,
                                                std::ostream& out);

}  // namespace burnish::training
