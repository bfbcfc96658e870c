#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/track_analysis.h"
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
