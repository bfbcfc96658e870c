#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/master_job.h"
#include "cli/preset_files.h"
#include "dsp/equalizer.h"
#include "tests/cli/command_line.h"
#include "tests/support/block_runner.h"

namespace burnish::test {

using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

/// Eight seconds of the example track, which is real and not mastered.
AudioBuffer real_music() {
    const auto audio = read_all(*need(open_audio(BURNISH_SOURCE_DIR "/examples/hex-a-hop_game_music.flac")));
    AudioBuffer part(2, 8 * 44100);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < part.frames(); ++n) part.channel(c)[n] = audio.channel(c)[10 * 44100 + n];
    return part;
}

Json master_of(const std::string& mix, const std::string& out, std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"master", mix, "-o", out, "-f", "-q", "--json"});
    const auto result = run_inside(flags);
    INFO(result.err);
    REQUIRE(result.code == 0);
    return Json::parse(result.out);
}

/// How much brighter a master is: its level above 5 kHz relative to 315 Hz to 1.25 kHz, whatever its loudness.
double brightness_db(const Json& analysis) {
    const auto& centres = analysis["third_octave"]["centre_hz"];
    const auto& levels = analysis["third_octave"]["mid_mean_db"];
    double high = 0.0;
    double middle = 0.0;
    for (std::size_t band = 0; band < centres.size(); ++band) {
        const double power = db_to_power(levels[band].get<double>());
        if (centres[band] >= 5000.0) high += power;
        if (centres[band] >= 315.0 && centres[band] <= 1250.0) middle += power;
    }
    return power_to_db(high) - power_to_db(middle);
}

double number(const Json& report, const char* name) { return report["after"][name].get<double>(); }

}  // namespace

TEST_CASE("one track through every preset comes out differently, and in the genres' order", "[cli][presets]") {
    const TemporaryDirectory directory;
    const auto mix = (directory / "mix.wav").string();
    write_wav(mix, real_music());
    std::map<std::string, Json> reports;
    std::set<std::string> outcomes;
    for (const auto& name : preset_names(PresetKind::genre)) {
        const auto report = master_of(mix, (directory / "out.wav").string(), {"--preset", name});
        CHECK(report["target"]["preset"] == name);
        outcomes.insert(report["settings"].dump());
        reports[name] = report;
    }
    CHECK(outcomes.size() == reports.size());
    const auto& r = reports;
    // Denser and louder from left to right.
    const std::vector<std::string> by_loudness{"classical", "cinematic", "ambient", "acoustic", "pop", "metal"};
    for (std::size_t i = 1; i < by_loudness.size(); ++i) {
        INFO(by_loudness[i - 1] << " and " << by_loudness[i]);
        CHECK(number(r.at(by_loudness[i]), "integrated_lufs") > number(r.at(by_loudness[i - 1]), "integrated_lufs"));
        // Where little stands out, equalisation alone moves peaks by some tenths.
        CHECK(number(r.at(by_loudness[i]), "plr_db") < number(r.at(by_loudness[i - 1]), "plr_db") + 0.5);
    }
    CHECK(number(r.at(by_loudness.back()), "plr_db") < number(r.at(by_loudness.front()), "plr_db") - 4.0);
    CHECK(r.at("classical")["settings"]["chain"].contains("glue") == false);
    CHECK(brightness_db(r.at("lo-fi")["after"]) < brightness_db(r.at("jazz")["after"]) - 1.0);
    CHECK(brightness_db(r.at("lo-fi")["after"]) < brightness_db(r.at("pop")["after"]) - 1.0);
    CHECK(brightness_db(r.at("pop")["after"]) < brightness_db(r.at("electronic")["after"]));
    // What is as dark as jazz wants it is not darkened any more, but for what limiting alone does.
    const auto untreated =
        master_of(mix, (directory / "out.wav").string(), {"--predictor", "off", "--loudness", "-16"});
    CHECK(number(r.at("jazz"), "integrated_lufs") == Approx(-16.0).margin(0.05));
    CHECK(brightness_db(r.at("jazz")["after"]) == Approx(brightness_db(untreated["after"])).margin(0.1));
    CHECK(number(r.at("lo-fi"), "side_mid_db") < number(r.at("ambient"), "side_mid_db"));
}

TEST_CASE("a genre may be told to the model, or several with weights", "[cli][presets]") {
    const TemporaryDirectory directory;
    const auto mix = (directory / "mix.wav").string();
    const auto out = (directory / "out.wav").string();
    // With a fault that the model finds, for where it finds none there is nothing to move.
    const auto shelf = Equalizer::Settings{.high_shelf_hz = 3000.0, .high_shelf_db = 12.0};
    write_wav(mix, render<Equalizer>(real_music(), shelf, 44100.0));
    const auto plain = master_of(mix, out, {});
    CHECK_FALSE(plain["target"].contains("genre"));
    CHECK(plain["predictor"] == "learned");
    // Of a stage the short report tells what its largest gain is for, and how sound every dimension was found.
    const nlohmann::json* largest = nullptr;
    for (const auto& decision : plain["decisions"])
        if (decision["parameter"].get<std::string>().starts_with("tone.") &&
            (largest == nullptr ||
             std::abs(decision["value"].get<double>()) > std::abs((*largest)["value"].get<double>())))
            largest = &decision;
    REQUIRE(largest != nullptr);
    const auto in_short = in_one_line(run_inside({"master", mix, "--dry-run"}).out);
    CHECK_THAT(in_short, Contains((*largest)["reason"].get<std::string>()) && Contains("judged tone "));
    const auto told = master_of(mix, out, {"--genre", "metal:3", "--genre", "cinematic"});
    CHECK(told["target"]["genre"]["metal"] == 0.75);
    CHECK(told["target"]["genre"]["orchestral"] == 0.25);
    CHECK(told["genres"] == plain["genres"]);  // what it sounds like all the same
    CHECK(told["settings"] != plain["settings"]);
    // Names for the same genre add up; other words for presets count.
    const auto same = master_of(mix, out, {"--genre", "film", "--genre", "jazz", "--genre", "classical:2"});
    CHECK(same["target"]["genre"]["orchestral"] == 0.75);
    CHECK(same["target"]["genre"].size() == 2);
    // The least of three comes last, and auto takes the others.
    const auto mixed =
        master_of(mix, out, {"--preset", "auto", "--genre", "rock:10", "--genre", "jazz", "--genre", "metal:9"});
    CHECK_THAT(mixed["decisions"].dump(), Contains("auto (rock 53 %, metal 47 %)"));
    const auto summary = run_inside({"master", mix, "-o", out, "-f", "--genre", "metal"});
    CHECK_THAT(summary.out, Contains("metal 100 %, as you say") || Contains("metal\u00a0100\u00a0%, as you say"));

    for (const auto& [flags, message] :
         {std::pair<std::vector<std::string>, std::string>{{"--genre", "polka"}, "\"polka\" found, one of "},
          {{"--genre", "hip-hop"}, "or a preset that stands for one of them"},
          {{"--genre", "rock:x"}, "a weight behind the colon"},
          {{"--genre", "rock:0"}, "weight beside other genres"},
          {{"--genre", "rock", "--predictor", "rules"}, "--genre and --predictor contradict each other"},
          {{"--genre", "rock", "--reference", mix}, "--genre and --reference contradict each other"}}) {
        std::vector<std::string> words{"master", mix, "-o", out, "-f"};
        words.insert(words.end(), flags.begin(), flags.end());
        const auto result = run_inside(words);
        CHECK(result.code == 2);
        CHECK_THAT(result.err, Contains(message));
    }
}

TEST_CASE("styles move in their own direction, whatever the genre", "[cli][presets]") {
    const TemporaryDirectory directory;
    const auto mix = (directory / "mix.wav").string();
    write_wav(mix, real_music());
    for (const std::string genre : {"pop", "cinematic"}) {
        std::map<std::string, Json> reports;
        for (const auto& style : preset_names(PresetKind::style))
            reports[style] = master_of(mix, (directory / "out.wav").string(),
                                       {"--preset", genre, "--style", style, "--loudness", "-16"});
        const auto plain = master_of(mix, (directory / "out.wav").string(), {"--preset", genre, "--loudness", "-16"});
        INFO(genre);
        CHECK(reports.at("balanced")["after"] == plain["after"]);
        CHECK(brightness_db(reports.at("warm")["after"]) < brightness_db(plain["after"]) - 0.5);
        CHECK(brightness_db(reports.at("open")["after"]) > brightness_db(plain["after"]) + 0.5);
        CHECK(number(reports.at("open"), "side_mid_db") > number(plain, "side_mid_db"));
        CHECK(reports.at("warm")["settings"]["chain"].contains("saturation"));
    }
}

TEST_CASE("amounts of zero and no loudness change no sample, preset or not", "[cli][presets]") {
    const TemporaryDirectory directory;
    const auto mix = (directory / "mix.wav").string();
    write_wav(mix, real_music());
    const auto in = read_all(*need(open_audio(mix)));
    for (const std::vector<std::string>& extra :
         {std::vector<std::string>{}, {"--preset", "lo-fi", "--style", "warm"}, {"--intensity", "high"}}) {
        std::vector<std::string> flags{"--tone",       "0", "--dynamics", "0",   "--width", "0",
                                       "--saturation", "0", "--loudness", "none"};
        flags.insert(flags.end(), extra.begin(), extra.end());
        const auto out = (directory / "out.wav").string();
        master_of(mix, out, flags);
        const auto written = read_all(*need(open_audio(out)));
        REQUIRE(written.frames() == in.frames());
        bool same = true;
        for (int c = 0; c < 2; ++c)
            for (int n = 0; n < in.frames(); ++n) same = same && written.channel(c)[n] == in.channel(c)[n];
        CHECK(same);
    }
}

TEST_CASE("flags beat the preset, intensity has words, and contradictions are told", "[cli][presets]") {
    const auto read = [](const auto& change) {
        MasterFlags flags;
        flags.inputs = {"in.wav"};
        flags.dry_run = true;
        change(flags);
        return read_master_flags(flags);
    };
    const auto loudness = [](MasterFlags & flags) -> auto& { return flags.target[0]; };
    CHECK(read([](auto& f) { f.preset = "metal"; })->target.loudness_lufs == -10.5);
    CHECK(read([&](auto& f) {
              f.preset = "metal";
              loudness(f) = "-12";
          })->target.loudness_lufs == -12.0);
    for (const auto& [word, percent] : {std::pair{"low", 25.0}, {"medium", 50.0}, {"high", 75.0}, {"33", 33.0}})
        CHECK(read([&, w = word](auto& f) { f.target[2] = w; })->target.intensity_percent == percent);
    CHECK(read([](auto& f) {
              f.preset = "ambient";  // dynamics 50 %
              f.style = "open";      // 75 %
              f.amounts[1] = "120";
          })->target.aim.dynamics_percent == Approx(45.0));

    const auto complaint = [&](const auto& change) {
        const auto result = read(change);
        REQUIRE_FALSE(result.ok());
        return result.error().message;
    };
    CHECK_THAT(complaint([](auto& f) { f.preset = "metl"; }),
               Contains("--preset: \"metl\" found") && Contains("did you mean \"metal\"?"));
    CHECK_THAT(complaint([](auto& f) { f.style = "wam"; }), Contains("--style") && Contains("balanced, open"));
    CHECK_THAT(complaint([](auto& f) { f.amounts[0] = "151"; }), Contains("--tone: 151 is outside [0, 150]"));
    CHECK_THAT(complaint([](auto& f) { f.amounts[3] = "much"; }), Contains("--saturation: \"much\" found"));
    CHECK_THAT(complaint([](auto& f) { f.target[2] = "loud"; }), Contains("low, medium or high"));
    CHECK_THAT(complaint([](auto& f) {
                   f.preset = "pop";
                   f.predictor = "off";
               }),
               Contains("--predictor off and --preset"));
    CHECK_THAT(complaint([](auto& f) { f.preset = "nowhere/mine.json"; }), Contains("nowhere/mine.json"));
}

TEST_CASE("the user's own presets are found, listed and preferred", "[cli][presets]") {
    const TemporaryDirectory directory;
    std::filesystem::create_directories(directory / "burnish" / "presets");
    std::ofstream(directory / "burnish" / "presets" / "mine.json")
        << R"({"format": "burnish-preset-1", "title": "Mine", "target": {"loudness_lufs": -12.5}})";
    std::ofstream(directory / "burnish" / "presets" / "pop.json")
        << R"({"format": "burnish-preset-1", "target": {"loudness_lufs": -13.5}})";
    const char* before = std::getenv("XDG_CONFIG_HOME");
    const std::string kept = before == nullptr ? "" : before;
    ::setenv("XDG_CONFIG_HOME", (directory / "").string().c_str(), 1);
    const auto mine = find_preset(PresetKind::genre, "--preset", "mine");
    const auto pop = find_preset(PresetKind::genre, "--preset", "pop");
    const auto listed = run_inside({"presets", "list", "--json"});
    before == nullptr ? ::unsetenv("XDG_CONFIG_HOME") : ::setenv("XDG_CONFIG_HOME", kept.c_str(), 1);
    REQUIRE(mine.ok());
    CHECK(mine->target.front().second == -12.5);
    REQUIRE(pop.ok());
    CHECK(pop->target.front().second == -13.5);
    CHECK_THAT(listed.out, Contains("mine.json") && Contains("\"metal\""));
}

TEST_CASE("genres answer to their other names, unless the user has a preset of that name", "[cli][presets]") {
    for (const auto& alias : preset_aliases) {
        INFO(alias.typed);
        const auto preset = find_preset(PresetKind::genre, "--preset", std::string(alias.typed));
        REQUIRE(preset.ok());
        CHECK(preset->name == alias.name);
        CHECK_FALSE(find_preset(PresetKind::style, "--style", std::string(alias.typed)).ok());
    }
    CHECK_THAT(run_inside({"presets"}).out, Contains("also: r&b, rnb"));
}

// The list that was asked for, by any name.
TEST_CASE("every genre that people ask for is there", "[cli][presets]") {
    for (const std::string name :
         {"pop",           "hip-hop",  "trap",      "r&b",       "electronic", "house",    "techno",
          "drum-and-bass", "rock",     "metal",     "punk",      "indie",      "acoustic", "folk",
          "country",       "jazz",     "classical", "cinematic", "ambient",    "lo-fi",    "reggae",
          "latin",         "afrobeat", "chiptune",  "game",      "ai-music",   "podcast",  "speech"}) {
        INFO(name);
        CHECK(find_preset(PresetKind::genre, "--preset", name).ok());
    }
}

TEST_CASE("presets are listed, shown, checked and described", "[cli][presets]") {
    const TemporaryDirectory directory;
    const auto listed = Json::parse(run_inside({"presets", "list", "--json"}).out);
    CHECK(listed.size() >= 30);
    CHECK_THAT(run_inside({"presets"}).out, Contains("drum-and-bass") && Contains("warm"));
    CHECK_THAT(run_inside({"presets", "show", "metal"}).out, Contains("aim.plr_db") && Contains("measured: "));
    const auto shown = run_inside({"presets", "show", "metal", "--json"}).out;
    const auto good = (directory / "good.json").string();
    const auto bad = (directory / "bad.json").string();
    std::ofstream(good) << shown;
    std::ofstream(bad) << R"({"format": "burnish-preset-1", "aim": {"plr_db": 99}})";
    CHECK(run_inside({"presets", "validate", good}).code == 0);
    const auto refused = run_inside({"presets", "validate", good, bad});
    CHECK(refused.code == 2);
    CHECK_THAT(refused.err, Contains("bad.json: aim.plr_db = 99"));
    const auto verdicts = Json::parse(run_inside({"presets", "validate", good, bad, "--json"}).out);
    CHECK(verdicts[0]["valid"] == true);
    CHECK(verdicts[1]["valid"] == false);
    CHECK(Json::parse(run_inside({"presets", "schema"}).out)["properties"].contains("aim"));
    CHECK_THAT(run_inside({"presets", "shw"}).err, Contains("did you mean \"show\"?"));
    CHECK(run_inside({"presets", "show", "nothing-like-it"}).code == 2);
}

}  // namespace burnish::test
