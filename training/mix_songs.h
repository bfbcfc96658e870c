#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "mixing/balance.h"
#include "mixing/sound_role.h"
#include "mixing/stem_measures.h"

namespace burnish::training {

/// A song in stems at its author's levels.
struct MixSong {
    std::string set;
    std::string name;
    std::string author;
    std::vector<Stem> stems;             ///< names alone; their sources are closed
    std::vector<StemMeasures> measures;  ///< at the author's levels
    RoleModel sounds{};                  ///< what tells roles that names do not; has not heard the author
};

/// Measures FOLDER/<set>/<song>/*.flac. @return  the songs by set and name; prints what it cannot read
[[nodiscard]] std::vector<MixSong> load_songs(const std::filesystem::path& folder);

/// Indices of the songs of each author.
[[nodiscard]] std::map<std::string, std::set<std::size_t>> songs_by_author(std::span<const MixSong> songs);

/// What a measured stem would read, were it louder and its octaves changed by so much.
[[nodiscard]] StemMeasures changed(StemMeasures measures, double gain_db, const OctavePowers& octave_gains_db);

/// The voices of a song, heard with changes to its stems.
[[nodiscard]] std::vector<Voice> voices_of_song(const MixSong& song, const std::vector<StemMeasures>& measures);

}  // namespace burnish::training
