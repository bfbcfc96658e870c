#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/track_analysis.h"
#include "io/audio_file.h"
#include "tests/cli/command_line.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;

TEST_CASE("an analysis as JSON holds every row of the tables", "[cli][analyze]") {
    const TemporaryDirectory directory;
    const auto path = (directory / "sine.wav").string();
    // A stereo sine of amplitude a reads 20 log10(a) dBFS of peak and 3.01 dB less of rms.
    write_wav(path, sine(1000.0, 0.5, 3.0, 48000.0), 48000);
    const auto result = run_program({"analyze", path, "--json"});
    REQUIRE(result.code == 0);
    CHECK(result.err.empty());
    const auto document = nlohmann::json::parse(result.out);
    CHECK(document["input"] == path);
    CHECK(document["container"] == "WAV");
    for (const auto& row : analysis_numbers) CHECK(document["analysis"].contains(std::string(row.name)));
    for_each_curve_group([&](const auto& group) { CHECK(document["analysis"].contains(std::string(group.name))); });
    CHECK(document["analysis"]["sample_peak_db"].get<double>() == Approx(-6.02).margin(0.01));
    CHECK(document["analysis"]["rms_db"].get<double>() == Approx(-9.03).margin(0.01));
    CHECK(document["analysis"]["sample_rate_hz"] == 48000.0);
}

TEST_CASE("an analysis as text shows every number with its unit", "[cli][analyze]") {
    const TemporaryDirectory directory;
    const auto path = (directory / "mix.wav").string();
    write_wav(path, short_mix());
    const auto result = run_inside({"analyze", path, "--jobs", "1"});
    REQUIRE(result.code == 0);
    for (const auto& row : analysis_numbers) CHECK_THAT(result.out, Contains(std::string(row.label)));
    for (const char* word :
         {"loudness and peaks", "LUFS", "dBTP", "spectrum", "dynamics", "resonances", "stereo, 44.1 kHz"})
        CHECK_THAT(result.out, Contains(word));
    CHECK(result.out == run_inside({"analyze", path, "--jobs", "2"}).out);
}

TEST_CASE("advice is silent on sound music and tells faults with numbers", "[cli][analyze][advice]") {
    const TemporaryDirectory directory;
    // The shipped FLAC was decoded from Ogg Vorbis, which is its only fault; as Ogg Vorbis it has none.
    const std::string shipped = BURNISH_SOURCE_DIR "/examples/hex-a-hop_game_music.flac";
    const auto honest = (directory / "honest.ogg").string();
    REQUIRE(run_inside({"master", shipped, "-o", honest, "-q", "--loudness", "none", "--intensity", "0"}).code == 0);
    CHECK_THAT(run_inside({"analyze", "--advice", shipped}).out,
               Contains("1. codec_cutoff") && Contains("18.1 kHz") && !Contains("2. "));
    const auto sound = run_inside({"analyze", "--advice", honest});
    CHECK(sound.code == 0);
    CHECK(sound.out.empty());
    CHECK(sound.err.empty());

    const auto clipped = (directory / "clipped.wav").string();
    auto audio = read_all(*need(open_audio(shipped)));
    for (int c = 0; c < 2; ++c)
        for (float& sample : audio.channel(c)) sample = std::clamp(6.0F * sample, -1.0F, 1.0F);
    write_wav(clipped, audio);
    const auto text = run_inside({"analyze", "--advice", honest, clipped});
    CHECK(text.code == 0);
    CHECK_THAT(text.out, Contains("clipped.wav") && Contains("1. clipping") && Contains("[repair]") &&
                             Contains("peaks are cut flat at") && Contains("-> lower the bus"));
    CHECK_THAT(text.out, !Contains("honest"));

    const auto json = nlohmann::json::parse(run_inside({"analyze", "--advice", "--json", honest, clipped}).out);
    CHECK(json[0]["format"] == "burnish-advice-1");
    CHECK(json[0]["advice"].empty());
    CHECK(json[1]["advice"][0]["check"] == "clipping");
    CHECK_FALSE(json[1].contains("analysis"));
}

TEST_CASE("a folder is analyzed file by file", "[cli][analyze]") {
    const TemporaryDirectory directory;
    std::filesystem::create_directory(directory / "more");
    write_wav(directory / "a.wav", short_mix());
    write_wav(directory / "more/b.wav", short_mix());
    const auto result = run_inside({"analyze", (directory / "").string(), "--json", "-q"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    CHECK(nlohmann::json::parse(result.out).size() == 2);
}

TEST_CASE("several analyses come in order, and a broken file stops none", "[cli][analyze]") {
    const TemporaryDirectory directory;
    const auto path = (directory / "mix.wav").string();
    write_wav(path, short_mix());
    const auto result = run_inside({"analyze", "none.wav", path, path, "--json"});
    CHECK(result.code == 3);
    CHECK_THAT(result.err, Contains("error: none.wav"));
    const auto documents = nlohmann::json::parse(result.out);
    REQUIRE(documents.size() == 3);
    CHECK(documents[0]["exit_code"] == 3);
    CHECK(documents[1] == documents[2]);
}

}  // namespace burnish::test
