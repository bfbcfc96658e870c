#pragma once

#include <ostream>
#include <span>

#include "training/mix_songs.h"

namespace burnish::training {

/// Learns roles from how stems sound whose names tell: multinomial logistic regression by Adam, with a ridge, authors
/// of many stems weighing less for each. Kits, singers and submixes are too few to be learned.
/// @param songs  indices into `all`
[[nodiscard]] RoleModel fit_roles(std::span<const MixSong> all, std::span<const std::size_t> songs);

/// Gives every song a model that has not heard its author.
void hold_out_roles(std::span<MixSong> songs);

/// How often the sound is right where the name tells, by role and by confidence.
void print_roles(std::span<const MixSong> songs, std::ostream& out);

}  // namespace burnish::training
