#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/album_options.h"
#include "core/decibels.h"
#include "io/audio_file.h"
#include "io/metadata.h"
#include "tests/cli/command_line.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;

namespace {

constexpr double rate_hz = 44100.0;

AudioBuffer part_of(const AudioBuffer& audio, int first, int count, double gain = 1.0) {
    AudioBuffer part(audio.channels(), count);
    copy(audio.view().part(first, count), part.view());
    for (int c = 0; c < part.channels(); ++c)
        for (float& sample : part.channel(c)) sample *= static_cast<float>(gain);
    return part;
}

/// Cut where no sector ends.
constexpr int cut_frame = 80'001;

/// A directory with mixes in it: 1 goes on in 2, 10 stands alone and is 6 dB quieter.
class Mixes {
public:
    Mixes() {
        std::filesystem::create_directory(directory_ / "mixes");
        const auto& mix = short_mix();
        write_wav(path("mixes/1 one.wav"), part_of(mix, 0, cut_frame));
        write_wav(path("mixes/2 two.wav"), part_of(mix, cut_frame, mix.frames() - cut_frame));
        write_wav(path("mixes/10 ten.wav"), faded(part_of(mix, 0, mix.frames(), 0.5)));
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }
    [[nodiscard]] AudioBuffer audio(const std::string& name) const { return read_all(*need(open_audio(path(name)))); }
    void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

private:
    static AudioBuffer faded(AudioBuffer audio) {
        for (int c = 0; c < audio.channels(); ++c)
            for (int n = 0; n < 2000; ++n)
                for (const int at : {n, audio.frames() - 1 - n})
                    audio.channel(c)[at] *= static_cast<float>(n) / 2000.0F;
        return audio;
    }
    TemporaryDirectory directory_;
};

AudioBuffer joined(const AudioBuffer& a, const AudioBuffer& b) {
    AudioBuffer both(a.channels(), a.frames() + b.frames());
    copy(a.view(), both.view().part(0, a.frames()));
    copy(b.view(), both.view().part(a.frames(), b.frames()));
    return both;
}

const std::vector<std::string> fixed_chain{"--predictor", "off",
                                           "--set",       "tone.mid_80_hz_db=3",
                                           "--set",       "glue.ratio=3",
                                           "--set",       "glue.threshold_db=-40",
                                           "--set",       "limiter.drive_db=6",
                                           "-q"};

CommandResult run_with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_inside(arguments);
}

}  // namespace

TEST_CASE("an album's loudest track is at the target, and the others keep their distance", "[cli][album]") {
    const Mixes mixes;
    const auto result =
        run_inside({"album", mixes.path("mixes"), "-o", mixes.path("out/"), "--loudness", "-14", "--json"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto json = nlohmann::json::parse(result.out);
    REQUIRE(json["tracks"].size() == 3);
    CHECK_THAT(json["tracks"][1]["input"].get<std::string>(), Contains("2 two"));
    CHECK(json["tracks"][0]["goes_on"] == true);
    CHECK(json["tracks"][1]["goes_on"] == false);
    std::vector<double> found_lufs;
    std::vector<double> reached_lufs;
    for (const auto* name : {"1 one.wav", "2 two.wav", "10 ten.wav"}) {
        found_lufs.push_back(ebur128_reading(mixes.audio(std::string("mixes/") + name), rate_hz).integrated_lufs);
        const auto reading = ebur128_reading(mixes.audio(std::string("out/") + name), rate_hz);
        reached_lufs.push_back(reading.integrated_lufs);
        // A cut in mid-cycle has peaks for a meter that knows of nothing before it: only what stands alone is judged.
        if (std::string_view(name) == "10 ten.wav") CHECK(reading.true_peak_dbtp <= -1.0);
    }
    const auto loudest = std::max_element(found_lufs.begin(), found_lufs.end()) - found_lufs.begin();
    CHECK(reached_lufs[loudest] == Approx(-14.0).margin(0.08));
    CHECK(reached_lufs[2] - reached_lufs[loudest] == Approx(found_lufs[2] - found_lufs[loudest]).margin(0.1));
    const int rest = loudest == 0 ? 1 : 0;  // shares a render with the loudest
    CHECK(reached_lufs[rest] - reached_lufs[loudest] == Approx(found_lufs[rest] - found_lufs[loudest]).margin(0.6));
}

TEST_CASE("an album prints a table of deviations", "[cli][album]") {
    const Mixes mixes;
    const auto result = run_inside({"album", mixes.path("mixes"), "-o", mixes.path("out/"), "--anchor", "10 ten.wav"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    CHECK_THAT(result.out, Contains("found") && Contains("asked") && Contains("reached") && Contains("off by") &&
                               Contains("tone apart") && Contains("width apart") && Contains("the album's anchor"));
    CHECK_THAT(result.out, Contains("1+  1 one.wav") && Contains(" 2  2 two.wav") && Contains("10 ten.wav"));
    // The anchor is where the others are measured from.
    const auto row = result.out.substr(result.out.find("10 ten.wav"));
    CHECK_THAT(row.substr(0, row.find('\n')), Contains("0.0 -> "));
}

// One render of the two, cut, is the render of what they were cut from.
TEST_CASE("tracks that continue each other are continuous to the sample", "[cli][album]") {
    const Mixes mixes;
    write_wav(mixes.path("whole.wav"), short_mix());
    REQUIRE(run_with({"album", mixes.path("mixes/1 one.wav"), mixes.path("mixes/2 two.wav"), "-o", mixes.path("cut/")},
                     fixed_chain)
                .code == 0);
    REQUIRE(run_with({"album", mixes.path("whole.wav"), "-o", mixes.path("whole/")}, fixed_chain).code == 0);
    const auto first = mixes.audio("cut/1 one.wav");
    CHECK(first.frames() == cut_frame);
    CHECK(null_depth_db(joined(first, mixes.audio("cut/2 two.wav")), mixes.audio("whole/whole.wav")) <= -200.0);

    REQUIRE(run_with({"album", mixes.path("mixes/1 one.wav"), mixes.path("mixes/2 two.wav"), "-o", mixes.path("apart/"),
                      "--gapless", "none"},
                     fixed_chain)
                .code == 0);
    CHECK(null_depth_db(joined(mixes.audio("apart/1 one.wav"), mixes.audio("apart/2 two.wav")),
                        mixes.audio("whole/whole.wav")) > -60.0);
}

// 80001 frames are 136.06 sectors of 588.
TEST_CASE("a CD gets whole sectors, a cue sheet and codes", "[cli][album]") {
    const Mixes mixes;
    mixes.write("mixes/list.cue",
                "TITLE \"Best Of\"\nPERFORMER Nobody\nCATALOG 4006381333931\n"
                "FILE \"1 one.wav\" WAVE\nTRACK 01 AUDIO\nTITLE One\nISRC GBAYE6800011\nINDEX 01 00:00:00\n"
                "FILE \"2 two.wav\" WAVE\nTRACK 02 AUDIO\nTITLE Two\nINDEX 01 00:00:00\n"
                "FILE \"10 ten.wav\" WAVE\nTRACK 03 AUDIO\nTITLE Ten\nPREGAP 00:02:00\nINDEX 01 00:00:00\n");
    const auto result = run_with({"album", mixes.path("mixes"), "-o", mixes.path("disc/"), "--cd"}, fixed_chain);
    INFO(result.err);
    REQUIRE(result.code == 0);
    for (const auto* name : {"1 one.wav", "2 two.wav", "10 ten.wav"}) {
        const auto file = need(open_audio(mixes.path(std::string("disc/") + name)));
        CHECK(file->info().frames % frames_per_sector == 0);
        CHECK(file->info().bits_per_sample == 16);
        CHECK(file->info().sample_rate_hz == 44100.0);
    }
    CHECK(mixes.audio("disc/1 one.wav").frames() == 136 * 588);  // the nearer sector
    const auto& mix = short_mix();
    CHECK(mixes.audio("disc/1 one.wav").frames() + mixes.audio("disc/2 two.wav").frames() ==
          (mix.frames() + 587) / 588 * 588);

    std::ifstream text(mixes.path("disc/Best Of.cue"));
    const auto sheet = read_cue_sheet("sheet", std::string(std::istreambuf_iterator<char>(text), {}));
    REQUIRE(sheet.ok());
    CHECK(sheet->catalog == "4006381333931");
    REQUIRE(sheet->tracks.size() == 3);
    CHECK(sheet->tracks[0].isrc == "GBAYE6800011");
    CHECK(sheet->tracks[2].pregap_sectors == 150);
    CHECK(sheet->tracks[2].file == "10 ten.wav");
    const auto tags = need(read_metadata(mixes.path("disc/1 one.wav"))).tags;
    for (const auto& tag : {Tag{"ISRC", "GBAYE6800011"}, Tag{"TITLE", "One"}, Tag{"ALBUM", "Best Of"}})
        CHECK(std::count(tags.begin(), tags.end(), tag) == 1);
}

// Track 2 begins 2 s in: at frame 88200.
TEST_CASE("a cue sheet cuts one long file into tracks", "[cli][album]") {
    const Mixes mixes;
    write_wav(mixes.path("concert.wav"), short_mix());
    mixes.write("concert.cue",
                "FILE concert.wav WAVE\nTRACK 01 AUDIO\nTITLE Intro\nINDEX 01 00:00:00\n"
                "TRACK 02 AUDIO\nTITLE \"A/B\"\nINDEX 01 00:02:00\n");
    REQUIRE(run_with({"album", mixes.path("concert.cue"), "-o", mixes.path("out/")}, fixed_chain).code == 0);
    REQUIRE(run_with({"album", mixes.path("concert.wav"), "-o", mixes.path("whole/")}, fixed_chain).code == 0);
    const auto intro = mixes.audio("out/01 Intro.wav");
    CHECK(intro.frames() == 88'200);
    CHECK(null_depth_db(joined(intro, mixes.audio("out/02 A-B.wav")), mixes.audio("whole/concert.wav")) <= -200.0);
}

// Measured once, rendered for each: the relation between the tracks is the same, and the level is the target's.
TEST_CASE("an album goes to several targets in one run", "[cli][album]") {
    const Mixes mixes;
    const auto result = run_inside({"album", mixes.path("mixes"), "-o", mixes.path("out/"), "--target", "spotify",
                                    "--target", "deezer", "--json", "--report", mixes.path("out.json")});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto json = nlohmann::json::parse(result.out);
    REQUIRE(json.size() == 2);
    for (const auto& album : json) {
        const auto& loudest = album["tracks"][album["loudest_track"].get<int>() - 1];
        CHECK(loudest["reached_lufs"].get<double>() == Approx(album["loudest_lufs"].get<double>()).margin(0.06));
    }
    CHECK(json[0]["loudest_lufs"] == -14.0);
    CHECK(json[1]["loudest_lufs"] == -15.0);
    CHECK(std::filesystem::exists(mixes.path("out/deezer/10 ten.wav")));
    CHECK(std::filesystem::exists(mixes.path("out.json")));
    CHECK(run_inside({"album", mixes.path("mixes"), "-o", mixes.path("x/"), "--target", "acx"}).code == 2);
}

TEST_CASE("a dry run of an album says what it would do and writes nothing", "[cli][album]") {
    const Mixes mixes;
    const auto result = run_inside(
        {"album", mixes.path("mixes"), "--dry-run", "--loudness", "-14", "--json", "-o", mixes.path("out/")});
    INFO(result.err);
    REQUIRE(result.code == 0);
    CHECK_FALSE(std::filesystem::exists(mixes.path("out")));
    const auto planned = nlohmann::json::parse(result.out);
    CHECK(planned["tracks"][0]["status"] == "planned");
    CHECK_FALSE(planned["tracks"][0].contains("reached_lufs"));
    const auto made = nlohmann::json::parse(
        run_inside({"album", mixes.path("mixes"), "--loudness", "-14", "--json", "-o", mixes.path("out/")}).out);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(planned["tracks"][i]["asked_lufs"] == made["tracks"][i]["asked_lufs"]);
        CHECK(planned["tracks"][i]["decisions"] == made["tracks"][i]["decisions"]);
    }
    const auto text = run_inside({"album", mixes.path("mixes"), "--dry-run", "-v", "--preset", "metal"});
    CHECK(text.code == 0);
    CHECK_THAT(text.out, Contains("no master is written") && Contains("confidence"));
}

// The reference is the mix with 6 dB more bass: the parts of the mix lack it, the copy of the reference does not.
TEST_CASE("an album follows a reference, and leaves alone a track that is like it", "[cli][album][reference]") {
    const Mixes mixes;
    write_wav(mixes.path("whole.wav"), short_mix());
    REQUIRE(run_inside({"master", mixes.path("whole.wav"), "-o", mixes.path("mixes/20 ref.wav"), "-q", "--predictor",
                        "off", "--set", "eq.low_shelf_db=6", "--set", "limiter.drive_db=-3"})
                .code == 0);
    const auto result = run_inside({"album", mixes.path("mixes"), "-o", mixes.path("out/"), "--gapless", "none",
                                    "--reference", mixes.path("mixes/20 ref.wav") + ":2", "--json"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto json = nlohmann::json::parse(result.out);
    CHECK(json["references"][0]["name"] == "20 ref.wav");
    REQUIRE(json["tracks"].size() == 4);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& distance = json["tracks"][i]["reference"]["tone_distance_db"];
        CHECK(distance["after"].get<double>() < 0.5 * distance["before"].get<double>());
    }
    const auto& apart = json["tracks"][2]["tone_apart_db"];  // of the file, for the one that is the same music
    CHECK(apart["after"].get<double>() < 0.6 * apart["before"].get<double>());
    const auto chain = json["tracks"][3]["settings"]["chain"].value("tone", nlohmann::json::object());
    for (const auto& [name, gain_db] : chain.items())
        if (name.starts_with("mid_")) CHECK(std::abs(gain_db.get<double>()) < 0.3);
    // As loud as the reference, which is none of the loudnesses that are usual.
    const double reference_lufs = ebur128_reading(mixes.audio("mixes/20 ref.wav"), rate_hz).integrated_lufs;
    CHECK(json["loudest_lufs"].get<double>() == Approx(reference_lufs).margin(1.0));
    CHECK(std::abs(reference_lufs + 14.0) > 2.0);
    const auto at_once = run_inside({"album", mixes.path("mixes/20 ref.wav"), "-o", mixes.path("x/"), "--reference",
                                     mixes.path("x/20 ref.wav"), "--dry-run"});
    CHECK(at_once.code == 3);
}

TEST_CASE("every track of an album survives a codec", "[cli][album][codec]") {
    const TemporaryDirectory directory;
    const auto drums = drums_and_bass(0.21, 4.0, rate_hz);
    write_wav(directory / "1.wav", drums);
    write_wav(directory / "2.wav", part_of(drums, 0, drums.frames() / 2, 0.8));
    const auto result = run_inside({"album", (directory / "1.wav").string(), (directory / "2.wav").string(), "-o",
                                    (directory / "out").string(), "--predictor", "rules", "--loudness", "-9",
                                    "--ceiling", "-0.1", "--codec", "mp3:64", "--codec", "opus:48", "--json"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto json = nlohmann::json::parse(result.out);
    for (const auto& track : json["tracks"]) {
        REQUIRE(track["codecs"].size() == 2);
        CHECK(track["codecs"][0]["codec"] == "MP3 at 64 kbit/s");
        for (const auto& codec : track["codecs"]) CHECK(codec["true_peak_dbtp"].get<double>() <= 0.005);
        CHECK(track["true_peak_dbtp"].get<double>() < -0.2);  // the ceiling had to come down
    }
    const auto dry = run_inside({"album", (directory / "1.wav").string(), "--dry-run", "--codec", "mp3:64"});
    CHECK(dry.code == 2);
}

// 2 s of silence around each: 50 ms are left before and 500 ms after.
TEST_CASE("the tracks of an album are trimmed when asked", "[cli][album]") {
    const TemporaryDirectory directory;
    const auto music = toy_music(2.0, static_cast<int>(rate_hz));
    AudioBuffer padded(2, music.frames() + 4 * 44'100);
    copy(music.view(), padded.view().part(2 * 44'100, music.frames()));
    for (const auto* name : {"1.wav", "2.wav"}) write_wav(directory / name, padded);
    const auto out = (directory / "out").string();
    const std::vector<std::string> flags{
        "album", (directory / "1.wav").string(), (directory / "2.wav").string(), "--trim", "--json", "-o", out};
    const auto result = run_inside(flags);
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto report = nlohmann::json::parse(result.out);
    for (const auto& track : report["tracks"]) {
        CHECK(track["frames"].get<double>() / rate_hz == Approx(2.55).margin(0.1));
        CHECK_THAT(track["warnings"].dump(), Contains("trimmed: 1.95 s"));
    }
    CHECK(need(open_audio(directory / "out/2.wav"))->info().frames < padded.frames() - 100'000);
    const auto refused = run_with(flags, {"--gapless", "all"});
    CHECK(refused.code == 2);
    CHECK_THAT(refused.err, Contains("--trim and --gapless all contradict"));
}

// The first track reaches full scale, the second is 6 dB below it: both go down by what the first one needs.
TEST_CASE("an album for vinyl is turned down as a whole", "[cli][album][delivery]") {
    const TemporaryDirectory directory;
    auto drums = drums_and_bass(0.21, 4.0, rate_hz);
    drums = part_of(drums, 0, drums.frames(), 0.999 / peak(drums));
    write_wav(directory / "1.wav", drums);
    write_wav(directory / "2.wav", part_of(drums, 0, drums.frames(), 0.5));
    const auto result = run_inside({"album", (directory / "1.wav").string(), (directory / "2.wav").string(), "-o",
                                    (directory / "out").string(), "--target", "vinyl", "--intensity", "0", "--json",
                                    "--gapless", "none"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto json = nlohmann::json::parse(result.out);
    CHECK(json["turned_down_db"].get<double>() > 0.9);
    const auto loud = read_all(*need(open_audio(directory / "out/1.wav")));
    const auto soft = read_all(*need(open_audio(directory / "out/2.wav")));
    CHECK(gain_to_db(peak(loud)) <= -1.0);
    CHECK(true_peak_32x_dbtp(loud) > -1.3);
    CHECK(gain_to_db(rms(loud) / rms(soft)) == Approx(6.02).margin(0.01));
    CHECK(null_depth_db(part_of(drums, 0, drums.frames(), rms(loud) / rms(drums)), loud) < -90.0);
}

TEST_CASE("what a track of an album misses of its target is told, and --strict fails", "[cli][album][delivery]") {
    const Mixes mixes;
    mixes.write("wide.json",
                R"({"format": "burnish-target-1", "title": "Wide", "help": "a range that nothing has",
                    "loudness": "as it is", "limits": [{"number": "loudness_range_lu", "min": 50}]})");
    const auto run = [&](const std::vector<std::string>& more) {
        return run_with({"album", mixes.path("mixes"), "-o", mixes.path("out/"), "--target", mixes.path("wide.json"),
                         "--predictor", "off"},
                        more);
    };
    const auto told = run({});
    CHECK(told.code == 0);
    CHECK_THAT(told.err, Contains("10 ten.wav: wide: loudness range"));
    CHECK(run({"-f", "--strict", "-q"}).code == 5);
}

TEST_CASE("under --strict libebur128 measures every track of an album", "[cli][album]") {
    const Mixes mixes;
    const auto run = [&](const std::vector<std::string>& more) {
        return run_with({"album", mixes.path("mixes"), "-o", mixes.path("out/"), "--predictor", "off", "--json"}, more);
    };
    const auto result = run({"--strict"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto tracks = nlohmann::json::parse(result.out)["tracks"];
    REQUIRE(tracks.size() == 3);
    for (const auto& track : tracks) {
        const auto name = std::filesystem::path(track["output"].get<std::string>()).filename().string();
        INFO(name);
        const auto reading = ebur128_reading(mixes.audio("out/" + name), rate_hz);
        CHECK(track["referee"]["meter"] == "libebur128");
        CHECK(track["referee"]["integrated_lufs"].get<double>() == Approx(reading.integrated_lufs).margin(0.01));
        CHECK(track["referee"]["true_peak_dbtp"].get<double>() == Approx(reading.true_peak_dbtp).margin(0.01));
    }
    CHECK_FALSE(nlohmann::json::parse(run({"-f"}).out)["tracks"][0].contains("referee"));
}

TEST_CASE("what makes no album is told", "[cli][album]") {
    const Mixes mixes;
    const auto fails = [](const std::vector<std::string>& arguments, int code, const std::string& message) {
        const auto result = run_inside(arguments);
        CHECK(result.code == code);
        CHECK_THAT(result.err, Contains(message));
    };
    fails({"album", "-o", mixes.path("out/")}, 2, "no input given");
    fails({"album", mixes.path("mixes"), "-o", mixes.path("mixes/1 one.wav")}, 2, "is a file, a directory is needed");
    fails({"album", mixes.path("mixes")}, 2, "-o DIR/ or --dry-run is needed");
    fails({"album", mixes.path("mixes"), "-o", mixes.path("out/"), "--anchor", "4"}, 2, "a track's number in [1, 3]");
    fails({"album", mixes.path("mixes"), "-o", mixes.path("out/"), "--cd", "--rate", "48000"}, 2, "a CD has 44100 Hz");
    fails({"album", mixes.path("mixes"), "-o", mixes.path("mixes/")}, 2, "at once");
    fails({"album", mixes.path("mixes/1 one.wav"), mixes.path("none.wav"), "-o", mixes.path("out/")}, 3, "none.wav");
    CHECK_FALSE(std::filesystem::exists(mixes.path("out")));
}

TEST_CASE("names with numbers come in the order of the numbers", "[cli][album]") {
    CHECK(comes_before("2 b.wav", "10 a.wav"));
    CHECK(comes_before("track 09", "track 010"));
    CHECK(comes_before("a.wav", "B.wav"));
    CHECK_FALSE(comes_before("10", "2"));
    CHECK_FALSE(comes_before("a", "a"));
    CHECK(comes_before("a", "a 1"));
}

}  // namespace burnish::test
