#pragma once

#include <span>

#include "mastering/prediction.h"

namespace burnish {

/// The name under which a target asks for its genre to be found out.
inline constexpr std::string_view auto_preset = "auto";

/// The genre, as training/tracks.tsv names them, that a preset of that name is about or nearest to: "orchestral" for
/// "cinematic". Of other presets it is their own name, whether there is such a genre or not.
[[nodiscard]] std::string_view genre_of_preset(std::string_view preset) noexcept;

/// Who says what the genres are.
enum class GenreSource { sound, user };
/// The target with the presets of the likeliest genres mixed in, by their shares: up to three, none below a tenth. What
/// the user tells is all there is. By the sound, the preset is meant as far as these shares go (`preset_share`), so
/// that what is hardly known to be of a genre hardly becomes it. The loudness stays as it was asked for; the name tells
/// what is in the mixture.
/// @param genres  the likeliest first, named as in training/tracks.tsv
[[nodiscard]] Target with_mixture(const Target& target, std::span<const GenreShare> genres, GenreSource from);

}  // namespace burnish
