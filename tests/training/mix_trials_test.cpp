#include "training/mix_trials.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <sstream>

#include "core/decibels.h"
#include "training/bars.h"

namespace burnish::training {
namespace {

MixSong three_stems() {
    MixSong song{.set = "made up", .name = "three", .author = "nobody", .stems = {}, .measures = {}, .sounds = {}};
    Random random(3);
    for (const auto* name : {"kick", "bass guitar", "strings L"}) {
        StemMeasures measures;
        const double lufs = random.uniform(-40.0, -15.0);
        measures.track.integrated_lufs = lufs;
        measures.track.sample_peak_db = lufs + random.uniform(8.0, 20.0);
        measures.track.rms_db = lufs + random.uniform(-2.0, 4.0);
        measures.track.channels = 1.0;
        measures.cells.per_second = 10.0;
        OctavePowers octaves{};
        octaves.fill(static_cast<float>(db_to_power(lufs - 10.0)));
        measures.cells.octaves.assign(20, octaves);
        measures.cells.loudness.assign(20, static_cast<float>(db_to_power(lufs)));
        measures.cells.peak.assign(20, static_cast<float>(db_to_gain(measures.track.sample_peak_db)));
        measures.fingerprint = random.bits();
        song.stems.push_back({name, nullptr, 0.0, {}});
        song.measures.push_back(measures);
    }
    return song;
}

}  // namespace

TEST_CASE("normalized stems share a peak, a loudness or an RMS, in turn; perturbed ones share nothing", "[training]") {
    const auto song = three_stems();
    const auto spread = [](const std::vector<StemMeasures>& stems, double TrackAnalysis::*level) {
        const auto [low, high] =
            std::ranges::minmax_element(stems, {}, [&](const StemMeasures& stem) { return stem.track.*level; });
        return high->track.*level - low->track.*level;
    };
    const auto levels =
        std::to_array({&TrackAnalysis::sample_peak_db, &TrackAnalysis::integrated_lufs, &TrackAnalysis::rms_db});
    for (int draw = 0; draw < 6; ++draw) {
        const auto stems = tried(song, mix_trials[0], 5, draw);
        for (int i = 0; i < 3; ++i)
            CHECK((spread(stems, levels[static_cast<std::size_t>(i)]) < 1e-6) == (draw % 3 == i));
        for (const auto level : levels) CHECK(spread(tried(song, mix_trials[1], 5, draw), level) > 0.1);
    }
}

TEST_CASE("what must not matter: the sound stays, whatever is altered", "[training]") {
    const auto song = three_stems();
    const auto amplitude = [](const AlteredSession& session, std::size_t stem) {
        double sum = 0.0;
        for (const auto member : session.members[stem])
            sum += db_to_gain(session.measures[member].track.integrated_lufs);
        return sum;
    };
    for (std::size_t a = 0; a < alteration_names.size(); ++a) {
        INFO(alteration_names[a]);
        const auto alteration = static_cast<Alteration>(a);
        const auto session = altered(song, song.measures, alteration, 11);
        REQUIRE(session.stems.size() == session.measures.size());
        REQUIRE(session.members.size() == song.stems.size());
        std::set<std::string> names;
        for (const auto& stem : session.stems) names.insert(stem.name);
        CHECK(names.size() == session.stems.size());
        for (std::size_t i = 0; i < song.stems.size(); ++i) {
            const double before = db_to_gain(song.measures[i].track.integrated_lufs);
            CHECK(amplitude(session, i) == Approx(before));
            const auto& name = session.stems[session.members[i][0]].name;
            CHECK((role_from_name(name).role == role_from_name(song.stems[i].name).role) ==
                  (alteration != Alteration::nameless));
        }
    }
    CHECK(altered(song, song.measures, Alteration::split, 1).stems.size() == 4);
    const auto more = altered(song, song.measures, Alteration::silent, 1);
    CHECK(more.measures.back().track.integrated_lufs == silence_db);
    CHECK(side_from_name(altered(song, song.measures, Alteration::renamed, 1).stems[2].name).side == -1);
}

TEST_CASE("a bar says what it asks and whether that is met", "[training]") {
    std::ostringstream text;
    print_bars({{"up", 31.0, 30.0, false, "%"}, {"down", 2.01, 2.0, true, "LU"}}, text);
    CHECK_THAT(text.str(), Catch::Contains("| up | 31.00 % | >= 30 % | met |"));
    CHECK_THAT(text.str(), Catch::Contains("| down | 2.01 LU | <= 2 LU | **missed** |"));
}

}  // namespace burnish::training
