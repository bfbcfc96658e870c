#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/decibels.h"
#include "tests/cli/command_line.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

/// A tone whose loudness and peak are known: 997 Hz in both channels read their peak level in LUFS (BS.1770).
std::string tone(const TemporaryDirectory& directory, const std::string& name, double peak_db, int format,
                 double sample_rate_hz = 44100.0, int channels = 2) {
    const auto path = directory / name;
    write_with_libsndfile(path, format, static_cast<int>(sample_rate_hz),
                          sine(997.0, db_to_gain(peak_db), 5.0, sample_rate_hz, channels));
    return path.string();
}
constexpr int wav24 = SF_FORMAT_WAV | SF_FORMAT_PCM_24;

}  // namespace

TEST_CASE("check tells what fails and by how much, and its exit status tells scripts", "[cli][check]") {
    const TemporaryDirectory directory;
    const auto good = tone(directory, "good.wav", -14.0, wav24);
    const auto hot = tone(directory, "hot.wav", -0.2, wav24);
    CHECK(run_inside({"check", good, "--target", "spotify"}).code == 0);
    const auto result = run_inside({"check", hot, "--target", "spotify"});
    CHECK(result.code == 5);
    CHECK_THAT(result.out, Contains("fail") && Contains("1.80 dB above -2.00 (louder than -14 LUFS)"));
    CHECK(run_inside({"check", good, hot, "--target", "spotify", "--quiet"}).code == 5);
    CHECK(run_inside({"check", good, hot, "--target", "spotify", "--quiet"}).out.empty());
    CHECK(run_inside({"check", (directory / "none.wav").string(), "--target", "spotify"}).code == 3);
}

TEST_CASE("check prints JSON for machines", "[cli][check]") {
    const TemporaryDirectory directory;
    const auto file = tone(directory, "tone.wav", -23.0, wav24, 48000.0);
    const auto result = run_inside({"check", file, "--target", "ebu-r128", "--target", "cd", "--json"});
    CHECK(result.code == 5);
    const auto json = Json::parse(result.out);
    CHECK(json["passes"] == false);
    CHECK(json["targets"][0]["target"] == "ebu-r128");
    CHECK(json["targets"][0]["verdict"] == "ok");
    CHECK(json["targets"][1]["verdict"] == "fail");
    std::vector<std::string> failed;
    for (const auto& finding : json["targets"][1]["findings"])
        if (finding["verdict"] == "fail") failed.push_back(finding["number"]);
    CHECK(failed == std::vector<std::string>{"sample_rate_hz", "bits_per_sample"});
}

TEST_CASE("a missed recommendation fails only under --strict", "[cli][check]") {
    const TemporaryDirectory directory;
    const auto soft = tone(directory, "soft.wav", -23.0, wav24);
    const auto result = run_inside({"check", soft, "--target", "youtube"});
    CHECK(result.code == 0);
    CHECK_THAT(result.out, Contains("note") && Contains("below -15.00"));
    CHECK(run_inside({"check", soft, "--target", "youtube", "--strict"}).code == 5);
}

TEST_CASE("dialogue is not guessed at: a check that cannot tell does not pass", "[cli][check]") {
    const TemporaryDirectory directory;
    const auto file = tone(directory, "show.wav", -24.0, wav24, 48000.0);
    const auto result = run_inside({"check", file, "--target", "atsc-a85"});
    CHECK(result.code == 5);
    CHECK_THAT(result.out, Contains("unknown") && Contains("--dialogue none"));
    CHECK(run_inside({"check", file, "--target", "atsc-a85", "--dialogue", "none"}).code == 0);
}

TEST_CASE("playback is simulated, limiter and all", "[cli][check]") {
    const TemporaryDirectory directory;
    const auto loud = tone(directory, "loud.wav", -0.2, wav24);
    const auto result = run_inside({"check", loud, "--simulate", "spotify", "--json"});
    REQUIRE(result.code == 0);
    const auto modes = Json::parse(result.out)["playback"]["spotify"];
    REQUIRE(modes.size() == 3);
    CHECK(modes[0]["gain_db"].get<double>() == Approx(-14.0 + 0.2).margin(0.02));
    CHECK(modes[2]["loudness_lufs"].get<double>() == Approx(-19.0).margin(0.001));
    // One hit a second over silence: far from -11 LUFS before its peak meets the limiter.
    AudioBuffer hits(2, 5 * 44100);
    for (int n = 0; n < hits.frames(); ++n)
        for (int c = 0; c < 2; ++c)
            hits.channel(c)[n] = static_cast<float>(0.5 * std::exp(-(n % 44100) / 800.0) * std::sin(0.05 * n));
    write_wav(directory / "hits.wav", hits);
    const auto limited = run_inside({"check", (directory / "hits.wav").string(), "--simulate", "spotify", "--json"});
    const auto loud_mode = Json::parse(limited.out)["playback"]["spotify"][1];
    CHECK(loud_mode["limited"] == true);
    CHECK(loud_mode["reduction_max_db"].get<double>() > 1.0);
    CHECK(loud_mode["loudness_lufs"].get<double>() < -11.0);
    CHECK_THAT(run_inside({"check", (directory / "hits.wav").string(), "--simulate", "spotify"}).out,
               Contains("limited by up to"));
}

TEST_CASE("ReplayGain tags are held against the measured loudness", "[cli][check]") {
    const TemporaryDirectory directory;
    const auto file = tone(directory, "tone.wav", -12.0, wav24);
    const auto result = run_inside({"check", file, "--target", "replaygain"});
    CHECK(result.code == 5);
    CHECK_THAT(result.out, Contains("-6.00 dB expected"));
}

// What a file's kind does not have is no number of 0.
TEST_CASE("a lossless file has no bit rate, a floating-point one no bits", "[cli][check]") {
    const TemporaryDirectory directory;
    const auto wav = tone(directory, "tone.wav", -20.0, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
    const auto result = run_inside({"check", wav, "--target", "acx", "--target", "vinyl"});
    CHECK(result.code == 5);
    CHECK_THAT(result.out, Contains("lossless      at least 192 kbit/s expected"));
    CHECK_THAT(result.out, Contains("floating point") && Contains("at least 24 bit expected"));
    CHECK(result.out.find(" 0 bit") == result.out.npos);
    CHECK(result.out.find(" 0 kbit") == result.out.npos);
}

TEST_CASE("check wants a file and something to check for", "[cli][check]") {
    CHECK(run_inside({"check", "--target", "spotify"}).code == 2);
    CHECK_THAT(run_inside({"check", "x.wav"}).err, Contains("--target NAME or --simulate NAME is needed"));
    CHECK_THAT(run_inside({"check", "x.wav", "--target", "spotfy"}).err, Contains("did you mean \"spotify\"?"));
    CHECK_THAT(run_inside({"check", "x.wav", "--simulate", "acx"}).err, Contains("nothing is known"));
    CHECK_THAT(run_inside({"check", "x.wav", "--target", "acx", "--dialogue", "0-3"}).err, Contains("none expected"));
}

TEST_CASE("a target of one's own is read from a file", "[cli][check]") {
    const TemporaryDirectory directory;
    const auto file = tone(directory, "tone.wav", -12.0, wav24);
    const auto path = (directory / "house.json").string();
    std::ofstream(path) << R"({"format": "burnish-target-1", "title": "House rules",
        "limits": [{"number": "integrated_lufs", "min": -12.1, "max": -11.9}]})";
    CHECK(run_inside({"check", file, "--target", path}).code == 0);
    CHECK(run_inside({"targets", path}).code == 0);
}

TEST_CASE("targets are listed with where they come from", "[cli][targets]") {
    const auto list = run_inside({"targets"});
    CHECK(list.code == 0);
    for (const auto* name : {"spotify", "apple-music", "acx", "replaygain", "vinyl"})
        CHECK_THAT(list.out, Contains(name));
    CHECK_THAT(run_inside({"targets", "spotify"}).out, Contains("support.spotify.com") && Contains("read on"));
    CHECK_THAT(list.out, Contains("Dialogue is not told apart"));
    CHECK_THAT(run_inside({"targets", "netflix"}).out, Contains("--dialogue none") && Contains("-24 LUFS"));
    const auto json = Json::parse(run_inside({"targets", "--json"}).out);
    CHECK(json.size() == 19);
    for (const auto& target : json)
        if (target["name"] != "none") CHECK(target["sources"].size() > 0);
    CHECK(run_inside({"targets", "nowhere"}).code == 2);
}

}  // namespace burnish::test
