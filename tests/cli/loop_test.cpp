#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "io/audio_file.h"
#include "io/metadata.h"
#include "io/output_file.h"
#include "tests/cli/command_line.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;

namespace {

void write_with_loop(const std::string& path, const AudioBuffer& audio, std::int64_t first, std::int64_t last,
                     Loop::Kind kind = Loop::Kind::forward) {
    Metadata metadata;
    metadata.sample_rate_hz = 44100.0;
    metadata.sampler = Sampler{.loops = {{.kind = kind, .first = first, .last = last}}};
    const OutputSpec spec{.sample_rate_hz = 44100.0, .channels = 2, .frames = audio.frames(), .depth = BitDepth::int24};
    auto file = need(OutputFile::create(path, spec, metadata, false));
    need(file->write(audio.view()));
    need(file->finish());
    need(file->commit());
}

/// The largest step between neighbouring samples, and that from the last to the first.
std::pair<float, float> steps_of(const AudioBuffer& audio) {
    const auto samples = audio.channel(0);
    float largest = 0.0F;
    for (std::size_t n = 1; n < samples.size(); ++n) largest = std::max(largest, std::abs(samples[n] - samples[n - 1]));
    return {largest, std::abs(samples.front() - samples.back())};
}

}  // namespace

TEST_CASE("a loop keeps its length and its loop points", "[cli][loop]") {
    const TemporaryDirectory directory;
    const auto path = [&](const char* name) { return (directory / name).string(); };
    const auto& mix = short_mix();
    write_with_loop(path("loop.wav"), mix, 20'000, 109'999);
    const auto result = run_inside({"master", path("loop.wav"), "-o", path("out.wav"), "--loop", "--strict", "--json"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto json = nlohmann::json::parse(result.out);
    CHECK(json["status"] == "done");
    CHECK(json["before"]["frames"] == mix.frames());
    CHECK(json["after"]["frames"] == mix.frames());
    CHECK(need(open_audio(path("out.wav")))->info().frames == mix.frames());
    CHECK(need(read_metadata(path("out.wav"))).sampler == need(read_metadata(path("loop.wav"))).sampler);

    // 90000 frames at 44.1 kHz are 97959.2 at 48 kHz.
    const auto converted = run_inside({"master", path("loop.wav"), "-o", path("48.wav"), "--loop", "--rate", "48000"});
    CHECK(converted.code == 2);
    CHECK_THAT(converted.err, Contains("no whole number of frames"));
}

// 147 Hz make 441 whole periods in 3 s, and 3 s are whole numbers of frames at either rate.
TEST_CASE("a loop stays seamless in every target, format and rate", "[cli][loop]") {
    const TemporaryDirectory directory;
    const auto path = [&](const std::string& name) { return (directory / name).string(); };
    write_wav(path("tone.wav"), sine(147.0, 0.5, 3.0, 44100.0));
    const auto result = run_inside({"master", path("tone.wav"), "-o", path("out/"), "--loop", "--target", "spotify",
                                    "--target", "club", "--codec", "ogg", "-q"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    REQUIRE(
        run_inside({"master", path("tone.wav"), "-o", path("out/48.flac"), "--loop", "--rate", "48000", "-q"}).code ==
        0);
    REQUIRE(run_inside({"master", path("tone.wav"), "-o", path("out/tone.ogg"), "--loop", "-q"}).code == 0);
    struct Written {
        const char* name;
        int frames;
        float most;  // that a step may be, of the largest; a codec has an error of its own
    };
    for (const auto& [name, frames, most] : {Written{"out/tone.spotify.wav", 132'300, 1.02F},
                                             {"out/tone.club.wav", 132'300, 1.02F},
                                             {"out/48.flac", 144'000, 1.02F},
                                             {"out/tone.ogg", 132'300, 1.1F}}) {
        INFO(name);
        const auto audio = read_all(*need(open_audio(path(name))));
        CHECK(audio.frames() == frames);
        const auto [largest, across] = steps_of(audio);
        CHECK(across <= most * largest);
    }
}

TEST_CASE("what makes no loop is told", "[cli][loop]") {
    const TemporaryDirectory directory;
    const auto path = [&](const char* name) { return (directory / name).string(); };
    write_wav(path("mix.wav"), short_mix());
    write_with_loop(path("back.wav"), short_mix(), 0, 999, Loop::Kind::alternating);
    const auto fails = [&](const std::vector<std::string>& arguments, int code, const std::string& message) {
        const auto failed = run_inside(arguments);
        CHECK(failed.code == code);
        CHECK_THAT(failed.err, Contains(message));
    };
    fails({"master", path("mix.wav"), "-o", path("out.mp3"), "--loop"}, 2, "cannot keep a length to the sample");
    fails({"master", path("mix.wav"), "-o", path("out.wav"), "--loop", "--trim"}, 2, "contradict");
    fails({"master", path("back.wav"), "-o", path("out.wav"), "--loop"}, 3, "does not run forward");
    CHECK_FALSE(std::filesystem::exists(path("out.wav")));
}

}  // namespace burnish::test
