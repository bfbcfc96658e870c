#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cli/master_job.h"
#include "cli/master_request.h"
#include "cli/preview_picture.h"
#include "cli/preview_script.h"
#include "cli/preview_words.h"
#include "preview/chain_rendering.h"
#include "tests/cli/command_line.h"
#include "tests/preview/servers.h"
#include "tests/support/memory_audio.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;

namespace {

std::string song_in(const TemporaryDirectory& directory) {
    const auto path = directory / "song.wav";
    write_wav(path, short_mix());
    return path.string();
}

std::string script_in(const TemporaryDirectory& directory, const std::string& text) {
    const auto path = directory / "script";
    std::ofstream(path) << text;
    return path.string();
}

CommandResult run_fast(const TemporaryDirectory& directory, const std::string& script,
                       std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(),
                 {"preview", song_in(directory), "--null", "--fast", "--script", script_in(directory, script)});
    return run_inside(flags);
}

int lines_with(const std::string& text, const std::string& part) {
    std::istringstream lines(text);
    int count = 0;
    for (std::string line; std::getline(lines, line);) count += line.find(part) != line.npos ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("every key stands for a command that can be read, and none for two", "[cli][preview]") {
    for (const auto playing : {Playing::track, Playing::stems}) {
        std::set<std::string_view> keys;
        for (const auto& row : preview_keys) {
            if (!is_for(row.while_playing, playing)) continue;
            INFO(row.key);
            CHECK(keys.insert(row.key).second);
            const auto order = read_order(row.command);
            REQUIRE(order);
            CHECK(is_for(order->word->needs, playing));
            CHECK(command_of_key(row.key, playing) == row.command);
        }
    }
    CHECK(command_of_key("7", Playing::stems).empty());
    CHECK(command_of_key("S", Playing::stems) == "solo toggle");
    CHECK(command_of_key("=", Playing::stems) == "fader up");
    CHECK(command_of_key("Q") == "quit");
    CHECK(command_of_key("P") == "preset next");
    CHECK(command_of_key("p") == "preset previous");
    CHECK(command_of_key("7") == "preset 7");
    CHECK(command_of_key("=") == "loudness up");
    CHECK(command_of_key("z").empty());
}

TEST_CASE("commands are read with their arguments, and their mistakes told", "[cli][preview]") {
    const auto loop = read_order("loop  1:30   95");
    REQUIRE(loop);
    CHECK(loop->arguments == std::vector<std::string>{"1:30", "95"});
    const auto file = read_order("export my best master.wav");
    REQUIRE(file);
    CHECK(file->arguments == std::vector<std::string>{"my best master.wav"});
    CHECK_THAT(read_order("sek 3").error().message, Contains("did you mean \"seek\""));
    CHECK_THAT(read_order("seek").error().message, Contains("TIME expected"));
    CHECK_THAT(read_order("play now").error().message, Contains("\"now\" found, nothing expected"));
    CHECK(*read_time_s("x", "1:02:03.5") == 3723.5);
    CHECK(*read_time_s("x", "75") == 75.0);
    CHECK(*read_time_s("x", "90:05") == 5405.0);
    for (const char* wrong : {"", "-1", "1:", ":5", "a", "1:2:3:4", "nan", "inf", "9:99", "1:60", "1:60:00", "1.5:00",
                              "1e3", "-0", "+1", "0x10", "1:-5"}) {
        INFO(wrong);
        CHECK_FALSE(read_time_s("x", wrong));
    }
}

TEST_CASE("scripts are sorted by time, may have comments, and name the line of a mistake", "[cli][preview]") {
    const auto script = read_script("s", "# first\n10 B\n\n  0 play   # at once\r\n0:05 seek 42\n");
    REQUIRE(script);
    REQUIRE(script->size() == 3);
    CHECK((*script)[0].command == "play   ");
    CHECK((*script)[1].time_s == 5.0);
    CHECK((*script)[2].command == "B");
    CHECK_THAT(read_script("s", "0 play\nsoon B\n").error().message, Contains("s:2: \"soon\" found"));
    CHECK_THAT(read_script("s", "0 play\n\n3 jump\n").error().message, Contains("s:3: unknown command \"jump\""));
}

TEST_CASE("a script does all that keys do, and ends with quit", "[cli][preview]") {
    const TemporaryDirectory directory;
    const auto reference = (directory / "reference.wav").string();
    write_wav(directory / "reference.wav", white_noise(0.2, 1.0, 48000.0, 1), 48000);
    const auto result = run_fast(directory,
                                 "0 play\n0.1 A\n0.2 switch\n0.3 preset 5\n0.4 preset next\n0.5 style warm\n"
                                 "0.6 intensity 80\n0.7 intensity up\n0.8 loudness -11\n0.9 loudness down\n"
                                 "1.0 match off\n1.1 delta on\n1.2 delta off\n1.3 mono on\n1.4 loop loudest\n"
                                 "1.5 loop off\n1.6 seek 0:02\n1.7 back 1\n1.8 forward 30\n1.9 loop 1 2\n"
                                 "2.0 reference " +
                                     reference +
                                     "\n2.1 C\n2.2 abx on\n2.3 X\n2.4 abx A\n2.5 abx off\n"
                                     "2.6 status\n2.7 toggle\n2.8 toggle\n3.9 quit\n");
    INFO(result.out);
    CHECK(result.code == 0);
    CHECK(result.err.empty());
    CHECK(lines_with(result.out, "error") == 0);
    for (const char* said : {"A: A, the original",
                             "switch: B, the master",
                             "preset metal",
                             "style warm",
                             "intensity_percent 80",
                             "intensity_percent 85",
                             "loudness_lufs -11",
                             "loudness_lufs -11.5",
                             "match off",
                             "delta on",
                             "mono on",
                             "loop from 0:00.0 to 0:04.0",
                             "no loop",
                             "at 0:02.0",
                             "loop from 0:01.0 to 0:02.0",
                             "C is reference.wav",
                             "C, reference.wav",
                             "of 1 right, p = ",
                             "pauses",
                             "3.900  quit: quits",
                             "0 xruns"})
        CHECK_THAT(result.out, Contains(said));
}

TEST_CASE("what a script cannot do is told at its time, and is the program's status", "[cli][preview]") {
    const TemporaryDirectory directory;
    const auto result = run_fast(directory, "0 play\n0.1 C\n0.2 intensity 300\n0.3 preset polka\n0.4 X\n0.5 quit\n");
    CHECK(result.code == 2);
    CHECK_THAT(result.out, Contains("0.100  C: error: no reference to hear as C: start with --reference FILE"));
    CHECK_THAT(result.out, Contains("0.200  intensity 300: error: --intensity: 300 is outside [0, 100]"));
    CHECK_THAT(result.out, Contains("0.300  preset polka: error: --preset: \"polka\" found"));
    CHECK_THAT(result.out, Contains("0.400  X: error: X: only in a blind test"));
    CHECK_THAT(result.out, Contains("0.500  quit"));
}

TEST_CASE("an export is the file that burnish master writes, with its settings beside it", "[cli][preview]") {
    const TemporaryDirectory directory;
    const auto exported = (directory / "exported.wav").string();
    const auto settings = (directory / "alone.json").string();
    const auto script = "0 play\n0.2 preset rock\n1 export " + settings + "\n1 export " + exported + "\n1.5 quit\n";
    const auto result = run_fast(directory, script, {"--loudness", "-12"});
    INFO(result.out);
    REQUIRE(result.code == 0);
    CHECK_THAT(result.out, Contains("written: " + exported + ", -12.0"));
    const auto mastered = (directory / "mastered.wav").string();
    REQUIRE(run_inside({"master", (directory / "song.wav").string(), "-o", mastered, "--loudness", "-12", "--preset",
                        "rock", "-q"})
                .code == 0);
    CHECK(text_of(exported) == text_of(mastered));
    CHECK(text_of(directory / "exported.settings.json").find("burnish-settings-1") != std::string::npos);
    // But for the dither, which a preview does not have.
    auto beside = nlohmann::json::parse(text_of(directory / "exported.settings.json"));
    beside["chain"].erase("dither");
    CHECK(nlohmann::json::parse(text_of(settings)) == beside);
    const auto again = run_fast(directory, script);
    CHECK(again.code == 4);
    CHECK_THAT(again.out, Contains("exported.wav"));
}

TEST_CASE("exports that nobody named lie beside each other", "[cli][preview]") {
    const TemporaryDirectory directory;
    const auto output = (directory / "out.wav").string();
    const auto script = "0 play\n0.1 export\n0.2 quit\n";
    const std::vector<std::string> flags{"-o", output};
    CHECK_THAT(run_fast(directory, script, flags).out, Contains("written: " + output));
    const auto first = text_of(output);
    CHECK_THAT(run_fast(directory, script, flags).out, Contains("written: " + (directory / "out-2.wav").string()));
    CHECK(std::filesystem::exists(directory / "out-2.settings.json"));
    CHECK(text_of(output) == first);
    CHECK(text_of(directory / "out-2.wav") == first);
    CHECK_THAT(run_fast(directory, script, {"-o", output, "-f"}).out, Contains("written: " + output));
    CHECK_FALSE(std::filesystem::exists(directory / "out-3.wav"));
}

TEST_CASE("a blind test tells by which name something is heard, and not what X is", "[cli][preview]") {
    const TemporaryDirectory directory;
    // Whatever X is, the same is said.
    for (int i = 0; i < 4; ++i) {
        const auto result = run_fast(directory,
                                     "0 play\n0.1 abx on\n0.2 X\n0.3 status\n0.4 switch\n0.5 switch\n0.6 X\n"
                                     "0.7 switch\n0.8 X\n0.9 match off\n1 abx B\n1.1 status\n1.2 abx off\n"
                                     "1.3 match off\n1.4 quit\n");
        INFO(result.out);
        CHECK_THAT(result.out, Contains("0.200  X: X, which is A or B\n"));
        CHECK_THAT(result.out, Contains(", plays X, which is A or B, matched"));
        CHECK_THAT(result.out, Contains("0.400  switch: A, the original\n"));
        CHECK_THAT(result.out, Contains("0.500  switch: B, the master\n"));
        CHECK_THAT(result.out, Contains("0.700  switch: A, the original\n"));
        CHECK_THAT(result.out, Contains("0.900  match off: error: match: stays on in a blind test"));
        CHECK_THAT(result.out, Contains("1.000  abx B: right: 1 of 1 right, p = 0.500") ||
                                   Contains("1.000  abx B: wrong: 0 of 1 right, p = 1.000"));
        CHECK_THAT(result.out, Contains(", plays A, the original, matched"));
        CHECK_THAT(result.out, Contains("1.300  match off: match off"));
    }
}

TEST_CASE("what is heard can be made after the reference", "[cli][preview][reference]") {
    const TemporaryDirectory directory;
    const auto reference = (directory / "loud.wav").string();
    auto loud = short_mix();
    for (int c = 0; c < loud.channels(); ++c)
        for (float& sample : loud.channel(c)) sample *= 1.5F;
    write_wav(reference, loud);
    const auto exported = (directory / "exported.wav").string();
    const auto result = run_fast(directory, "0 play\n0.5 C\n1 export " + exported + "\n1.5 quit\n",
                                 {"--reference", reference, "--match-reference"});
    INFO(result.out << result.err);
    REQUIRE(result.code == 0);
    CHECK_THAT(result.out, Contains("C, loud.wav"));
    const auto mastered = (directory / "mastered.wav").string();
    REQUIRE(run_inside({"master", (directory / "song.wav").string(), "-o", mastered, "--reference", reference, "-q"})
                .code == 0);
    CHECK(text_of(exported) == text_of(mastered));
}

TEST_CASE("a folder of stems plays as a mix: faders, mute, solo, and the file of all that", "[cli][preview]") {
    const TemporaryDirectory directory;
    std::filesystem::create_directory(directory / "stems");
    write_wav(directory / "stems/Bass.wav", sine(80.0, 0.2, 2.0, 44100.0, 1));
    write_wav(directory / "stems/Pad.wav", white_noise(0.05, 2.0, 44100.0));
    write_wav(directory / "stems/Lead Vocal.wav", sine(440.0, 0.1, 2.0, 44100.0, 1));
    const auto stems = (directory / "stems").string();
    const auto exported = (directory / "out.wav").string();
    const auto script = script_in(directory,
                                  "0 play\n0.1 A\n0.2 B\n0.3 stem Pad\n0.4 fader up\n0.5 fader -3.5\n0.6 stem 2\n"
                                  "0.7 solo toggle\n0.8 solo off\n0.9 stem next\n1.0 mute on\n1.1 mute off\n"
                                  "1.2 variant punchy\n1.3 variant balanced\n1.4 status\n1.5 export " +
                                      exported + "\n1.6 quit\n");
    const auto result = run_inside({"preview", stems, "--null", "--fast", "--script", script});
    INFO(result.out << result.err);
    REQUIRE(result.code == 0);
    for (const char* said :
         {"A: A, the plain sum", "B: B, the mix", "stem Pad: Pad", "Pad +0.5 dB over the mix",
          "Pad -3.5 dB over the mix", "Lead Vocal: solo on", "Lead Vocal: solo off", "stem next: Pad", "Pad: mute on",
          "Pad: mute off", "punchy: drums and bass", "mix planned", "0 xruns"})
        CHECK_THAT(result.out, Contains(said));
    CHECK_THAT(result.out, Contains("written: " + exported));
    // Those settings make that file, and nothing else does.
    const auto again = (directory / "again.wav").string();
    REQUIRE(
        run_inside({"mix", stems, "-o", again, "--settings", (directory / "out.settings.json").string(), "-q"}).code ==
        0);
    CHECK(text_of(exported) == text_of(again));
    const auto plain = (directory / "plain.wav").string();
    REQUIRE(run_inside({"mix", stems, "-o", plain, "-q"}).code == 0);
    CHECK(text_of(exported) != text_of(plain));

    const auto wrong = run_inside({"preview", stems, "--null", "--fast", "--script",
                                   script_in(directory,
                                             "0 preset rock\n0 fader loud\n0 fader nan\n0 stem Drums\n"
                                             "0 mute on\n0 fader -3\n0 solo on\n0 stem next\n"
                                             "0 mute on\n0 quit\n")});
    CHECK(wrong.code == 2);
    CHECK_THAT(wrong.out, Contains("preset: there is no master to change") && Contains("no stem called \"Drums\"") &&
                              Contains("fader: \"loud\" found") && Contains("fader: \"nan\" found"));
    // What was meant for a stem that is not there must reach no other.
    for (const char* command : {"mute", "fader", "solo"})
        CHECK_THAT(wrong.out, Contains(std::string(command) + ": no stem is chosen"));
    CHECK_THAT(wrong.out, Contains("stem next: Bass") && Contains("Bass: mute on"));
    CHECK(lines_with(wrong.out, "mute on: ") == 2);
    CHECK_THAT(wrong.err, Contains("script:1: preset: there is no master"));
    const auto track = run_fast(directory, "0 fader up\n0 quit\n");
    CHECK_THAT(track.out, Contains("fader: there are no stems"));
    CHECK_THAT(run_inside({"preview", song_in(directory), "--null", "--balance", "keep"}).err, Contains("about stems"));
}

TEST_CASE("stems are heard as they are mixed after a reference", "[cli][preview][reference]") {
    const TemporaryDirectory directory;
    std::filesystem::create_directory(directory / "stems");
    write_wav(directory / "stems/Bass.wav", sine(80.0, 0.3, 2.0, 44100.0, 1));
    write_wav(directory / "stems/Pad.wav", white_noise(0.02, 2.0, 44100.0));
    const auto hit = (directory / "hit.wav").string();
    write_wav(hit, white_noise(0.2, 2.0, 44100.0));
    const auto stems = (directory / "stems").string();
    const auto mixed = [&](const char* name, std::vector<std::string> flags) {
        const auto out = (directory / name).string();
        flags.insert(flags.begin(), {"mix", stems, "-o", out, "-q"});
        REQUIRE(run_inside(flags).code == 0);
        return text_of(out);
    };
    const auto exported = (directory / "out.wav").string();
    const auto heard = [&](const std::string& commands, std::vector<std::string> flags) {
        flags.insert(flags.begin(),
                     {"preview", stems, "--null", "--fast", "-f", "--script", script_in(directory, commands)});
        auto result = run_inside(flags);
        INFO(result.out << result.err);
        REQUIRE(result.code == 0);
        return result.out;
    };
    const auto end = "0.1 C\n0.2 export " + exported + "\n0.3 quit\n";
    const auto after = mixed("after.wav", {"--reference", hit, "--width", "50"});
    CHECK(after != mixed("plain.wav", {}));
    CHECK_THAT(heard("0 play\n" + end, {"--reference", hit, "--width", "50"}), Contains("C, hit.wav"));
    CHECK(text_of(exported) == after);
    CHECK_THAT(heard("0 reference " + hit + "\n" + end, {}), Contains("C is hit.wav, and B is mixed after it"));
    CHECK(text_of(exported) == mixed("whole.wav", {"--reference", hit}));
    // A settings file is one mix, with something to compare it with.
    REQUIRE(run_inside({"mix", stems, "--dry-run", "-q", "--save-settings", (directory / "s.json").string()}).code ==
            0);
    CHECK_THAT(heard("0 play\n" + end, {"--reference", hit, "--settings", (directory / "s.json").string()}),
               Contains("C, hit.wav"));
    CHECK(text_of(exported) == text_of((directory / "plain.wav").string()));
    const auto refused = run_inside({"preview", stems, "--null", "--reference", hit, "--match-reference"});
    CHECK(refused.code == 2);
    CHECK_THAT(refused.err, Contains("follows --reference FILE by itself"));
}

TEST_CASE("flags of the preview that make no sense are told before anything plays", "[cli][preview]") {
    const TemporaryDirectory directory;
    const auto song = song_in(directory);
    const auto complaint = [&](std::vector<std::string> flags, int code) {
        flags.insert(flags.begin(), {"preview", song});
        const auto result = run_inside(flags);
        CHECK(result.code == code);
        return result.err;
    };
    CHECK_THAT(complaint({"--api", "oss"}, 2), Contains("--api: \"oss\" found, one of jack, pulse, alsa expected"));
    CHECK_THAT(complaint({"--buffer", "7", "--null"}, 2), Contains("--buffer: \"7\" found"));
    CHECK_THAT(complaint({"--null", "--device", "1"}, 2), Contains("contradict"));
    CHECK_THAT(complaint({"--fast"}, 2), Contains("--fast needs --null and --script"));
    CHECK_THAT(complaint({"--null", "--script", (directory / "none").string()}, 2), Contains("none"));
    CHECK_THAT(complaint({"--null", "--script", script_in(directory, "0 jump\n")}, 2), Contains("script:1: unknown"));
    CHECK_THAT(complaint({"--null", "--preset", "polka"}, 2), Contains("polka"));
    CHECK(run_inside({"preview"}).code == 2);
    CHECK(run_inside({"preview", (directory / "nothing.wav").string(), "--null"}).code == 3);
    CHECK_THAT(run_inside({"preview", "--help"}).out, Contains("shift-right") && Contains("abx on|off|toggle|A|B"));
}

namespace {

PreviewPicture example() {
    PreviewPicture picture;
    static Overview overview;
    overview.lowest.assign(Overview::stretches, -0.5F);
    overview.highest.assign(Overview::stretches, 0.9F);
    picture.title = "a song with a ü.wav";
    picture.device = "jack 44.1 kHz, 256 frames";
    picture.duration_s = overview.duration_s = 240.0;
    picture.position_s = 61.25;
    picture.playing = true;
    picture.loop = Section{60.0, 80.0};
    picture.heard = "B, the master";
    picture.highlighted = Heard::master;
    picture.master_gain_db = -7.3;
    picture.original_overview = &overview;
    static constexpr auto names = std::to_array<std::string_view>({"glue", "limiter"});
    picture.reductions.names = names;
    picture.original.momentary_lufs = -21.3;
    picture.master.true_peak_dbtp = -1.0;
    picture.plan.original_lufs = -21.44;
    picture.plan.master_lufs = -14.0;
    for (int i = 0; i < 30; ++i)
        picture.plan.decisions.push_back({"glue.ratio", 1.44, 1.0, "peaks stand 17.4 dB over the loudness"});
    return picture;
}

}  // namespace

TEST_CASE("80 by 24 has room for everything, and no line is too long", "[cli][preview][screen]") {
    for (const bool unicode : {true, false}) {
        auto picture = example();
        picture.unicode = unicode;
        const auto page = paint(picture, 80, 24).text();
        INFO(page);
        for (const char* word : {"a song with a ü.wav",
                                 "jack 44.1 kHz",
                                 "1:01.2 / 4:00.0",
                                 "B, the master",
                                 "matched A 0.0 dB, B -7.3 dB",
                                 "momentary",
                                 "-21.3",
                                 "-21.4",
                                 "-14.0",
                                 "-1.0",
                                 "correlation",
                                 "reduction",
                                 "limiter",
                                 "right B",
                                 "20k",
                                 "preset none",
                                 "glue.ratio 1.44  peaks stand",
                                 "more",
                                 "space play",
                                 "? help"})
            CHECK_THAT(page, Contains(word));
        if (!unicode) {
            auto ascii = page;
            ascii.erase(ascii.find("ü"), 2);
            CHECK(std::all_of(ascii.begin(), ascii.end(), [](char c) { return c == '\n' || (c >= ' ' && c < 127); }));
        }
    }
}

TEST_CASE("what is too long for its line says so, and what is over makes room for keys", "[cli][preview][screen]") {
    auto picture = example();
    picture.title = std::string(100, 't');
    picture.plan.decisions.assign(2, {"glue.ratio", 1.44, 1.0, std::string(100, 'r')});
    const auto page = paint(picture, 80, 24).text();
    CHECK_THAT(page, Contains("tt…  jack 44.1 kHz, 256 frames\n") && Contains("rr…\n"));
    for (const char* keys : {"s style", "+- loudness", "m match", "d delta", "o mono", "w blind test", "q quit"})
        CHECK_THAT(page, Contains(keys));
    CHECK_THAT(page, !Contains("r hear C"));
    picture.has_reference = true;
    CHECK_THAT(paint(picture, 80, 24).text(), Contains("r hear C  w blind test  q quit\n"));
    picture.unicode = false;
    CHECK_THAT(paint(picture, 80, 24).text(), Contains("rr...\n"));

    picture.message = "written: song.wav";
    CHECK_THAT(paint(picture, 80, 24).text(), Contains("written: song.wav\n") && !Contains("m match"));
    picture.blind_test = "3 of 4 right";
    CHECK_THAT(paint(picture, 80, 24).text(), Contains("3 of 4 right\n") && !Contains("written"));
    picture.message_is_error = true;
    CHECK_THAT(paint(picture, 80, 24).text(), Contains("written: song.wav\n"));

    picture.device_is_lost = true;
    CHECK_THAT(paint(picture, 80, 24).text(), Contains("device gone, n opens it\n"));
    picture.plan.refined = true;
    CHECK_THAT(paint(picture, 80, 24).text(), !Contains("all settings are neutral"));
    picture.plan.decisions.clear();
    CHECK_THAT(paint(picture, 80, 24).text(), Contains("all settings are neutral"));
}

TEST_CASE("every stage that turns down is on the screen, however far", "[cli][preview][screen]") {
    auto picture = example();
    const auto track = std::make_shared<Track>(
        Track{.name = "", .info = {44100.0, 2, 44100}, .audio = AudioBuffer(2, 44100), .loudness = {}, .overview = {}});
    picture.reductions = ChainRendering(track, {}).reductions();
    picture.reductions.db = {12.34F, 10.0F, 0.0F, 11.0F, 15.0F, 9.94F, 3.0F, 13.0F};
    CHECK_THAT(paint(picture, 80, 24).text(),
               Contains("reduction  dyn eq 12 bands 10 0.0 11 15 glue 9.9 clipper 3.0 limiter 13 dB"));
}

TEST_CASE("no help of a key is longer than its column", "[cli][preview][screen]") {
    for (const auto& row : preview_keys) {
        INFO(row.key << ": " << row.help);
        CHECK(row.help.size() <= 27);  // half of 80 columns, less 12 for the key and one between
    }
}

TEST_CASE("stems have a line each, around the chosen one", "[cli][preview][screen]") {
    auto picture = example();
    picture.heard = "B, the mix";
    picture.variant = "punchy";
    for (int i = 1; i <= 20; ++i)
        picture.stems.push_back({.name = "stem " + std::to_string(i),
                                 .role = "guitar",
                                 .lufs = -24.5,
                                 .fader_db = -3.25,
                                 .change_db = i == 12 ? 1.5 : 0.0,
                                 .pan = 0.35,
                                 .mute = i == 13,
                                 .solo = i == 12});
    picture.selected_stem = 11;
    const auto page = paint(picture, 80, 24).text();
    INFO(page);
    for (const char* word :
         {"A sum", "B mix", "mix punchy", "> stem 12", "+1.5", "0.35", "-24.5", "solo", "mute", "+- fader", "? help"})
        CHECK_THAT(page, Contains(word));
    CHECK_THAT(page, !Contains("stem 1 ") && !Contains("stem 20") && !Contains("20k"));
    CHECK_THAT(paint(picture, 100, 40).text(), Contains("20k") && Contains("stem 12"));
    picture.shows_help = true;
    const auto help = paint(picture, 80, 24).text();
    CHECK_THAT(help, Contains("solo") && Contains("its fader up") && !Contains("preset"));
    for (const int columns : {1, 20, 80})
        for (const int rows : {1, 5, 13, 24}) CHECK(paint(picture, columns, rows).rows() == rows);
}

TEST_CASE("a stem without sound is called silent, and what is rounded to zero has no sign", "[cli][preview][screen]") {
    MemorySource tone(sine(80.0, 0.2, 2.0, 44100.0, 1), 44100.0);
    MemorySource silence(AudioBuffer(1, 88'200), 44100.0);
    const std::vector<Stem> stems{{"Bass", &tone, 0.0, {}}, {"Empty", &silence, 0.0, {}}};
    const auto set = load_stems("song", stems, 44100.0, file_services(), [](double) { return true; });
    REQUIRE(set);
    Session session(*set, file_services());
    StemControl control(session, MixOptions{}, expected_by_rules, widths_by_rules, std::nullopt);
    control.want_mix();
    session.wait_until_settled();
    REQUIRE(control.run("stem", "Empty"));
    REQUIRE(control.run("fader", "6"));
    REQUIRE(control.run("stem", "Bass"));
    const auto done = control.run("fader", "0.03");
    REQUIRE(done);
    CHECK(*done == "Bass 0.0 dB over the mix");
    session.wait_until_settled();
    auto picture = example();
    picture.stems = control.lines();
    picture.stems[0].fader_db = -0.03;
    const auto page = paint(picture, 80, 24).text();
    INFO(page);
    CHECK(picture.stems[0].lufs > -60.0);
    CHECK(picture.stems[1].lufs == silence_db);
    CHECK_THAT(page, Contains("silent") && !Contains("+0.0") && !Contains("-0.0"));
}

// The plain sum of stems, which is over where their mix rings on.
TEST_CASE("a waveform ends where its sound ends", "[cli][preview][screen]") {
    auto picture = example();
    picture.loop.reset();
    picture.duration_s = 2.0 * picture.original_overview->duration_s;
    const auto page = paint(picture, 80, 24);
    constexpr int lowest_row = 5;
    for (int column = 0; column < 80; ++column) {
        INFO(column);
        CHECK((page.at(column, lowest_row).character == U' ') == (column >= 40));
    }
}

TEST_CASE("a page of any size can be painted", "[cli][preview][screen]") {
    auto picture = example();
    for (const bool help : {false, true}) {
        picture.shows_help = help;
        for (const int columns : {1, 20, 80, 300})
            for (const int rows : {1, 2, 5, 13, 24, 100}) {
                const auto page = paint(picture, columns, rows);
                CHECK(page.columns() == columns);
                CHECK(page.rows() == rows);
            }
    }
    CHECK_THAT(paint(picture, 80, 24).text(), Contains("blind test") && Contains("shift-left"));
}

TEST_CASE("a blind test does not give itself away", "[cli][preview][screen]") {
    auto picture = example();
    picture.heard = "X, which is A or B";
    picture.highlighted = std::nullopt;
    const auto page = paint(picture, 80, 24);
    const auto looks_of = [&](const std::string& name) {
        for (int row = 0; row < 24; ++row) {
            std::string head;
            for (int column = 0; column < 8; ++column) append_utf8(head, page.at(column, row).character);
            if (head == name) return page.at(0, row).look;
        }
        FAIL("no line of " << name);
        return Look::plain;
    };
    CHECK(looks_of("A origin") == looks_of("B master"));
}

TEST_CASE("the screen plays, switches, resizes and quits in a terminal", "[cli][preview][screen]") {
    const TemporaryDirectory directory;
    write_wav(directory / "song.wav", toy_music(20.0, 44100.0));
    const auto socket = "burnish-test-" + std::to_string(::getpid());
    const auto tmux = [&](const std::string& command) { return output_of("tmux -u -L " + socket + " " + command); };
    const auto shows = [&](const std::string& text) {
        return comes_true(30.0, [&] { return tmux("capture-pane -p").find(text) != std::string::npos; });
    };
    const auto press = [&](const std::string& key) { (void)tmux("send-keys " + key); };
    tmux("-f /dev/null new-session -d -x 80 -y 24 'LC_ALL=C.UTF-8 " BURNISH_PROGRAM " preview --null " +
         (directory / "song.wav").string() + " -o " + (directory / "out.wav").string() + "; echo status $?; sleep 60'");
    CHECK(shows("B, the master"));
    CHECK(shows("▶ "));
    CHECK(shows("master planned"));
    press("Tab");
    CHECK(shows("A, the original"));
    press("b");
    CHECK(shows("B, the master"));
    press("l");
    CHECK(shows("loop from"));
    press("5");
    CHECK(shows("preset metal"));
    press("'?'");
    CHECK(shows("back 30 s"));
    press("'?'");
    press("m");
    CHECK(shows("not matched"));
    press("Space");
    CHECK(shows("⏸ "));
    (void)tmux("resize-window -x 120 -y 40");
    CHECK(comes_true(30.0, [&] {
        std::istringstream lines(tmux("capture-pane -p"));
        std::string first;
        std::getline(lines, first);
        return first.size() > 100 && first.ends_with("512 frames");
    }));
    (void)tmux("resize-window -x 60 -y 12");
    CHECK(shows("momentary"));
    press("e");
    CHECK(shows("written: "));
    press("q");
    CHECK(shows("status 0"));
    (void)tmux("kill-server");
    CHECK(std::filesystem::exists(directory / "out.wav"));
}

TEST_CASE("plain mode says what happens, in lines", "[cli][preview]") {
    const TemporaryDirectory directory;
    const auto said = output_of("printf 'status\\nA\\nsek\\nquit\\n' | TERM=dumb " BURNISH_PROGRAM " preview --null " +
                                song_in(directory));
    CHECK_THAT(said, Contains("of 0:04.0, plays B, the master"));
    CHECK_THAT(said, Contains("\nA, the original\n"));
    CHECK_THAT(said, Contains("error: unknown command \"sek\" (did you mean \"seek\"?)"));
    CHECK_THAT(said, Contains("\nquits\n"));
}

}  // namespace burnish::test
