#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "io/audio_file.h"
#include "io/metadata.h"
#include "io/output_file.h"
#include "tests/cli/command_line.h"
#include "tests/support/referees.h"

namespace burnish::test {

using Catch::Matchers::Contains;

TEST_CASE("a reference sets tone and loudness from the command line", "[cli][reference]") {
    const TemporaryDirectory directory;
    const auto path = [&](const char* name) { return (directory / name).string(); };
    write_wav(path("true.wav"), short_mix());
    REQUIRE(run_inside({"master", path("true.wav"), "-o", path("mix.wav"), "-q", "--predictor", "off", "--set",
                        "eq.low_shelf_db=4", "--set", "eq.high_shelf_db=-4", "--set", "limiter.drive_db=-6"})
                .code == 0);
    const auto result = run_inside(
        {"master", path("mix.wav"), "-o", path("out.wav"), "--reference", path("true.wav") + ":2", "--json"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto json = nlohmann::json::parse(result.out);
    CHECK(json["reference"]["files"][0]["name"] == "true.wav");
    CHECK(json["reference"]["files"][0]["weight"] == 2.0);
    CHECK(json["reference"]["tone_distance_db"]["after"] <
          0.4 * json["reference"]["tone_distance_db"]["before"].get<double>());
    const auto reading = ebur128_reading(read_all(*need(open_audio(path("out.wav")))), 44100.0);
    CHECK(reading.integrated_lufs == Approx(ebur128_reading(short_mix(), 44100.0).integrated_lufs).margin(0.4));

    const auto fails = [&](std::vector<std::string> flags, int code, const std::string& message) {
        flags.insert(flags.begin(), {"master", path("mix.wav"), "-o", path("other.wav")});
        const auto failed = run_inside(flags);
        CHECK(failed.code == code);
        CHECK_THAT(failed.err, Contains(message));
    };
    fails({"--reference", path("none.wav")}, 3, "none.wav");
    fails({"--reference", path("true.wav") + ":x"}, 2, "a weight behind the colon");
    fails({"--reference", path("true.wav") + ":0"}, 2, "is outside [0.001, 1000]");
    fails({"--reference", path("true.wav"), "--predictor", "rules"}, 2, "contradict");
}

TEST_CASE("a loop keeps its length and its loop points", "[cli][loop]") {
    const TemporaryDirectory directory;
    const auto path = [&](const char* name) { return (directory / name).string(); };
    const auto& mix = short_mix();
    Metadata metadata;
    metadata.sample_rate_hz = 44100.0;
    metadata.sampler = Sampler{.loops = {{.first = 20'000, .last = 109'999}}};
    const OutputSpec spec{.sample_rate_hz = 44100.0, .channels = 2, .frames = mix.frames(), .depth = BitDepth::int24};
    auto file = need(OutputFile::create(path("loop.wav"), spec, metadata, false));
    need(file->write(mix.view()));
    need(file->finish());
    need(file->commit());
    const auto result = run_inside({"master", path("loop.wav"), "-o", path("out.wav"), "--loop", "--json"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto json = nlohmann::json::parse(result.out);
    CHECK(json["status"] == "done");
    CHECK(json["before"]["frames"] == mix.frames());
    CHECK(json["after"]["frames"] == mix.frames());
    CHECK(need(open_audio(path("out.wav")))->info().frames == mix.frames());
    CHECK(need(read_metadata(path("out.wav"))).sampler == metadata.sampler);

    // 90000 frames at 44.1 kHz are 97959.2 at 48 kHz.
    const auto converted = run_inside({"master", path("loop.wav"), "-o", path("48.wav"), "--loop", "--rate", "48000"});
    CHECK(converted.code == 2);
    CHECK_THAT(converted.err, Contains("no whole number of frames"));
}

}  // namespace burnish::test
