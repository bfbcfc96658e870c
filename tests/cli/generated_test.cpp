#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/preset_files.h"
#include "io/audio_file.h"
#include "tests/cli/command_line.h"
#include "tests/support/signals.h"

// What music generators export: low rates, mono, a codec's cut-off, silence at both ends.

namespace burnish::test {

using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

Json report_of(std::vector<std::string> flags) {
    flags.insert(flags.begin(), "master");
    flags.emplace_back("--json");
    const auto result = run_inside(flags);
    INFO(result.err);
    REQUIRE(result.code == 0);
    return Json::parse(result.out);
}

}  // namespace

TEST_CASE("mono of a low rate becomes a master at a delivery rate, with nothing above what there was",
          "[cli][generated]") {
    const TemporaryDirectory directory;
    const auto in = (directory / "in.wav").string();
    const auto out = (directory / "out.wav").string();
    for (const auto& [rate_hz, delivered_hz] :
         {std::pair{16000, 48000}, {22050, 44100}, {24000, 48000}, {32000, 44100}}) {
        INFO(rate_hz);
        write_wav(in, toy_music(4.0, rate_hz, 1), rate_hz);
        const auto report = report_of({in, "-o", out, "-f", "--loudness", "-14"});
        const auto& after = report["after"];
        CHECK(after["sample_rate_hz"] == delivered_hz);
        CHECK(after["channels"] == 1);
        CHECK(after["duration_s"].get<double>() == Approx(4.0).margin(0.001));
        CHECK(after["integrated_lufs"].get<double>() == Approx(-14.0).margin(0.05));
        CHECK(after["true_peak_dbtp"].get<double>() <= -0.999);
        CHECK_THAT(report["warnings"].dump(), Contains("no delivery rate"));
        // Images of the old spectrum would lie above the old half rate.
        const auto& centres = after["third_octave"]["centre_hz"];
        const auto& levels = after["third_octave"]["mid_mean_db"];
        for (std::size_t band = 0; band < centres.size(); ++band)
            if (centres[band].get<double>() > 0.6 * rate_hz) CHECK(levels[band].get<double>() < -75.0);
    }
    // Who asks for the rate gets it, and where nothing is to change it does not.
    write_wav(in, toy_music(1.0, 24000, 1), 24000);
    CHECK(report_of({in, "-o", out, "-f", "--rate", "24000"})["after"]["sample_rate_hz"] == 24000);
    CHECK(report_of({in, "-o", out, "-f", "--loudness", "none", "--intensity", "0"})["after"]["sample_rate_hz"] ==
          24000);
}

TEST_CASE("nothing is raised that a codec has removed, whatever preset and style ask for", "[cli][generated]") {
    const TemporaryDirectory directory;
    const auto low = (directory / "low.wav").string();
    const auto cut = (directory / "cut.wav").string();
    // What has come from 32 kHz stops short of 16 kHz, as MP3 at 128 kb/s does.
    const auto music = toy_music(5.0, 32000);
    auto bright = pink_noise(-40.0, 5.0, 32000);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < music.frames(); ++n) bright.channel(c)[n] += music.channel(c)[n];
    write_wav(low, bright, 32000);
    report_of({low, "-o", cut, "--rate", "44100", "--intensity", "0", "--loudness", "none"});
    for (const auto& preset : preset_names(PresetKind::genre)) {
        INFO(preset);
        const auto report = report_of({cut, "--dry-run", "--preset", preset, "--style", "open", "--intensity", "high"});
        const double cutoff_hz = report["before"]["codec_cutoff_hz"];
        REQUIRE(cutoff_hz > 15000.0);
        REQUIRE(cutoff_hz < 16500.0);
        const auto& chain = report["settings"]["chain"];
        if (!chain.contains("tone")) continue;
        for (const auto& [name, gain_db] : chain["tone"].items())
            if (name.find("_20480_") != std::string::npos) CHECK(gain_db.get<double>() <= 0.0);
    }
}

TEST_CASE("the ai-music preset tames what is harsh and raises no top", "[cli][generated]") {
    const TemporaryDirectory directory;
    const auto in = (directory / "in.wav").string();
    auto music = toy_music(5.0, 44100);
    // A band of noise around 4 kHz, as vocoders smear it over everything.
    const auto noise = white_noise(0.25, 5.0, 44100, 2, 5);
    for (int c = 0; c < 2; ++c) {
        double low = 0.0;
        double band = 0.0;
        for (int n = 0; n < music.frames(); ++n) {
            const double high = noise.channel(c)[n] - low - 0.5 * band;
            band += 0.5 * high;
            low += 0.5 * band;
            music.channel(c)[n] += static_cast<float>(0.5 * band);
        }
    }
    write_wav(in, music);
    const auto out = (directory / "out.wav").string();
    const auto plain = report_of({in, "-o", out, "-f", "--loudness", "-14"});
    const auto tamed = report_of({in, "-o", out, "-f", "--preset", "ai-music"});
    CHECK(tamed["after"]["harshness_p95_db"].get<double>() < plain["after"]["harshness_p95_db"].get<double>() - 0.3);
    CHECK(tamed["after"]["harshness_p95_db"].get<double>() < tamed["before"]["harshness_p95_db"].get<double>() - 0.5);
    CHECK(tamed["settings"]["chain"]["dynamic_eq"]["harsh_range_db"].get<double>() > 1.0);
}

TEST_CASE("silence at both ends goes when asked", "[cli][generated]") {
    const TemporaryDirectory directory;
    const auto in = (directory / "in.wav").string();
    const auto out = (directory / "out.wav").string();
    const auto music = toy_music(2.0, 44100);
    AudioBuffer padded(2, 44100 * 6);
    for (int c = 0; c < 2; ++c)
        std::copy_n(music.channel(c).begin(), music.frames(), padded.channel(c).begin() + 88200);
    write_wav(in, padded);
    const auto report = report_of({in, "-o", out, "--trim", "--bit-depth", "24"});
    CHECK(report["before"]["duration_s"].get<double>() == Approx(2.55).margin(0.1));
    CHECK(report["after"]["frames"] == report["before"]["frames"]);
    CHECK(need(open_audio(out))->info().frames == report["after"]["frames"]);
    CHECK_THAT(report["warnings"].dump(), Contains("trimmed: 1.95 s"));
    CHECK(report_of({in, "-o", out, "-f"})["after"]["duration_s"] == 6.0);
}

}  // namespace burnish::test
