#include "mastering/album.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "mastering/joined_source.h"
#include "tests/support/memory_audio.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr double rate_hz = 44100.0;

AudioBuffer part_of(const AudioBuffer& audio, int first, int count) {
    AudioBuffer part(audio.channels(), count);
    copy(audio.view().part(first, count), part.view());
    return part;
}

std::unique_ptr<AudioSource> source_of(const AudioBuffer& audio, int bits = 24) {
    return std::make_unique<MemorySource>(audio, rate_hz, bits);
}

TrackEdges edges_of(const AudioBuffer& audio) {
    MemorySource source(audio, rate_hz);
    EdgeRecorder recorder(source);
    AudioBuffer block(audio.channels(), 1000);
    for (auto got = recorder.read(block.view()); got.ok() && *got > 0; got = recorder.read(block.view())) {
    }
    return recorder.edges();
}

/// A track with a level for the octave around a knot, over a usual tone.
TrackAnalysis track_with(double low_db, double side_mid_db = -10.0) {
    TrackAnalysis track;
    track.channels = 2.0;
    track.sample_rate_hz = rate_hz;
    track.integrated_lufs = -14.0;
    track.side_mid_db = side_mid_db;
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band)
        track.third_octave.mid_mean_db[band] = -30.0 + (third_octaves_hz[band] < 120.0 ? low_db : 0.0);
    for (auto& db : track.bark.mid_mean_db) db = -30.0;
    track.bark.mid_mean_db[0] += low_db;
    return track;
}

Prediction proposal_of(double mid_80_hz_db, double width_db = 0.0) {
    Prediction prediction;
    prediction.settings.tone.mid_80_hz_db = mid_80_hz_db;
    prediction.settings.width.mid_db = width_db;
    return prediction;
}

}  // namespace

TEST_CASE("parts of a source that are joined are the source", "[mastering][album]") {
    const auto audio = white_noise(0.5, 0.5, rate_hz);
    std::vector<std::unique_ptr<AudioSource>> parts;
    parts.push_back(std::make_unique<PartSource>(source_of(audio), 0, 7777));
    parts.push_back(std::make_unique<PartSource>(source_of(audio), 7777, 7778));
    parts.push_back(std::make_unique<PartSource>(source_of(audio, 16), 7778, audio.frames()));
    JoinedSource joined(std::move(parts));
    CHECK(joined.info().frames == audio.frames());
    CHECK(joined.info().bits_per_sample == 24);
    for (int round = 0; round < 2; ++round) {
        AudioBuffer read(2, audio.frames() + 1);
        REQUIRE(*joined.read(read.view()) == audio.frames());
        CHECK(null_depth_db(audio, part_of(read, 0, audio.frames())) <= -200.0);
        CHECK(*joined.read(read.view()) == 0);
        REQUIRE(joined.rewind().ok());
    }
}

TEST_CASE("a track goes on in the next where a cut went through the sound", "[mastering][album]") {
    const auto music = toy_music(2.0, rate_hz);
    const int cut = 30'001;
    const auto before = part_of(music, 0, cut);
    const auto after = part_of(music, cut, music.frames() - cut);
    CHECK(goes_on(edges_of(before), edges_of(after)));

    auto faded = before;
    for (int n = 0; n < 1000; ++n)
        for (int c = 0; c < 2; ++c) faded.channel(c)[cut - 1 - n] = 0.0F;
    CHECK_FALSE(goes_on(edges_of(faded), edges_of(after)));

    // Two sines that meet at 0, one rising and one falling: no step, but a bend that neither has.
    const auto rising = sine(441.0, 0.3, 1.0, rate_hz);
    const auto falling = sine(441.0, -0.3, 1.0, rate_hz);
    CHECK(goes_on(edges_of(rising), edges_of(rising)));
    CHECK_FALSE(goes_on(edges_of(rising), edges_of(falling)));

    // A step of 0.4 where the sound moves by far less.
    auto shifted = part_of(sine(100.0, 0.3, 1.0, rate_hz), 0, 20'000);
    const auto base = shifted;
    for (int c = 0; c < 2; ++c)
        for (float& sample : shifted.channel(c)) sample += 0.4F;
    CHECK_FALSE(goes_on(edges_of(base), edges_of(shifted)));
}

TEST_CASE("a track's treatment stays within the bounds around the album's", "[mastering][album]") {
    const std::vector tracks{track_with(0.0), track_with(0.0), track_with(0.0)};
    const std::vector proposals{proposal_of(1.0, 0.5), proposal_of(1.5, 0.0), proposal_of(-4.0, 6.0)};
    const auto centre = album_centre(tracks, proposals, std::nullopt);
    CHECK(centre.settings.tone.mid_80_hz_db == 1.0);
    CHECK(centre.settings.width.mid_db == 0.5);
    const auto kept = album_prediction(proposals[1], tracks[1], centre, {}).settings;
    CHECK(kept.tone.mid_80_hz_db == 1.5);
    CHECK(kept.width.mid_db == 0.0);
    const auto held = album_prediction(proposals[2], tracks[2], centre, {}).settings;
    CHECK(held.tone.mid_80_hz_db == 1.0 - album_tone_bound_db);
    CHECK(held.width.mid_db == 0.5 + album_width_bound_db);

    const auto anchored = album_centre(tracks, proposals, 2);
    CHECK(anchored.settings.tone.mid_80_hz_db == -4.0);
}

// 6 dB more bass than the others: half of what is beyond 2.5 dB goes, 1.5 dB at most.
TEST_CASE("a track that stands apart is drawn towards the others", "[mastering][album]") {
    const std::vector tracks{track_with(0.0), track_with(0.0, -11.0), track_with(6.0, -3.0)};
    const std::vector<Prediction> proposals(3);
    const auto centre = album_centre(tracks, proposals, std::nullopt);
    const auto apart = album_prediction({}, tracks[2], centre, {});
    CHECK(apart.settings.tone.mid_80_hz_db < -0.5);
    CHECK(apart.settings.tone.mid_80_hz_db >= -album_tone_bound_db);
    CHECK(apart.settings.width.mid_db == Approx(-album_width_bound_db));  // 7 dB wider than -10: half of 4 is held
    CHECK_FALSE(apart.decisions.empty());
    CHECK(all_neutral(program_stages, album_prediction({}, tracks[0], centre, {}).settings));
    CHECK(tone_from_centre_db(tracks[0], centre) == Approx(0.0).margin(1e-9));
    CHECK(tone_from_centre_db(tracks[2], centre) > 0.2);
    CHECK(width_from_centre_db(tracks[2], centre) == Approx(7.0));

    Target untouched;
    untouched.aim.tone_percent = untouched.aim.width_percent = 0.0;
    CHECK(album_prediction({}, tracks[2], centre, untouched).decisions.empty());
}

TEST_CASE("loudness relations of an album stay as they are", "[mastering][album]") {
    CHECK(album_loudness_lufs(-18.0, -18.0, -14.0) == -14.0);
    CHECK(album_loudness_lufs(-22.5, -18.0, -14.0) == -18.5);
}

}  // namespace burnish::test
