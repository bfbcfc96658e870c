#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/master_options.h"
#include "core/decibels.h"
#include "io/audio_file.h"
#include "io/metadata.h"
#include "tests/cli/command_line.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

/// A directory with one mix in it, to be mastered by rules, which is quickest.
class Room {
public:
    explicit Room(int channels = 2, int sample_rate_hz = 44100) {
        write_wav(directory_ / "mix.wav", toy_music(4.0, sample_rate_hz, channels), sample_rate_hz);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }
    [[nodiscard]] std::vector<std::string> names() const { return directory_.names(); }
    [[nodiscard]] CommandResult master(const std::string& out, std::vector<std::string> flags) const {
        flags.insert(flags.begin(), {"master", path("mix.wav"), "-o", path(out), "--predictor", "rules"});
        return run_inside(flags);
    }
    [[nodiscard]] Json report_of(const std::string& out, std::vector<std::string> flags) const {
        flags.push_back("--json");
        const auto result = master(out, flags);
        INFO(result.err);
        REQUIRE(result.code == 0);
        return Json::parse(result.out);
    }

private:
    TemporaryDirectory directory_;
};

std::unique_ptr<AudioFile> opened(const std::string& path) { return need(open_audio(path)); }

double lufs_of(const std::string& path) {
    const auto file = opened(path);
    return ebur128_reading(read_all(*file), file->info().sample_rate_hz).integrated_lufs;
}

double dbtp_of(const std::string& path) {
    const auto file = opened(path);
    return ebur128_reading(read_all(*file), file->info().sample_rate_hz).true_peak_dbtp;
}

std::string complaint(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"master", "in.wav"});
    if (std::find(flags.begin(), flags.end(), "-o") == flags.end()) flags.insert(flags.end(), {"-o", "out.wav"});
    const auto result = run_inside(flags);
    CHECK(result.code == 2);
    return result.err;
}

}  // namespace

TEST_CASE("several targets give a file each, and the check agrees with every one", "[cli][delivery]") {
    const Room room(2, 48000);
    const auto result = room.master(
        "out/", {"--target", "spotify", "--target", "cd", "--target", "ebu-r128", "--report", room.path("out/")});
    INFO(result.err);
    REQUIRE(result.code == 0);
    CHECK(lufs_of(room.path("out/mix.spotify.wav")) == Approx(-14.0).margin(0.05));
    CHECK(lufs_of(room.path("out/mix.ebu-r128.wav")) == Approx(-23.0).margin(0.05));
    const auto cd = opened(room.path("out/mix.cd.wav"));
    CHECK(cd->info().sample_rate_hz == 44100.0);
    CHECK(cd->info().bits_per_sample == 16);
    CHECK(opened(room.path("out/mix.spotify.wav"))->info().sample_rate_hz == 48000.0);
    CHECK(std::filesystem::exists(room.path("out/mix.cd.report.json")));
    for (const std::string target : {"spotify", "cd", "ebu-r128"})
        CHECK(run_inside({"check", room.path("out/mix." + target + ".wav"), "--target", target}).code == 0);
}

TEST_CASE("a named output gets the targets' names, and their extensions where it must", "[cli][delivery]") {
    const Room room(1);
    REQUIRE(room.master("m.wav", {"--target", "acx", "--target", "podcast"}).code == 0);
    CHECK(room.names() == std::vector<std::string>{"m.acx.mp3", "m.podcast.wav", "mix.wav"});
}

// Whoever asks for one target alone gets what the run for several gives.
TEST_CASE("a target alone and among others gives the same file", "[cli][delivery]") {
    const Room room;
    REQUIRE(room.master("one.wav", {"--target", "youtube"}).code == 0);
    REQUIRE(room.master("m.wav", {"--target", "cd", "--target", "youtube"}).code == 0);
    CHECK(load(room.path("one.wav")) == load(room.path("m.youtube.wav")));
}

TEST_CASE("above -14 LUFS Spotify gets -2 dBTP, and the report says why", "[cli][delivery]") {
    const Room room;
    const auto report = room.report_of("loud.wav", {"--target", "spotify", "--loudness", "-11"});
    CHECK(report["target"]["ceiling_dbtp"] == -2.0);
    CHECK(report["target"]["delivery"] == "spotify");
    CHECK_THAT(report["warnings"].dump(), Contains("Spotify asks for -2 dBTP of masters above -14 LUFS"));
    CHECK(dbtp_of(room.path("loud.wav")) <= -2.0);
    CHECK(report["check"]["verdict"] != "fail");
    const auto own = room.report_of("own.wav", {"--target", "spotify", "--loudness", "-11", "--ceiling", "-1"});
    CHECK(own["target"]["ceiling_dbtp"] == -1.0);  // the user's word
    CHECK_THAT(own["warnings"].dump(), Contains("--ceiling -1 has been kept"));
    CHECK(room.report_of("usual.wav", {"--target", "spotify"})["target"]["ceiling_dbtp"] == -1.0);
}

TEST_CASE("a genre beats a target's habits and not its demands", "[cli][delivery]") {
    const auto read = [](std::vector<std::string> targets, const char* preset) {
        MasterFlags flags;
        flags.inputs = {"in.wav"};
        flags.output = "out/";
        flags.deliveries = std::move(targets);
        if (preset != nullptr) flags.preset = preset;
        return need(read_master_flags(flags)).target.loudness_lufs;
    };
    CHECK(read({"cd"}, nullptr) == -10.0);
    CHECK(read({"cd"}, "metal") == -10.5);
    CHECK(read({"spotify"}, "metal") == -14.0);
}

// Speech has pauses; a tone with silence between has an rms level that is known and a loudness that is not the same.
TEST_CASE("an audiobook is brought to its rms level, mono, as an MP3 of 192 kbit/s", "[cli][delivery]") {
    const TemporaryDirectory directory;
    AudioBuffer speech = pink_noise(-30.0, 6.0, 44100.0, 2);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < speech.frames(); ++n)
            if (n / 22050 % 3 == 2) speech.channel(c)[n] *= 0.0005F;
    write_wav(directory / "chapter.wav", speech);
    const auto out = (directory / "chapter.mp3").string();
    const auto result = run_inside({"master", (directory / "chapter.wav").string(), "-o", out, "--target", "acx",
                                    "--intensity", "0", "--json", "--strict"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto file = opened(out);
    CHECK(file->info().channels == 1);
    const auto audio = read_all(*file);
    CHECK(gain_to_db(rms(audio)) == Approx(-20.0).margin(0.1));
    CHECK(gain_to_db(peak(audio)) < -3.0);
    CHECK(std::filesystem::file_size(out) * 8.0 / 6.0 == Approx(192000.0).epsilon(0.03));
    CHECK(run_inside({"check", out, "--target", "acx"}).code == 0);
}

TEST_CASE("what an audiobook cannot be is said, and --strict fails", "[cli][delivery]") {
    const Room room(1);  // music has no pauses at -60 dB
    const auto result = room.master("a.mp3", {"--target", "acx", "--strict"});
    CHECK(result.code == 5);
    CHECK_THAT(result.err, Contains("noise floor") && Contains("above -60"));
    CHECK(std::filesystem::exists(room.path("a.mp3")));
}

TEST_CASE("a premaster for vinyl is turned down rather than limited", "[cli][delivery]") {
    const TemporaryDirectory directory;
    auto mix = drums_and_bass(0.21, 4.0, 44100.0);
    const double gain = 1.0 / peak(mix);
    for (int c = 0; c < 2; ++c)
        for (float& sample : mix.channel(c)) sample = static_cast<float>(sample * gain * 0.999);
    write_wav(directory / "mix.wav", mix);
    const auto out = (directory / "side.wav").string();
    const auto result = run_inside(
        {"master", (directory / "mix.wav").string(), "-o", out, "--target", "vinyl", "--intensity", "0", "--json"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto report = Json::parse(result.out);
    CHECK(report["level"]["reduction_max_db"].get<double>() == Approx(0.0).margin(0.001));
    CHECK(report["target"]["loudness_lufs"].is_null());
    const auto written = read_all(*opened(out));
    CHECK(gain_to_db(peak(written)) <= -1.0);
    CHECK(true_peak_32x_dbtp(written) > -1.3);  // no lower than it has to be
    CHECK(opened(out)->info().bits_per_sample == 24);
    // Nothing but a gain: what is left after taking it out lies below the last bit.
    AudioBuffer scaled = mix;
    const double drive = rms(written) / rms(mix);
    for (int c = 0; c < 2; ++c)
        for (float& sample : scaled.channel(c)) sample = static_cast<float>(sample * drive);
    CHECK(null_depth_db(scaled, written) < -90.0);
}

TEST_CASE("stereo is folded for a mono target, and mono doubled for a disc", "[cli][delivery]") {
    const Room stereo;
    REQUIRE(stereo.master("m.wav", {"--target", "podcast-mono"}).code == 0);
    CHECK(opened(stereo.path("m.wav"))->info().channels == 1);
    CHECK(lufs_of(stereo.path("m.wav")) == Approx(-19.0).margin(0.05));
    const Room mono(1);
    REQUIRE(mono.master("d.wav", {"--target", "cd"}).code == 0);
    const auto disc = read_all(*opened(mono.path("d.wav")));
    REQUIRE(disc.channels() == 2);
    CHECK(std::equal(disc.channel(0).begin(), disc.channel(0).begin() + 1000, disc.channel(1).begin(),
                     [](float a, float b) { return std::abs(a - b) < 1e-3F; }));
}

TEST_CASE("targets that make no sense are refused with what would", "[cli][delivery]") {
    CHECK_THAT(complaint({"--target", "netflix"}), Contains("dialogue at -27 LUFS") && Contains("--dialogue none"));
    CHECK_THAT(complaint({"--target", "atsc-a85"}), Contains("--dialogue none"));
    CHECK_THAT(complaint({"--target", "spotify", "--target", "spotify"}), Contains("given twice"));
    CHECK_THAT(complaint({"--dialogue", "none"}), Contains("no say"));
    CHECK_THAT(complaint({"--dialogue", "none", "--target", "spotify"}), Contains("no say"));
    CHECK_THAT(complaint({"--target", "acx"}), Contains("takes .mp3"));
    CHECK_THAT(complaint({"--target", "acx", "--loudness", "-18", "-o", "x.mp3"}), Contains("-20 dB rms"));
    CHECK_THAT(complaint({"--target", "acx", "--bitrate", "128", "-o", "x.mp3"}), Contains("192 kbit/s or more"));
    CHECK_THAT(complaint({"--target", "cd", "--bit-depth", "24"}), Contains("the target takes 16 bits"));
    CHECK_THAT(complaint({"--target", "cd", "--rate", "48000"}), Contains("the target takes 44100 Hz"));
    CHECK_THAT(complaint({"--target", "spotfiy"}), Contains("did you mean \"spotify\"?"));
    CHECK_THAT(complaint({"--target", "spotify", "--set", "limiter.drive_db=3"}), Contains("contradict"));
    CHECK_THAT(complaint({"--bitrate", "128"}), Contains("WAV is lossless"));
    CHECK_THAT(complaint({"--bitrate", "100", "-o", "x.mp3"}), Contains("MP3 takes 32, 40"));
    CHECK_THAT(complaint({"--codec", "aac:9999"}), Contains("16 to 512 kbit/s"));
    CHECK_THAT(complaint({"--codec", "wma"}), Contains("aac, ogg, opus, mp3"));
    CHECK_THAT(complaint({"--isrc", "DE-AB1"}), Contains("--isrc"));
    CHECK_THAT(complaint({"--tag", "novalue"}), Contains("KEY=VALUE"));
}

TEST_CASE("netflix without dialogue is done", "[cli][delivery]") {
    const Room room(2, 48000);
    REQUIRE(room.master("n.wav", {"--target", "netflix", "--dialogue", "none"}).code == 0);
    CHECK(lufs_of(room.path("n.wav")) == Approx(-24.0).margin(0.05));
    CHECK(opened(room.path("n.wav"))->info().bits_per_sample == 24);
}

TEST_CASE("tags are set in place of the input's, and ReplayGain tells the truth", "[cli][delivery][metadata]") {
    const Room room;
    for (const std::string out : {"m.flac", "m.wav", "m.mp3", "m.ogg", "m.opus"}) {
        INFO(out);
        const auto result = room.master(out, {"--title", "Größe", "--artist", "Anna", "--isrc", "de-ab1-26-00001",
                                              "--tag", "mood=calm", "--replaygain", "--loudness", "-15"});
        REQUIRE(result.code == 0);
        const auto metadata = need(read_metadata(room.path(out)));
        const auto has = [&](const Tag& tag) {
            return std::find(metadata.tags.begin(), metadata.tags.end(), tag) != metadata.tags.end();
        };
        CHECK(has({"TITLE", "Größe"}));
        CHECK(has({"ARTIST", "Anna"}));
        CHECK(has({"ISRC", "DEAB12600001"}));
        CHECK(has({"MOOD", "calm"}));
        REQUIRE(metadata.replaygain_db);
        CHECK(*metadata.replaygain_db == Approx(-18.0 - lufs_of(room.path(out))).margin(0.06));
        CHECK(run_inside({"check", room.path(out), "--target", "replaygain"}).code == 0);
    }
}

TEST_CASE("a lossy master keeps its ceiling after decoding", "[cli][delivery][codec]") {
    const TemporaryDirectory directory;
    write_wav(directory / "mix.wav", drums_and_bass(0.21, 4.0, 44100.0));
    for (const std::string name : {"m.mp3", "m.ogg"}) {
        INFO(name);
        const auto out = (directory / name).string();
        const auto result = run_inside({"master", (directory / "mix.wav").string(), "-o", out, "--predictor", "rules",
                                        "--loudness", "-10", "--bitrate", "96", "--json"});
        INFO(result.err);
        REQUIRE(result.code == 0);
        CHECK(dbtp_of(out) <= -0.9);  // libebur128 may read a little more of what no limiter has seen
        CHECK(lufs_of(out) == Approx(-10.0).margin(0.06));
        CHECK(Json::parse(result.out)["level"]["attempts"].get<int>() > 1);  // it takes a lower aim
    }
}

TEST_CASE("what must survive a codec does, at the price of a lower ceiling", "[cli][delivery][codec]") {
    const TemporaryDirectory directory;
    const auto mix = (directory / "mix.wav").string();
    write_wav(mix, drums_and_bass(0.21, 4.0, 44100.0));
    const auto out = (directory / "m.wav").string();
    const std::vector<std::string> flags{"master",     mix,  "-o",        out,    "--predictor", "rules",
                                         "--loudness", "-9", "--ceiling", "-0.1", "-f",          "--json"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), flags.begin(), flags.end());
        const auto result = run_inside(more);
        INFO(result.err);
        REQUIRE(result.code == 0);
        return Json::parse(result.out);
    };
    const auto report = with({"--codec", "mp3:64", "--codec", "opus:48"});
    REQUIRE(report["codecs"].size() == 2);
    CHECK(report["codecs"][0]["codec"] == "MP3 at 64 kbit/s");
    for (const auto& codec : report["codecs"]) CHECK(codec["true_peak_dbtp"].get<double>() <= 0.005);
    CHECK(report["level"]["attempts"].get<int>() > 1);
    CHECK(report["level"]["aimed_ceiling_dbtp"].get<double>() < -0.1);
    CHECK(dbtp_of(out) <= report["level"]["aimed_ceiling_dbtp"].get<double>() + 0.01);
}

TEST_CASE("a pinned ceiling is not moved, and a codec that clips then is an honest failure", "[cli][delivery][codec]") {
    const TemporaryDirectory directory;
    const auto mix = (directory / "mix.wav").string();
    write_wav(mix, drums_and_bass(0.21, 4.0, 44100.0));
    const auto out = (directory / "m.wav").string();
    const auto result = run_inside({"master", mix, "-o", out, "--predictor", "rules", "--loudness", "-9", "--set",
                                    "limiter.ceiling_dbtp=0", "--codec", "mp3:192", "--strict", "--json"});
    INFO(result.out.substr(result.out.find("\"codecs\""), 300));
    CHECK(result.code == 5);
    const auto report = Json::parse(result.out);
    CHECK(report["status"] == "limited");
    CHECK_THAT(report["reason"].get<std::string>(), Contains("dB too high after MP3 at 192 kbit/s"));
}

TEST_CASE("without ffmpeg AAC says what is missing before any work", "[cli][delivery][codec]") {
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", "/nonexistent", 1);
    const auto message = complaint({"--codec", "aac"});
    ::setenv("PATH", path.c_str(), 1);
    CHECK_THAT(message, Contains("ffmpeg") && Contains("apt install ffmpeg"));
}

}  // namespace burnish::test
