#pragma once

#include <span>

#include "mastering/prediction.h"

namespace burnish {

/// The name under which a target asks for its genre to be found out.
inline constexpr std::string_view auto_preset = "auto";

/// The target with the presets of the likeliest genres mixed in, by their shares: up to three, none below a tenth. The
/// loudness stays as it was asked for; the name tells what is in the mixture.
/// @param genres  the likeliest first, named as in training/tracks.tsv
[[nodiscard]] Target with_mixture(const Target& target, std::span<const GenreShare> genres);

}  // namespace burnish
