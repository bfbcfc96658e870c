#include <catch2/catch.hpp>
#include <cmath>

#include "core/decibels.h"
#include "io/metadata.h"
#include "io/trimmed_file.h"
#include "tests/io/audio_files.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;

namespace {

constexpr int rate_hz = 32000;

/// A second of a loud sine with hiss of -70 dBFS before and behind it.
AudioBuffer with_hissing_ends(double before_s, double after_s) {
    const auto tone = sine(440.0, 0.5, 1.0, rate_hz, 2, 1.0);
    auto audio = white_noise(db_to_gain(-70.0), before_s + 1.0 + after_s, rate_hz);
    const auto start = static_cast<int>(before_s * rate_hz);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < tone.frames(); ++n) audio.channel(c)[start + n] = tone.channel(c)[n];
    return audio;
}

}  // namespace

TEST_CASE("silence at both ends is cut off, and nothing else is changed", "[io][trim]") {
    const TemporaryDirectory directory;
    const auto path = directory / "padded.wav";
    const auto audio = with_hissing_ends(2.0, 3.0);
    write_with_libsndfile(path, SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate_hz, audio);
    const auto file = need(open_trimmed(path));
    // 50 ms before, 500 ms after.
    CHECK(file->first_frame() == 2 * rate_hz - rate_hz / 20);
    REQUIRE(file->info().frames == rate_hz / 20 + rate_hz + rate_hz / 2);
    CHECK_THAT(file->warnings().back(), Contains("1.95 s of silence cut off the start, 2.50 s off the end"));

    const auto kept = read_all(*file, 777);
    REQUIRE(kept.frames() == file->info().frames);
    const int fade_in = rate_hz / 100;
    const int fade_out = rate_hz / 20;
    for (int c = 0; c < 2; ++c) {
        bool same = true;
        for (int n = fade_in; n < kept.frames() - fade_out; ++n)
            same = same && kept.channel(c)[n] == audio.channel(c)[static_cast<int>(file->first_frame()) + n];
        CHECK(same);
        CHECK(std::abs(kept.channel(c)[0]) < 1e-5);
        CHECK(std::abs(kept.channel(c)[kept.frames() - 1]) < 1e-5);
    }
    need(file->rewind());
    CHECK(same_bits(read_all(*file, 5000), kept));
}

TEST_CASE("what has nothing to cut is left whole", "[io][trim]") {
    const TemporaryDirectory directory;
    const auto path = directory / "whole.wav";
    for (const auto& audio :
         {with_hissing_ends(0.0, 0.0), with_hissing_ends(0.04, 0.4), white_noise(db_to_gain(-70.0), 1.0, rate_hz)}) {
        write_with_libsndfile(path, SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate_hz, audio);
        const auto file = need(open_trimmed(path));
        CHECK(file->first_frame() == 0);
        CHECK(file->warnings().empty());
        CHECK(same_bits(read_all(*file), audio));
    }
    // One end alone: the other is neither cut nor faded.
    const auto late = with_hissing_ends(1.0, 0.0);
    write_with_libsndfile(path, SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate_hz, late);
    const auto kept = read_all(*need(open_trimmed(path)));
    CHECK(kept.frames() == rate_hz + rate_hz / 20);
    CHECK(kept.channel(0)[kept.frames() - 1] == late.channel(0)[late.frames() - 1]);
}

TEST_CASE("positions move with what was cut off", "[io][trim]") {
    Metadata metadata;
    metadata.cues = {{.frame = 50, .label = "gone"}, {.frame = 150, .label = "kept"}, {.frame = 900, .label = "gone"}};
    metadata.sampler = Sampler{
        .midi_note = 60, .pitch_fraction = 0, .loops = {{.first = 100, .last = 299}, {.first = 99, .last = 200}}};
    metadata.broadcast = Broadcast{};
    metadata.broadcast->time_reference_frames = 1000;
    const auto part = cropped(metadata, 100, 200);
    CHECK(part.cues == std::vector<Cue>{{.frame = 50, .label = "kept"}});
    REQUIRE(part.sampler->loops.size() == 1);
    CHECK(part.sampler->loops[0].first == 0);
    CHECK(part.sampler->loops[0].last == 199);
    CHECK(part.broadcast->time_reference_frames == 1100);
    CHECK(part.warnings.size() == 2);
}

}  // namespace burnish::test
