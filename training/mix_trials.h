#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "training/mix_songs.h"

namespace burnish::training {

/// How a song's levels are hidden before a rung of the ladder is to find them.
struct MixTrial {
    std::string_view name;
    std::string_view help;
    bool has_levels;  ///< stems keep something of their authors' levels
};
/// What stems come as: each brought to one level, as libraries have them, which says nothing of the mix; or at levels
/// that chance has set.
inline constexpr auto mix_trials = std::to_array<MixTrial>({
    {"normalized", "each stem brought to one peak, one loudness or one RMS, in turn", false},
    {"perturbed", "gains changed by up to 9 dB", true},
});

/// A song as it comes in a trial, its octaves changed by up to 6 dB besides; the same for every rung.
[[nodiscard]] std::vector<StemMeasures> tried(const MixSong& song, const MixTrial& trial, std::size_t index, int draw);

/// A session, and where the stems of the song that it is made from are in it.
struct AlteredSession {
    std::vector<Stem> stems;
    std::vector<StemMeasures> measures;
    std::vector<std::vector<std::size_t>> members;  ///< for each stem of the song
};

/// What must not matter to a mixer.
enum class Alteration {
    permuted,  ///< stems in another order
    renamed,   ///< "07 Name take 2.wav" for "name": the role is told as before
    split,     ///< one stem in two copies, each at -6 dB
    silent,    ///< one stem more, with nothing in it
    nameless,  ///< "Audio 07": names that tell nothing. That one does matter: shown to see how much
};
inline constexpr auto alteration_names =
    std::to_array<std::string_view>({"in another order", "renamed", "one stem split in two at -6 dB",
                                     "one silent stem more", "names that tell nothing"});

[[nodiscard]] AlteredSession altered(const MixSong& song, const std::vector<StemMeasures>& measures,
                                     Alteration alteration, std::uint64_t seed);

}  // namespace burnish::training
