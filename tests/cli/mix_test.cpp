#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>

#include "cli/mix_text.h"
#include "cli/printable_text.h"
#include "io/output_file.h"
#include "tests/cli/command_line.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr int rate_hz = 44100;

void write_text_file(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

nlohmann::json json_in(const std::filesystem::path& path) {
    std::ifstream file(path);
    return nlohmann::json::parse(file);
}

/// Hits of a low tone, a tone and noise: three stems of two seconds, the last one stereo and at another rate.
void write_stems(const TemporaryDirectory& folder) {
    std::filesystem::create_directory(folder / "stems");
    AudioBuffer kick(1, 2 * rate_hz), bass(1, 2 * rate_hz);
    for (int n = 0; n < kick.frames(); ++n) {
        const double s = std::fmod(n / double{rate_hz}, 0.5);
        kick.channel(0)[n] =
            static_cast<float>(0.8 * std::exp(-s / 0.05) * std::sin(2.0 * std::numbers::pi * 60.0 * s));
        bass.channel(0)[n] = static_cast<float>(0.2 * std::sin(2.0 * std::numbers::pi * 80.0 * n / rate_hz));
    }
    write_wav(folder / "stems/Kick.wav", kick);
    write_wav(folder / "stems/Bass.wav", bass);
    write_wav(folder / "stems/Pad.wav", white_noise(0.05, 1.5, 48000.0), 48000);
}

/// What the files of parts/ miss of out.wav, together, over its level.
double misfit_db(const TemporaryDirectory& folder) {
    const auto whole = read_with_libsndfile(folder / "out.wav");
    std::vector<double> sum(whole.floats.size());
    for (const auto* name : {"Kick.wav", "Bass.wav", "Pad.wav"}) {
        const auto part = read_with_libsndfile(folder / (std::string("parts/") + name));
        REQUIRE(part.floats.size() == sum.size());
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part.floats[i];
    }
    double off = 0.0, power = 0.0;
    for (std::size_t i = 0; i < sum.size(); ++i) {
        off += std::pow(sum[i] - whole.floats[i], 2.0);
        power += std::pow(double{whole.floats[i]}, 2.0);
    }
    return 10.0 * std::log10(off / power);
}

/// How much of a sound is high: the power of its slope over its own, in dB.
double brightness_db(const std::filesystem::path& path) {
    const auto sound = read_with_libsndfile(path);
    double slope = 0.0, power = 0.0;
    for (std::size_t i = 2; i < sound.floats.size(); ++i) {
        slope += std::pow(double{sound.floats[i]} - sound.floats[i - 2], 2.0);
        power += std::pow(double{sound.floats[i]}, 2.0);
    }
    return 10.0 * std::log10(slope / power);
}

/// Paragraphs in one line.
std::string unbroken(const std::string& text) {
    std::istringstream words(text);
    std::string line;
    for (std::string word; words >> word;) line += word + " ";
    return line;
}

std::string shown(const CommandResult& result) { return result.out + result.err; }

}  // namespace

TEST_CASE("a folder of stems becomes a mix with headroom", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    write_text_file(folder / "stems/notes.txt", "not a stem");
    const auto kick_before = load(folder / "stems/Kick.wav");
    const auto result = run_inside({"mix", (folder / "stems").string(), "-o", (folder / "mix.wav").string(), "--report",
                                    (folder / "r.json").string(), "--save-settings", (folder / "s.json").string()});
    INFO(shown(result));
    REQUIRE(result.code == 0);
    CHECK_THAT(result.out, Catch::Contains("3 stems") && Catch::Contains("kick") && Catch::Contains("balance"));
    const auto mix = read_with_libsndfile(folder / "mix.wav");
    CHECK(mix.info.channels == 2);
    CHECK(mix.info.samplerate == 48000);
    float top = 0.0F;
    for (const float sample : mix.floats) top = std::max(top, std::abs(sample));
    CHECK(20.0 * std::log10(top) <= -6.0);
    CHECK(20.0 * std::log10(top) > -7.0);
    CHECK(load(folder / "stems/Kick.wav") == kick_before);
    const auto report = json_in(folder / "r.json");
    CHECK(report["stems"].size() == 3);
    CHECK(report["stems"][1]["role"] == "kick");
    CHECK_FALSE(report["stems"][1]["decisions"][0]["reason"].get<std::string>().empty());

    // The settings make the same mix again, to the bit.
    const auto again = run_inside({"mix", (folder / "stems").string(), "-o", (folder / "mix.wav").string(), "-f",
                                   "--settings", (folder / "s.json").string(), "-q"});
    INFO(shown(again));
    REQUIRE(again.code == 0);
    CHECK(read_with_libsndfile(folder / "mix.wav").integers == mix.integers);
}

TEST_CASE("a mix is mastered in the same run", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    const auto result = run_inside({"mix", (folder / "stems").string(), "-o", (folder / "m.flac").string(), "--master",
                                    "--loudness", "-20", "--strict", "--report", (folder / "r.json").string()});
    INFO(shown(result));
    REQUIRE(result.code == 0);
    const auto report = json_in(folder / "r.json");
    CHECK(report["master"]["after"]["integrated_lufs"].get<double>() == Approx(-20.0).margin(0.05));
    CHECK(report["master"]["status"] == "done");
    CHECK(report["master"]["referee"]["integrated_lufs"].get<double>() == Approx(-20.0).margin(0.05));
}

TEST_CASE("a mix whose master misses its target strictly is written all the same, and says so", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    const auto out = folder / "m.flac";
    const auto result = run_inside(
        {"mix", (folder / "stems").string(), "-o", out.string(), "--master", "--loudness", "-5", "--strict"});
    INFO(shown(result));
    CHECK(result.code == 5);
    CHECK(std::filesystem::exists(out));
    CHECK_THAT(result.out, Catch::Contains("written"));
}

TEST_CASE("an input that is not there is named", "[cli][mix]") {
    const auto result = run_inside({"mix", "nosuch", "-o", "x.wav"});
    CHECK(result.code == 3);
    CHECK_THAT(result.err, Catch::Contains("nosuch: no such file or folder"));
}

TEST_CASE("the master of a mix goes to a target, keeps to its codec, and carries its tags", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    const auto in = (folder / "stems").string();
    const auto out = (folder / "m.flac").string();
    const auto result = run_inside({"mix", in, "-o", out, "--master", "--target", "cd", "--codec", "mp3:192", "--title",
                                    "Three stems", "--report", (folder / "r.json").string()});
    INFO(shown(result));
    REQUIRE(result.code == 0);
    // A CD is 16 bits at 44.1 kHz; the stems are at 48 kHz, one of them.
    const auto info = read_with_libsndfile(out).info;
    CHECK(info.samplerate == 44100);
    CHECK((info.format & SF_FORMAT_SUBMASK) == SF_FORMAT_PCM_16);
    const auto report = json_in(folder / "r.json");
    CHECK(report["master"]["check"]["target"] == "cd");
    CHECK(report["master"]["check"]["findings"].size() > 2);
    CHECK_THAT(result.err, Catch::Contains("Red Book: 4 s a track"));  // two seconds are too short for a CD
    REQUIRE(report["master"]["codecs"].size() == 1);
    CHECK(report["master"]["codecs"][0]["true_peak_dbtp"].get<double>() <= 0.0);
    const auto metadata = need(read_metadata(out));
    CHECK(std::ranges::any_of(metadata.tags, [](const Tag& tag) { return tag.value == "Three stems"; }));

    const auto two = run_inside({"mix", in, "-o", out, "-f", "--master", "--target", "cd", "--target", "club"});
    CHECK(two.code == 2);
    CHECK_THAT(two.err, Catch::Contains("--target: one at a time for a mix"));
    CHECK_THAT(run_inside({"mix", in, "--dry-run", "--target", "cd"}).err, Catch::Contains("give --master too"));
}

TEST_CASE("a preset and a style shape the mix itself", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    const auto faders = [&](std::vector<std::string> flags) {
        flags.insert(flags.begin(), {"mix", (folder / "stems").string(), "--dry-run", "--json", "--balance", "rules"});
        const auto result = run_inside(flags);
        INFO(shown(result));
        REQUIRE(result.code == 0);
        const auto stems = nlohmann::json::parse(result.out)["settings"]["stems"];
        const auto db = [&](const char* name) {
            return stems[name].contains("fader") ? stems[name]["fader"].value("gain_db", 0.0) : 0.0;
        };
        return std::pair{db("Kick") - db("Pad"), db("Bass") - db("Pad")};
    };
    const auto plain = faders({});
    const auto trap = faders({"--preset", "trap"});  // drums +0.5, bass +2
    CHECK(trap.first - plain.first == Approx(0.5).margin(0.3));
    CHECK(trap.second - plain.second == Approx(2.0).margin(0.3));
    const auto punchy = faders({"--preset", "trap", "--style", "punchy"});  // +1 and +0.5 on top
    CHECK(punchy.first - plain.first == Approx(1.5).margin(0.3));
    CHECK(punchy.second - plain.second == Approx(2.5).margin(0.3));
}

// The reference is the same three stems with the tones 6 dB down: the mix has to take the noise up, or the tones down.
TEST_CASE("a reference shapes the mix itself", "[cli][mix][reference]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    const auto path = [&](const char* name) { return (folder / name).string(); };
    const auto mix = [&](const char* out, std::vector<std::string> flags) {
        flags.insert(flags.begin(), {"mix", path("stems"), "-o", path(out), "-f", "--report", path("r.json")});
        const auto result = run_inside(flags);
        INFO(shown(result));
        REQUIRE(result.code == 0);
        return result.out;
    };
    write_text_file(folder / "bright.json", R"({"format": "burnish-mix-1", "stems": {"Pad": {},
        "Kick": {"fader": {"gain_db": -6}}, "Bass": {"fader": {"gain_db": -6}}}})");
    mix("hit.wav", {"--settings", path("bright.json")});
    mix("plain.wav", {});
    CHECK_FALSE(json_in(folder / "r.json").contains("reference"));
    const auto text =
        mix("after.wav", {"--reference", path("hit.wav") + ":2", "--save-settings", path("s.json"), "-v"});
    CHECK_THAT(unbroken(text), Catch::Contains("hit.wav (2): tone off by") && Catch::Contains("side over mid") &&
                                   Catch::Contains("dB towards the tone of the references"));
    const auto report = json_in(folder / "r.json")["reference"];
    CHECK(report["files"][0]["name"] == "hit.wav");
    CHECK(report["files"][0]["weight"] == 2.0);
    CHECK(report["tone_distance_db"]["before"].get<double>() > 1.0);
    CHECK(report["tone_distance_db"]["after"] < 0.7 * report["tone_distance_db"]["before"].get<double>());
    CHECK(report["side_mid_db"]["references"].is_number());
    const double wanted_db = brightness_db(path("hit.wav"));
    CHECK(std::abs(brightness_db(path("after.wav")) - wanted_db) <
          0.7 * std::abs(brightness_db(path("plain.wav")) - wanted_db));

    // The settings make that mix again without the reference, amounts of 0 the mix as it was without.
    mix("again.wav", {"--settings", path("s.json")});
    CHECK(load(path("again.wav")) == load(path("after.wav")));
    mix("off.wav", {"--reference", path("hit.wav"), "--tone", "0", "--width", "0", "--predictor", "learned"});
    CHECK(load(path("off.wav")) == load(path("plain.wav")));
    // Kept levels are kept, whatever the tone.
    mix("plain.wav", {"--balance", "keep"});
    mix("kept.wav", {"--balance", "keep", "--reference", path("hit.wav")});
    CHECK(load(path("kept.wav")) == load(path("plain.wav")));
    CHECK(json_in(folder / "r.json")["reference"]["faders_left"] == "their levels are to be kept");
}

TEST_CASE("a mix that sounds like its reference moves no fader for it, each variant follows it",
          "[cli][mix][reference]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    const auto path = [&](const char* name) { return (folder / name).string(); };
    const auto faders = [&](std::vector<std::string> flags) {
        flags.insert(flags.begin(), {"mix", path("stems"), "-o", path("mix.wav"), "-f", "--json"});
        const auto result = run_inside(flags);
        INFO(shown(result));
        REQUIRE(result.code == 0);
        return nlohmann::json::parse(result.out);
    };
    const auto gain_db = [](const nlohmann::json& report, const char* stem) {
        const auto& own = report["settings"]["stems"][stem];
        return own.contains("fader") ? own["fader"].value("gain_db", 0.0) : 0.0;
    };
    const auto before = faders({});
    std::filesystem::rename(path("mix.wav"), path("own.wav"));
    const auto after = faders({"--reference", path("own.wav"), "--variants", "3"});
    REQUIRE(after.size() == 4);
    for (const auto* stem : {"Kick", "Bass", "Pad"})
        CHECK(gain_db(after[0], stem) == Approx(gain_db(before, stem)).margin(0.3));
    CHECK(after[0]["reference"]["tone_distance_db"]["after"] < 0.1);
    for (const auto& variant : after) CHECK(variant.contains("reference"));
    // Punchy is louder in the lows than its balanced self, and that is what it is held against.
    CHECK(after[1]["variant"] == "punchy");
    CHECK(after[1]["reference"]["tone_distance_db"]["before"] > 0.3);
}

TEST_CASE("stems of a mix add up to it", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    const auto result = run_inside({"mix", (folder / "stems/Kick.wav").string(), (folder / "stems/Bass.wav").string(),
                                    (folder / "stems/Pad.wav").string(), "-o", (folder / "out.wav").string(),
                                    "--stems-out", (folder / "parts").string(), "--roles", "Pad=keys"});
    INFO(shown(result));
    REQUIRE(result.code == 0);
    CHECK(misfit_db(folder) < -90.0);
}

// Noise that all of them had in common would add up as levels do: 36 dB for 64, in place of 18.
TEST_CASE("stems have dither of their own, so that many of them still add up to the mix", "[cli][mix]") {
    const TemporaryDirectory folder;
    std::filesystem::create_directory(folder / "stems");
    AudioBuffer tone(1, rate_hz);
    constexpr int count = 64;
    for (int k = 0; k < count; ++k) {
        for (int n = 0; n < rate_hz; ++n)
            tone.channel(0)[n] =
                static_cast<float>(1e-3 * std::sin(2.0 * std::numbers::pi * (100 + 31 * k) * n / rate_hz));
        write_wav(folder / ("stems/" + std::to_string(k) + ".wav"), tone);
    }
    write_text_file(folder / "s.json", [] {
        nlohmann::json stems;
        for (int k = 0; k < count; ++k) stems[std::to_string(k)] = nlohmann::json::object();
        return nlohmann::json{{"format", "burnish-mix-1"}, {"stems", stems}}.dump();
    }());
    const auto result =
        run_inside({"mix", (folder / "stems").string(), "-o", (folder / "out.wav").string(), "--settings",
                    (folder / "s.json").string(), "--stems-out", (folder / "parts").string()});
    INFO(shown(result));
    REQUIRE(result.code == 0);
    auto off = read_with_libsndfile(folder / "out.wav").floats;
    for (int k = 0; k < count; ++k) {
        const auto part = read_with_libsndfile(folder / ("parts/" + std::to_string(k) + ".wav"));
        for (std::size_t i = 0; i < off.size(); ++i) off[i] -= part.floats[i];
    }
    double power = 0.0;
    for (const float sample : off) power += double{sample} * sample / static_cast<double>(off.size());
    // A quarter of a squared LSB each.
    CHECK(10.0 * std::log10(power) < 10.0 * std::log10(0.25 * (count + 1)) - 20.0 * std::log10(0x1p23) + 1.0);
}

TEST_CASE("stems of a master add up to it", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    const auto result = run_inside({"mix", (folder / "stems").string(), "-o", (folder / "out.wav").string(), "--master",
                                    "--loudness", "-12", "--stems-out", (folder / "parts").string(), "--jobs", "1"});
    INFO(shown(result));
    REQUIRE(result.code == 0);
    CHECK(misfit_db(folder) < -90.0);
}

TEST_CASE("broadcast time stamps place stems", "[cli][mix]") {
    const TemporaryDirectory folder;
    const auto write = [&](const char* name, std::uint64_t stamp_frames) {
        AudioBuffer click(1, 1000);
        click.channel(0)[0] = 0.5F;
        Metadata metadata;
        metadata.sample_rate_hz = rate_hz;
        metadata.broadcast = Broadcast{};
        metadata.broadcast->time_reference_frames = stamp_frames;
        auto file = need(OutputFile::create(folder / name, {rate_hz, 1, 1000, BitDepth::int24}, metadata, false));
        need(file->write(click.view()));
        need(file->finish());
        need(file->commit());
    };
    write("a.wav", 158760000);
    write("b.wav", 158760000 + 4410);
    const auto result = run_inside({"mix", (folder / "a.wav").string(), (folder / "b.wav").string(), "-o",
                                    (folder / "mix.wav").string(), "--balance", "keep", "--bit-depth", "32f"});
    INFO(shown(result));
    REQUIRE(result.code == 0);
    const auto mix = read_with_libsndfile(folder / "mix.wav");
    CHECK(std::abs(mix.floats[0]) > 0.1F);
    CHECK(std::abs(mix.floats[2 * 4410]) > 0.1F);
    CHECK(std::abs(mix.floats[2 * 2205]) < 0.01F);
}

TEST_CASE("a session decides for its stems, beside its file", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    write_text_file(folder / "stems/session.json", R"({"format": "burnish-session-1", "stems": [
        {"file": "Kick.wav", "gain_db": -3}, {"file": "Bass.wav", "mute": true}, {"file": "Pad.wav", "pan": 0.25}]})");
    const auto result = run_inside({"mix", (folder / "stems/session.json").string(), "--dry-run", "--json"});
    INFO(shown(result));
    REQUIRE(result.code == 0);
    const auto report = nlohmann::json::parse(result.out);
    const auto& stems = report["settings"]["stems"];
    CHECK(stems["Kick"]["fader"]["gain_db"] == -3.0);
    CHECK(stems["Bass"]["mute"] == true);
    CHECK(stems["Pad"]["fader"]["pan"] == 0.25);

    // One file at two places of the song is two stems.
    write_text_file(folder / "stems/session.json", R"({"format": "burnish-session-1", "stems": [
        {"file": "Kick.wav"}, {"file": "Kick.wav", "start_s": 1.5}]})");
    const auto twice = run_inside({"mix", (folder / "stems/session.json").string(), "--dry-run", "--json"});
    INFO(shown(twice));
    REQUIRE(twice.code == 0);
    CHECK(nlohmann::json::parse(twice.out)["settings"]["stems"].size() == 2);
}

TEST_CASE("the report says why of headroom, reverbs and what a preset asks for", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    const auto result = run_inside({"mix", (folder / "stems").string(), "--dry-run", "-v", "--preset", "trap"});
    INFO(shown(result));
    REQUIRE(result.code == 0);
    CHECK_THAT(unbroken(result.out),
               Catch::Contains("sum.gain_db") && Catch::Contains("dBTP is the headroom of the master"));
    CHECK_THAT(unbroken(result.out), Catch::Contains("bass stays dry"));
    CHECK_THAT(unbroken(result.out), Catch::Contains("+2.0 LU asked for by preset"));
}

// The hall rings on where the stems are over; what is told is the length of the file.
TEST_CASE("the length that is told is that of the written mix", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    write_text_file(folder / "wet.json", R"({"format": "burnish-mix-1", "stems": {"Pad": {"fader": {"hall_db": -10}},
        "Kick": {}, "Bass": {}}})");
    const auto result =
        run_inside({"mix", (folder / "stems").string(), "-o", (folder / "mix.wav").string(), "--settings",
                    (folder / "wet.json").string(), "--report", (folder / "r.json").string()});
    INFO(shown(result));
    REQUIRE(result.code == 0);
    const double written_s = static_cast<double>(read_with_libsndfile(folder / "mix.wav").info.frames) / 48000.0;
    CHECK(written_s > 2.5);
    CHECK(json_in(folder / "r.json")["duration_s"].get<double>() == Approx(written_s).margin(0.001));
    CHECK_THAT(result.out, Catch::Contains("with its reverberation"));
}

TEST_CASE("a table of stems fits its page, whatever they are called", "[cli][mix]") {
    MixOutcome mix;
    MixJobOutcome outcome;
    StripSettings busy;
    busy.rumble.cutoff_hz = 40.0;
    busy.eq.bell_1_db = -3.0;
    busy.compressor.ratio = 2.0;
    busy.fader = {.gain_db = -12.3, .pan = -1.0, .room_db = -18.0, .hall_db = -20.0};
    const std::string umlauts = "Grüße an die schönen Bässe von gestern (take 12)";
    for (const auto& name : {std::string("Kick"), umlauts, std::string(300, 'x'), std::string("two  gaps   in it")}) {
        mix.plan.stems.push_back({.name = name, .role = {Role::backing_vocal, 1.0, std::string(200, 'r')}});
        mix.plan.stems.back().decisions.push_back({"fader.gain_db", -12.3, 1.0, "a reason of many words, " + umlauts});
        mix.plan.settings.strips.push_back({.name = name, .role = Role::backing_vocal, .settings = busy});
    }
    MasterOptions options;
    for (const int columns : {80, 100, 200})
        for (const auto verbosity : {Verbosity::normal, Verbosity::verbose}) {
            options.verbosity = verbosity;
            std::istringstream text(mix_text(mix, outcome, options, {.unicode = true, .columns = columns}));
            for (std::string line; std::getline(text, line);) {
                INFO(line);
                if (line.find("rrrr") != line.npos) continue;  // a word that nothing can break
                CHECK(shown_width(line) <= static_cast<std::size_t>(columns));
            }
        }
    const auto narrow = mix_text(mix, outcome, {}, {.unicode = true, .columns = 80});
    CHECK_THAT(narrow, Catch::Contains("Grüße a…ke 12)") && Catch::Contains("xxxx…xxxx"));
    CHECK_THAT(mix_text(mix, outcome, {}, {.columns = 80}), Catch::Contains("xxx...xxx"));
}

TEST_CASE("variants are mixes of their own, with their own settings", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    const auto result = run_inside({"mix", (folder / "stems").string(), "-o", (folder / "m.wav").string(), "--variants",
                                    "3", "--save-settings", (folder / "s.json").string()});
    INFO(shown(result));
    REQUIRE(result.code == 0);
    // Nothing leads here, so that bringing it forward would be no mix of its own.
    const auto names = {"m.wav", "m.punchy.wav", "m.wide.wav", "m.melody-forward.wav"};
    for (const auto* name : names) CHECK(std::filesystem::exists(folder / name));
    CHECK_FALSE(std::filesystem::exists(folder / "m.vocal-forward.wav"));
    for (const auto* one : names)
        for (const auto* other : names) CHECK((one == other || load(folder / one) != load(folder / other)));
    CHECK(load(folder / "s.json") != load(folder / "s.punchy.json"));
    // What is there already is found before anything is mixed.
    std::filesystem::remove(folder / "m.wav");
    std::filesystem::remove(folder / "s.json");
    const auto again =
        run_inside({"mix", (folder / "stems").string(), "-o", (folder / "m.wav").string(), "--variants", "1"});
    CHECK(again.code == 4);
    CHECK_THAT(again.err, Catch::Contains("m.punchy.wav"));
    CHECK_FALSE(std::filesystem::exists(folder / "m.wav"));
}

TEST_CASE("what cannot be mixed is said, and nothing is left behind", "[cli][mix]") {
    const TemporaryDirectory folder;
    write_stems(folder);
    const auto in = (folder / "stems").string();
    const auto out = (folder / "x/out.wav").string();
    struct Faulty {
        std::vector<std::string> arguments;
        int code;
        const char* message;
    };
    const Faulty faulty[] = {
        {{(folder / "stems/Kick.wav").string(), "-o", (folder / "o.wav").string()}, 3, "1 stem found, 2 to 64"},
        {{in}, 2, "no output given"},
        {{in, "-o", (folder / "stems/Kick.wav").string(), "-f"}, 2, "among the stems"},
        {{(folder / "stems/Kick.wav").string(), (folder / "stems/Pad.wav").string(), "-o",
          (folder / "stems/Kick.wav").string(), "-f"},
         2,
         "a stem and an output at once"},
        {{in, "-o", out}, 4, "x"},
        {{in, "--dry-run", "--roles", "Kick=drum"}, 2, "one of kick, snare"},
        {{in, "--dry-run", "--roles", "Kik=kick"}, 2, "did you mean \"Kick\""},
        {{in, "--dry-run", "--loudness", "-9"}, 2, "give --master too"},
        {{in, "--dry-run", "--rate", "4000"}, 2, "(sample rate of the mix, Hz)"},
        {{in, "--dry-run", "--rate", "4000", "--master"}, 2, "(sample rate of the mix and its master, Hz)"},
        {{in, "--dry-run", "--balance", "rule"}, 2, "auto, keep or rules"},
        {{in, "-o", (folder / "o.wav").string(), "--variants", "4"}, 2, "[1, 3]"},
        {{(folder / "none").string(), in, "--dry-run"}, 3, "none"},
        {{in, "--dry-run", "--reference", (folder / "hit.wav").string()}, 3, "hit.wav"},
        {{in, "--dry-run", "--tone", "50"}, 2, "give a --reference or --master too"},
        {{in, "--dry-run", "--reference", in, "--dynamics", "50"}, 2, "give --master too"},
        {{in, "--dry-run", "--reference", in, "--settings", "s.json"}, 2, "--settings and --reference"},
    };
    const auto check_refused = [](const Faulty& row) {
        std::vector<std::string> line{"mix"};
        line.insert(line.end(), row.arguments.begin(), row.arguments.end());
        const auto result = run_inside(line);
        INFO(row.message << "\n" << shown(result));
        CHECK(result.code == row.code);
        CHECK_THAT(result.err, Catch::Contains(row.message));
    };
    for (const auto& row : faulty) check_refused(row);
    CHECK(folder.names().size() == 1);

    // What can be known before the work is said before anything is written.
    const auto parts = (folder / "parts").string();
    std::filesystem::create_directory(parts);
    write_text_file(parts + "/Kick.wav", "mine");
    write_text_file(folder / "file", "mine");
    const auto mix = (folder / "o.wav").string();
    const auto kick = (folder / "stems/Kick.wav").string();
    const Faulty late[] = {
        {{in, "-o", mix, "--stems-out", parts}, 4, "parts/Kick.wav: exists already"},
        {{in, "-o", parts + "/Kick.wav", "-f", "--reference", parts + "/Kick.wav"},
         2,
         "cannot be a reference and an output at once"},
        {{in, "-o", mix, "--stems-out", (folder / "file").string()}, 4, "file: is no directory"},
        {{kick, (folder / "stems/Bass.wav").string(), "-o", (folder / "o.opus").string(), "--master", "--stems-out",
          (folder / "q").string()},
         2,
         "the master has 48000 Hz and the mix 44100"},
        {{in, "-o", mix, "--report", (folder / "z.json").string(), "--save-settings", (folder / "z.json").string()},
         2,
         "z.json: two outputs at once"},
        {{kick, kick, "-o", mix}, 3, "Kick.wav: is there twice"},
        {{in, kick, "-o", mix}, 3, "Kick.wav: is there twice"},
        {{in, "-o", mix, "--settings", (folder / "s.json").string(), "--preset", "rock"}, 2, "--settings and --preset"},
    };
    const auto before = folder.names();
    for (const auto& row : late) {
        check_refused(row);
        CHECK(folder.names() == before);
    }
    CHECK_THAT(run_inside({"mix", in}).err, !Catch::Contains("-o DIR/"));

    write_text_file(folder / "s.json", R"({"format": "burnish-mix-1", "stems": {"Kick": {}, "Bass": {}, "Pat": {}}})");
    const auto result = run_inside({"mix", in, "--dry-run", "--settings", (folder / "s.json").string()});
    CHECK(result.code == 2);
    CHECK_THAT(result.err, Catch::Contains("no stem called \"Pat\" (did you mean \"Pad\"?)"));
}

}  // namespace burnish::test
