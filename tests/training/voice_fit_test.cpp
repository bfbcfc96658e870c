#include "training/voice_fit.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>

#include "core/decibels.h"
#include "mixing/panning.h"

namespace burnish::training {
namespace {

/// A song of steady stems with the same picture, but for chance: what tells them apart is their role.
MixSong made_up_song(unsigned seed, double keys_lu) {
    Random random(seed);
    MixSong song{.set = "made up",
                 .name = std::to_string(seed),
                 .author = std::to_string(seed),
                 .stems = {},
                 .measures = {},
                 .sounds = {}};
    for (const auto* name : {"kick", "bass", "keys", "lead vocal", "guitar"}) {
        StemMeasures measures;
        const auto role = role_from_name(name).role;
        measures.track.integrated_lufs = row_of(role).loudness_lu - 20.0 + (role == Role::keys ? keys_lu : 0.0);
        measures.track.sample_peak_db = measures.track.integrated_lufs + 12.0;
        measures.track.channels = 1.0;
        measures.track.centroid_hz = 500.0 + 100.0 * static_cast<double>(song.stems.size());
        measures.cells.per_second = 10.0;
        for (int n = 0; n < 50; ++n) {
            OctavePowers octaves{};
            for (auto& power : octaves) power = static_cast<float>(db_to_power(-30.0 + random.uniform(-6.0, 6.0)));
            measures.cells.octaves.push_back(octaves);
            measures.cells.loudness.push_back(static_cast<float>(db_to_power(measures.track.integrated_lufs)));
            measures.cells.peak.push_back(0.1F);
        }
        measures.fingerprint = random.bits();
        song.stems.push_back({name, nullptr, 0.0, {}});
        song.measures.push_back(measures);
    }
    return song;
}

}  // namespace

// Authors who all set keys 3 LU over the rules: the model learns as much of it as the ridge lets through.
TEST_CASE("a habit that all authors share is learned, for authors unseen too", "[training]") {
    std::vector<MixSong> songs;
    for (unsigned seed = 1; seed <= 80; ++seed) songs.push_back(made_up_song(seed, 3.0));
    const auto held_out = fit_held_out(songs);
    const auto voices = voices_of_song(songs[0], songs[0].measures);
    const auto rules = expected_by_rules(voices);
    const auto learned = expected_by_model(voices, held_out.balance[0]);
    double keys = 0.0, others = 0.0;
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const double correction = learned[i].loudness_lu - rules[i].loudness_lu;
        (voices[i].role.role == Role::keys ? keys : others) +=
            voices[i].role.role == Role::keys ? correction : correction / 4;
    }
    CHECK(keys - others > 2.0);
    CHECK(keys - others < 3.5);
    CHECK(held_out.spread_lu < 0.8);
}

// Guitars anywhere within 8 LU, all else as the rules have it.
TEST_CASE("what authors disagree on is learned, too", "[training]") {
    std::vector<MixSong> songs;
    Random random(5);
    for (unsigned seed = 1; seed <= 80; ++seed) {
        auto song = made_up_song(seed, 0.0);
        song.measures.back() = changed(song.measures.back(), random.uniform(-8.0, 8.0), {});
        songs.push_back(std::move(song));
    }
    const auto model = fit_held_out(songs).balance[0];
    const auto voices = voices_of_song(songs[0], songs[0].measures);
    const auto expected = expected_by_model(voices, model);
    for (std::size_t i = 0; i < voices.size(); ++i)
        for (std::size_t j = 0; j < voices.size(); ++j)
            if (voices[i].role.role == Role::guitar && i != j)
                CHECK(expected[i].spread_lu > 1.2 * expected[j].spread_lu);
}

// Authors who all set keys 0.4 further out than the rules do, and all else as they do.
TEST_CASE("how far out authors set their voices is learned, and the centre stays the centre", "[training]") {
    std::vector<MixSong> songs;
    for (unsigned seed = 1; seed <= 60; ++seed) {
        auto song = made_up_song(seed, 0.0);
        const auto voices = voices_of_song(song, song.measures);
        const auto widths = widths_by_rules(voices);
        for (std::size_t i = 0; i < voices.size(); ++i) {
            const double pan = widths[i] + (voices[i].role.role == Role::keys ? 0.4 : 0.0);
            auto& measures = song.measures[voices[i].members[0]];
            measures.left_power = std::pow(std::cos((pan + 1.0) * std::numbers::pi / 4.0), 2.0);
            measures.right_power = 1.0 - measures.left_power;
        }
        songs.push_back(song);
    }
    const auto held_out = fit_held_out(songs);
    const auto voices = voices_of_song(songs[0], songs[0].measures);
    const auto rules = widths_by_rules(voices);
    const auto learned = widths_by_model(voices, held_out.pan[0]);
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const double more = voices[i].role.role == Role::keys ? 0.4 : 0.0;
        INFO(voices[i].name << ", by the rules " << rules[i]);
        CHECK(learned[i] == Approx(rules[i] + more).margin(0.12));
        if (rules[i] == 0.0) CHECK(learned[i] == 0.0);
    }
    CHECK(held_out.pan_error < 0.1);
    CHECK(widths_by_model(voices, PanModel{}) == rules);
}

TEST_CASE("a stem made louder reads louder, in its octaves and in the mix", "[training]") {
    const auto song = made_up_song(1, 0.0);
    OctavePowers flat{};
    const auto louder = changed(song.measures[0], 6.0, flat);
    CHECK(louder.track.integrated_lufs == Approx(song.measures[0].track.integrated_lufs + 6.0).margin(1e-6));
    OctavePowers bass{};
    bass.fill(0.0F);
    bass[0] = 6.0F;
    const auto boosted = changed(song.measures[0], 0.0, bass);
    CHECK(boosted.cells.octaves[0][0] ==
          Approx(song.measures[0].cells.octaves[0][0] * std::pow(10.0, 0.6)).epsilon(1e-4));
    CHECK(boosted.track.integrated_lufs < song.measures[0].track.integrated_lufs + 1.0);
}

}  // namespace burnish::training
