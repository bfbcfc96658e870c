#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "io/audio_file.h"
#include "tests/cli/command_line.h"
#include "tests/support/referees.h"

namespace burnish::test {

using Catch::Matchers::Contains;

namespace {

/// A finished track, and what it was before: more bass, less treble, 6 dB less.
class Spoilt {
public:
    Spoilt() {
        write_wav(path("true.wav"), short_mix());
        REQUIRE(run_inside({"master", path("true.wav"), "-o", path("mix.wav"), "-q", "--predictor", "off", "--set",
                            "eq.low_shelf_db=4", "--set", "eq.high_shelf_db=-4", "--set", "limiter.drive_db=-6"})
                    .code == 0);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }
    [[nodiscard]] double lufs(const std::string& name) const {
        return ebur128_reading(read_all(*need(open_audio(path(name)))), 44100.0).integrated_lufs;
    }

private:
    TemporaryDirectory directory_;
};

nlohmann::json json_of(const CommandResult& result) {
    INFO(result.err);
    REQUIRE(result.code == 0);
    return nlohmann::json::parse(result.out);
}

}  // namespace

TEST_CASE("a reference sets tone and loudness from the command line", "[cli][reference]") {
    const Spoilt files;
    const auto json = json_of(run_inside({"master", files.path("mix.wav"), "-o", files.path("out.wav"), "--reference",
                                          files.path("true.wav") + ":2", "--json"}));
    CHECK(json["reference"]["files"][0]["name"] == "true.wav");
    CHECK(json["reference"]["files"][0]["weight"] == 2.0);
    CHECK(json["reference"]["tone_distance_db"]["after"] <
          0.4 * json["reference"]["tone_distance_db"]["before"].get<double>());
    CHECK(files.lufs("out.wav") == Approx(files.lufs("true.wav")).margin(0.3));
    // A word on the loudness beats the reference's.
    REQUIRE(run_inside({"master", files.path("mix.wav"), "-o", files.path("quiet.wav"), "-q", "--reference",
                        files.path("true.wav"), "--loudness", "-30"})
                .code == 0);
    CHECK(files.lufs("quiet.wav") == Approx(-30.0).margin(0.05));
}

// One match serves all targets; a target's own loudness beats the reference's.
TEST_CASE("references go with targets, manifests and mixes", "[cli][reference]") {
    const Spoilt files;
    const auto both =
        json_of(run_inside({"master", files.path("mix.wav"), "-o", files.path("out/"), "--reference",
                            files.path("true.wav"), "--target", "spotify", "--target", "club", "--json"}));
    REQUIRE(both.size() == 2);
    CHECK(files.lufs("out/mix.spotify.wav") == Approx(-14.0).margin(0.05));
    CHECK(both[0]["reference"]["tone_distance_db"] == both[1]["reference"]["tone_distance_db"]);

    std::ofstream(files.path("list.tsv")) << "input\toutput\treference\nmix.wav\tlisted.wav\ttrue.wav,mix.wav:0.5\n";
    const auto listed = json_of(run_inside({"master", "--manifest", files.path("list.tsv"), "--json"}));
    REQUIRE(listed["reference"]["files"].size() == 2);
    CHECK(listed["reference"]["files"][1]["weight"] == 0.5);

    std::filesystem::create_directory(files.path("stems"));
    write_wav(files.path("stems/bass.wav"), short_mix());
    write_wav(files.path("stems/keys.wav"), short_mix());
    const auto mixed = json_of(run_inside({"mix", files.path("stems"), "-o", files.path("mixed.wav"), "--master",
                                           "--reference", files.path("true.wav"), "--json"}));
    CHECK(mixed["master"]["reference"]["files"][0]["name"] == "true.wav");
    CHECK(mixed["reference"]["files"][0]["name"] == "true.wav");
}

TEST_CASE("what makes no reference is told", "[cli][reference]") {
    const Spoilt files;
    const auto fails = [&](std::vector<std::string> flags, int code, const std::string& message) {
        flags.insert(flags.begin(), {"master", files.path("mix.wav"), "-o", files.path("other.wav")});
        const auto failed = run_inside(flags);
        CHECK(failed.code == code);
        CHECK_THAT(failed.err, Contains(message));
        CHECK_FALSE(std::filesystem::exists(files.path("other.wav")));
    };
    const auto reference = files.path("true.wav");
    fails({"--reference", files.path("none.wav")}, 3, "none.wav");
    fails({"--reference", reference + ":x"}, 2, "a weight behind the colon");
    fails({"--reference", reference + ":0"}, 2, "is outside [0.001, 1000]");
    fails({"--reference", reference, "--predictor", "rules"}, 2, "contradict");
    fails({"--reference", reference, "--settings", "x.json"}, 2, "contradict");
    fails({"--reference", reference, "--preset", "auto"}, 2, "contradict");
    fails({"--reference", files.path("other.wav")}, 2, "at once");
    write_wav(files.path("silence.wav"), AudioBuffer(2, 44100));
    fails({"--reference", files.path("silence.wav")}, 3, "too quiet to be a reference");
}

}  // namespace burnish::test
