#include "training/role_fit.h"

#include <catch2/catch.hpp>

#include <sstream>

#include "core/decibels.h"

namespace burnish::training {
namespace {

/// A stem with most of its power in one octave.
StemMeasures stem_around(std::size_t octave, Random& random) {
    StemMeasures measures;
    measures.track.integrated_lufs = random.uniform(-40.0, -10.0);
    measures.track.channels = 1.0;
    measures.cells.per_second = 10.0;
    OctavePowers octaves{};
    for (std::size_t f = 0; f < octave_count; ++f)
        octaves[f] = static_cast<float>(db_to_power(random.uniform(-33.0, -27.0) + (f == octave ? 20.0 : 0.0)));
    measures.cells.octaves.assign(20, octaves);
    measures.cells.loudness.assign(20, static_cast<float>(db_to_power(measures.track.integrated_lufs)));
    measures.cells.peak.assign(20, static_cast<float>(db_to_gain(measures.track.integrated_lufs + 10.0)));
    measures.track.tempo_bpm = 120.0;
    return measures;
}

MixSong song_of(unsigned seed) {
    Random random(seed);
    MixSong song{.set = "made up",
                 .name = std::to_string(seed),
                 .author = std::to_string(seed % 5),
                 .stems = {},
                 .measures = {},
                 .sounds = {}};
    for (const auto& [name, octave] : {std::pair{"bass", 1U}, {"guitar", 5U}, {"hihat", 8U}, {"thing", 3U}}) {
        song.stems.push_back({name, nullptr, 0.0, {}});
        song.measures.push_back(stem_around(octave, random));
    }
    return song;
}

}  // namespace

TEST_CASE("roles are learned from stems whose names tell, and told of stems by authors not heard",
          "[training][roles]") {
    std::vector<MixSong> songs;
    for (unsigned seed = 1; seed <= 30; ++seed) songs.push_back(song_of(seed));
    hold_out_roles(songs);
    Random random(99);
    for (const auto& [role, octave] : {std::pair{Role::bass, 1U}, {Role::guitar, 5U}, {Role::percussion, 8U}}) {
        const auto guess = role_from_sound(stem_around(octave, random), songs[0].sounds);
        CHECK(guess.role == role);
        CHECK(guess.confidence > 0.8);
        CHECK(guess.confidence < 0.95);
        CHECK(guess.heard.has_value());
    }
    std::ostringstream text;
    print_roles(songs, text);
    CHECK_THAT(text.str(), Catch::Contains("| all | 90 | 100 | 100 |"));
    // Fewer than ten of a role teach nothing.
    const std::vector<std::size_t> few{0, 1, 2};
    CHECK(fit_roles(songs, few).rows.empty());
}

}  // namespace burnish::training
