#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/master_job.h"
#include "io/audio_file.h"
#include "io/metadata.h"
#include "io/output_file.h"
#include "tests/cli/command_line.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;

namespace {

/// A directory with one mix in it.
class Studio {
public:
    Studio() { write_wav(directory_ / "mix.wav", short_mix()); }
    [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }
    [[nodiscard]] std::vector<std::string> names() const { return directory_.names(); }
    [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(directory_ / name); }
    /// `master mix.wav -o out` with more flags, in this process.
    [[nodiscard]] CommandResult master(const std::string& out, std::vector<std::string> flags = {}) const {
        flags.insert(flags.begin(), {"master", path("mix.wav"), "-o", path(out)});
        return run_inside(flags);
    }

private:
    TemporaryDirectory directory_;
};

AudioBuffer audio_of(const std::string& path) { return read_all(*need(open_audio(path))); }

/// The toy of these tests is like no music, which is all that there is to be warned of.
void check_that_only_a_toy_is_told_of(const std::string& err) {
    INFO(err);
    CHECK(std::ranges::count(err, '\n') == 1);
    CHECK_THAT(err, Contains("warning:") && Contains("too unlike all that was learned from"));
}

}  // namespace

TEST_CASE("a master reaches -14 LUFS below -1 dBTP, says so, and is 24 bits deep", "[cli][master]") {
    const Studio studio;
    const auto result =
        run_program({"master", studio.path("mix.wav"), "-o", studio.path("out.wav"), "--loudness", "-14", "--strict"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto file = need(open_audio(studio.path("out.wav")));
    CHECK(file->info().bits_per_sample == 24);
    CHECK(file->info().sample_rate_hz == 44100.0);
    CHECK(file->info().frames == short_mix().frames());
    const auto reading = ebur128_reading(read_all(*file), 44100.0);
    CHECK(reading.integrated_lufs == Approx(-14.0).margin(0.05));
    CHECK(reading.true_peak_dbtp <= -1.0);
    CHECK_THAT(result.out,
               Contains("found") && Contains("result") && Contains("24-bit WAV") && Contains("x real time"));
    CHECK_THAT(result.out, Contains("dither     to 24 bits"));
    check_that_only_a_toy_is_told_of(result.err);
    CHECK(studio.names() == std::vector<std::string>{"mix.wav", "out.wav"});
}

// Peaks stand as far over a finished master's loudness as the model expects of such tracks, and just reach the ceiling.
TEST_CASE("without a loudness the track's own is found, and told", "[cli][master]") {
    const Studio studio;
    const auto result = run_program({"master", studio.path("mix.wav"), "-o", studio.path("out.wav"), "--json"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto report = nlohmann::json::parse(result.out);
    const double chosen_lufs = report["loudness"]["value"].get<double>();
    CHECK(chosen_lufs >= -20.0);
    CHECK(chosen_lufs <= -7.0);
    CHECK(report["target"]["loudness_lufs"].get<double>() == chosen_lufs);
    CHECK(report["after"]["integrated_lufs"].get<double>() == Approx(chosen_lufs).margin(0.05));
    CHECK(report["genres"].size() >= 8);
    const auto text = run_inside({"master", studio.path("mix.wav"), "--dry-run"}).out;
    CHECK_THAT(text, Contains("since nobody asked for another") && Contains("sounds     like "));
    for (const std::vector<std::string>& flags :
         {std::vector<std::string>{"--predictor", "rules"}, {"--preset", "rock"}, {"--loudness", "-12"}}) {
        std::vector<std::string> arguments{"master", studio.path("mix.wav"), "--dry-run", "--json"};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        CHECK_FALSE(nlohmann::json::parse(run_inside(arguments).out).contains("loudness"));
    }
    CHECK(nlohmann::json::parse(
              run_inside({"master", studio.path("mix.wav"), "--dry-run", "--json", "--preset", "auto"}).out)
              .contains("loudness"));
    CHECK(
        run_inside({"master", studio.path("mix.wav"), "--dry-run", "--preset", "auto", "--predictor", "rules"}).code ==
        2);
}

TEST_CASE("a model of one's own predicts; one that cannot be used warns, and the rules take its place",
          "[cli][master]") {
    const Studio studio;
    const std::string model = std::string(BURNISH_SOURCE_DIR) + "/models/master.safetensors";
    const auto proposal = [&](const std::string& predictor) {
        const auto result = run_inside(
            {"master", studio.path("mix.wav"), "--dry-run", "--json", "--loudness", "-14", "--predictor", predictor});
        INFO(result.err);
        REQUIRE(result.code == 0);
        return std::pair{nlohmann::json::parse(result.out)["settings"], result.err};
    };
    CHECK(proposal(model).first == proposal("learned").first);
    CHECK(proposal(model).first != proposal("rules").first);
    check_that_only_a_toy_is_told_of(proposal(model).second);

    CHECK(run_inside({"master", studio.path("mix.wav"), "--dry-run", "--predictor", "none.safetensors"}).code == 2);
    auto bytes = load(model);
    bytes.resize(bytes.size() / 2);
    save(studio.path("cut.safetensors"), bytes);
    const auto [settings, told] = proposal(studio.path("cut.safetensors"));
    CHECK(settings == proposal("rules").first);
    CHECK_THAT(told, Contains("warning:") && Contains("cut.safetensors") && Contains("rules take its place"));

    const auto unknown = run_inside({"master", studio.path("mix.wav"), "--dry-run", "--predictor", "oracle"});
    CHECK(unknown.code == 2);
    CHECK_THAT(unknown.err, Contains("\"oracle\" found") && Contains("*.safetensors"));
}

TEST_CASE("16 bits meet the loudness and the ceiling too", "[cli][master]") {
    const Studio studio;
    const auto result = run_program({"master", studio.path("mix.wav"), "-o", studio.path("out.wav"), "--loudness",
                                     "-14", "--bit-depth", "16", "--strict"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto file = need(open_audio(studio.path("out.wav")));
    CHECK(file->info().bits_per_sample == 16);
    const auto reading = ebur128_reading(read_all(*file), 44100.0);
    CHECK(reading.integrated_lufs == Approx(-14.0).margin(0.05));
    CHECK(reading.true_peak_dbtp <= -1.0);
}

TEST_CASE("an existing file needs -f", "[cli][master]") {
    const Studio studio;
    std::ofstream(studio.path("out.wav")) << "precious";
    const auto refused = studio.master("out.wav");
    CHECK(refused.code == 4);
    CHECK_THAT(refused.err, Contains("exists already (-f replaces it)"));
    CHECK(std::filesystem::file_size(studio.path("out.wav")) == 8);
    CHECK(studio.master("out.wav", {"-f", "-q"}).code == 0);
    CHECK(std::filesystem::file_size(studio.path("out.wav")) > 1000);

    std::ofstream(studio.path("report.json")) << "precious";
    const auto report = studio.master("new.wav", {"--report", studio.path("report.json")});
    CHECK(report.code == 4);
    CHECK_THAT(report.err, Contains("report.json: exists already"));
    CHECK_FALSE(studio.has("new.wav"));
}

TEST_CASE("intensity 0 and loudness none change no sample, not even one above the ceiling", "[cli][master]") {
    const TemporaryDirectory directory;
    auto loud = short_mix();
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < 200; ++n) loud.channel(c)[1000 + n] = n % 2 == 0 ? 0.99F : -0.99F;
    const auto in = (directory / "in.wav").string();
    const auto out = (directory / "out.wav").string();
    write_wav(in, loud);
    const auto result = run_inside({"master", in, "-o", out, "--intensity", "0", "--loudness", "none"});
    REQUIRE(result.code == 0);
    CHECK(same_bits(audio_of(in), audio_of(out)));
    CHECK_THAT(result.err, Contains("warning: ") && Contains("left as it is"));

    // The same numbers from a file: still not a sample is changed.
    const auto settings = (directory / "s.json").string();
    REQUIRE(run_inside(
                {"master", in, "-o", out, "-fq", "--intensity", "0", "--loudness", "none", "--save-settings", settings})
                .code == 0);
    REQUIRE(run_inside({"master", in, "-o", out, "-fq", "--settings", settings}).code == 0);
    CHECK(same_bits(audio_of(in), audio_of(out)));
}

TEST_CASE("what no integer can hold is cut off with a warning, whoever chose the depth", "[cli][master]") {
    const TemporaryDirectory directory;
    const auto in = (directory / "hot.wav").string();
    write_with_libsndfile(in, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, sine(440.0, 2.0, 1.0, 44100.0));
    for (const auto& more : {std::vector<std::string>{}, std::vector<std::string>{"--bit-depth", "24"}}) {
        std::vector<std::string> arguments{
            "master", in, "-o", (directory / "hot.flac").string(), "--intensity", "0", "--loudness", "none", "-f"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto result = run_inside(arguments);
        CHECK(result.code == 0);
        CHECK_THAT(result.err, Contains("frames were beyond full scale and are cut off"));
    }
}

TEST_CASE("a replay of the saved settings gives the same file", "[cli][master]") {
    const Studio studio;
    for (const std::string depth : {"16", "24"}) {
        INFO(depth << " bits");
        const auto settings = studio.path("settings" + depth + ".json");
        REQUIRE(
            studio.master("first.wav", {"-f", "--loudness", "-9", "--bit-depth", depth, "--save-settings", settings})
                .code == 0);
        const auto replay = studio.master("second.wav", {"-f", "--settings", settings});
        REQUIRE(replay.code == 0);
        CHECK(load(studio.path("first.wav")) == load(studio.path("second.wav")));
        CHECK_THAT(replay.out, Contains("as in " + settings));
    }
}

TEST_CASE("the number of jobs changes nothing", "[cli][master]") {
    const Studio studio;
    REQUIRE(studio.master("one.wav", {"--jobs", "1"}).code == 0);
    REQUIRE(studio.master("two.wav", {"--jobs", "2"}).code == 0);
    std::filesystem::copy_file(studio.path("mix.wav"), studio.path("copy.wav"));
    REQUIRE(run_inside(
                {"master", studio.path("mix.wav"), studio.path("copy.wav"), "-o", studio.path("both/"), "--jobs", "2"})
                .code == 0);
    const auto expected = load(studio.path("one.wav"));
    for (const char* name : {"two.wav", "both/mix.wav", "both/copy.wav"}) CHECK(load(studio.path(name)) == expected);
}

TEST_CASE("of several inputs a broken one stops no other", "[cli][master]") {
    const Studio studio;
    std::ofstream(studio.path("broken.wav")) << "this is not a sound";
    std::filesystem::copy_file(studio.path("mix.wav"), studio.path("last.wav"));
    const auto result =
        run_program({"master", studio.path("mix.wav"), studio.path("broken.wav"), studio.path("none.wav"),
                     studio.path("last.wav"), "-o", studio.path("out/"), "--report", studio.path("out/")});
    CHECK(result.code == 3);
    CHECK_THAT(result.err,
               Contains("error: " + studio.path("broken.wav")) && Contains("error: " + studio.path("none.wav")));
    CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 2);  // a line for each that was made
    CHECK(result.out.find("mix.wav") < result.out.find("last.wav"));
    for (const char* name : {"out/mix.wav", "out/last.wav", "out/mix.report.json", "out/last.report.json"})
        CHECK(studio.has(name));
    CHECK_FALSE(studio.has("out/broken.wav"));
    CHECK(std::distance(std::filesystem::directory_iterator(studio.path("out")), {}) == 4);
}

TEST_CASE("a dry run writes no sound, but a plan that can be replayed", "[cli][master]") {
    const Studio studio;
    const auto planned =
        run_inside({"master", studio.path("mix.wav"), "--dry-run", "--save-settings", studio.path("plan.json")});
    CHECK(planned.code == 0);
    CHECK_THAT(planned.out, Contains("planned") && Contains("no master is written"));
    CHECK(studio.master("out.wav", {"--dry-run"}).code == 0);
    CHECK(run_inside({"master", studio.path("mix.wav"), "-o", studio.path("dir/"), "--dry-run"}).code == 0);
    CHECK(studio.names() == std::vector<std::string>{"mix.wav", "plan.json"});

    REQUIRE(studio.master("planned.wav", {"--settings", studio.path("plan.json")}).code == 0);
    REQUIRE(studio.master("direct.wav").code == 0);
    CHECK(load(studio.path("planned.wav")) == load(studio.path("direct.wav")));
}

TEST_CASE("the flag --json puts one document on stdout and nothing else", "[cli][json]") {
    const Studio studio;
    const auto one =
        run_program({"master", studio.path("mix.wav"), "-o", studio.path("out.wav"), "--loudness", "-14", "--json"});
    REQUIRE(one.code == 0);
    check_that_only_a_toy_is_told_of(one.err);
    const auto report = nlohmann::json::parse(one.out);
    CHECK(report["input"] == studio.path("mix.wav"));
    CHECK(report["output"] == studio.path("out.wav"));
    CHECK(report["status"] == "done");
    CHECK(report["after"]["integrated_lufs"].get<double>() == Approx(-14.0).margin(0.05));

    const auto two = run_inside(
        {"master", studio.path("mix.wav"), studio.path("none.wav"), "-o", studio.path("out/"), "--json", "-q"});
    CHECK(two.code == 3);
    const auto reports = nlohmann::json::parse(two.out);
    REQUIRE(reports.size() == 2);
    CHECK(reports[0]["status"] == "done");
    CHECK(reports[1]["exit_code"] == 3);
    CHECK(reports[1]["error"].is_string());
    CHECK_FALSE(reports[1].contains("status"));

    const auto saved = studio.path("report.json");
    REQUIRE(studio.master("again.wav", {"--loudness", "-14", "--report", saved, "-q"}).out.empty());
    const auto text = load(saved);
    CHECK(nlohmann::json::parse(text.begin(), text.end())["settings"] == report["settings"]);
}

TEST_CASE("mono stays mono, and tags and the rate asked for arrive", "[cli][master]") {
    const TemporaryDirectory directory;
    const auto in = (directory / "in.wav").string();
    const auto tagged = (directory / "tagged.flac").string();
    write_wav(in, toy_music(2.0, 44100.0, 1));
    {
        const auto source = need(open_audio(in));
        auto file = need(OutputFile::create(tagged, {44100.0, 1, source->info().frames, {}},
                                            {.sample_rate_hz = 44100.0,
                                             .tags = {{"TITLE", "Song"}},
                                             .pictures = {},
                                             .cues = {},
                                             .sampler = {},
                                             .broadcast = {},
                                             .chunks = {},
                                             .warnings = {}},
                                            false));
        const auto audio = read_all(*source);
        need(file->write(audio.view()));
        need(file->finish());
        need(file->commit());
    }
    const auto out = (directory / "out.flac").string();
    REQUIRE(run_inside({"master", tagged, "-o", out, "--rate", "48000", "--bit-depth", "16"}).code == 0);
    const auto file = need(open_audio(out));
    CHECK(file->info().channels == 1);
    CHECK(file->info().sample_rate_hz == 48000.0);
    CHECK(file->info().bits_per_sample == 16);
    CHECK(file->info().frames == 96000);
    CHECK(need(read_metadata(out)).tags == std::vector<Tag>{{"TITLE", "Song"}});
}

TEST_CASE("short and silent inputs are harmless", "[cli][master]") {
    const TemporaryDirectory directory;
    const auto in = (directory / "in.wav").string();
    const auto out = (directory / "out.wav").string();
    const auto length = [](double seconds) { return static_cast<int>(seconds * 44100.0); };
    SECTION("a fifth of a second has no loudness") {
        write_wav(in, sine(440.0, 0.1, 0.2, 44100.0));
        const auto result = run_inside({"master", in, "-o", out});
        CHECK(result.code == 0);
        CHECK_THAT(result.err, Contains("warning: " + in) && Contains("too short"));
        CHECK_THAT(result.out, Contains("too short or too quiet to have a loudness, true peak -20.00 dBTP"));
        CHECK(audio_of(out).frames() == length(0.2));
        CHECK(peak(audio_of(out)) == Approx(0.1).margin(0.01));
    }
    SECTION("two seconds have one") {
        write_wav(in, sine(440.0, 0.1, 2.0, 44100.0));
        CHECK(run_inside({"master", in, "-o", out, "--strict"}).code == 0);
        CHECK(audio_of(out).frames() == length(2.0));
    }
    SECTION("one frame") {
        write_wav(in, AudioBuffer(2, 1));
        CHECK(run_inside({"master", in, "-o", out}).code == 0);
        CHECK(audio_of(out).frames() == 1);
    }
    SECTION("silence stays silent, and misses a strict target") {
        write_wav(in, AudioBuffer(2, length(2.0)));
        const auto result = run_inside({"master", in, "-o", out});
        CHECK(result.code == 0);
        CHECK_THAT(result.err, Contains("silent"));
        CHECK_THAT(result.out, Contains("silence") && !Contains("LUFS"));
        CHECK(peak(audio_of(out)) == 0.0);
        CHECK(run_inside({"master", in, "-o", out, "-f", "--strict"}).code == 5);
    }
}

TEST_CASE("a target counts as missed beyond 0.05 LU, or above the ceiling", "[cli][strict]") {
    MasterReport report;
    CHECK_FALSE(missed_target(report));  // a dry run
    report.after = TrackAnalysis{};
    report.after->integrated_lufs = -14.04;
    report.after->true_peak_dbtp = -1.0;
    CHECK_FALSE(missed_target(report));
    report.after->integrated_lufs = -13.94;
    CHECK(missed_target(report) == "-13.94 LUFS measured, -14.00 LUFS asked for");
    report.target.normalize = false;
    CHECK_FALSE(missed_target(report));
    report.after->true_peak_dbtp = -0.99;
    CHECK(missed_target(report) == "a true peak of -0.99 dBTP measured, -1.00 dBTP asked for");
    report.after->true_peak_dbtp = -1.0;
    report.referee = RefereeReading{-14.0, -0.9};
    CHECK(missed_target(report) == "a true peak of -0.90 dBTP measured, -1.00 dBTP asked for (by libebur128)");
    report.target.limit_peaks = false;
    CHECK_FALSE(missed_target(report));
    report.target.normalize = true;
    report.after->integrated_lufs = -14.0;
    report.referee->integrated_lufs = -13.9;
    CHECK(missed_target(report) == "-13.90 LUFS measured, -14.00 LUFS asked for (by libebur128)");
    report.status = MasterStatus::limited;
    report.reason = "too loud";
    CHECK(missed_target(report) == "too loud");
}

TEST_CASE("under --strict libebur128 measures the written file, and its reading is reported", "[cli][master]") {
    const Studio studio;
    const auto result = studio.master("out.wav", {"--strict", "--json", "--bit-depth", "16"});
    REQUIRE(result.code == 0);
    const auto referee = nlohmann::json::parse(result.out)["referee"];
    CHECK(referee["meter"] == "libebur128");
    const auto reading = ebur128_reading(audio_of(studio.path("out.wav")), 44100.0);
    CHECK(referee["integrated_lufs"].get<double>() == Approx(reading.integrated_lufs).margin(0.001));
    CHECK(referee["true_peak_dbtp"].get<double>() == Approx(reading.true_peak_dbtp).margin(0.01));
}

TEST_CASE("each failure has its exit code", "[cli][exit]") {
    const Studio studio;
    CHECK(run_program({"master", studio.path("mix.wav"), "-o", studio.path("out.wav"), "--loudness", "0"}).code == 2);
    CHECK(run_program({"master", studio.path("none.wav"), "-o", studio.path("out.wav")}).code == 3);
    CHECK(run_program({"master", studio.path("mix.wav"), "-o", studio.path("no/such/out.wav")}).code == 4);
    CHECK(run_program({"master", studio.path("mix.wav"), "-o", studio.path("no/such/")}).code == 4);
    CHECK(studio.master("out.wav", {"--report", studio.path("no/such.json")}).code == 4);
    CHECK_FALSE(studio.has("out.wav"));
    // A budget of nothing leaves no way to -5 LUFS; the file is written all the same, and without --strict all is well.
    const std::vector<std::string> too_loud{"--loudness", "-5", "--reduction-budget", "0", "--clipping-budget", "-80"};
    CHECK(studio.master("limited.wav", too_loud).code == 0);
    auto strict = too_loud;
    strict.insert(strict.end(), {"--strict", "-f"});
    const auto limited = studio.master("limited.wav", strict);
    CHECK(limited.code == 5);
    CHECK_THAT(limited.err, Contains("target missed"));
    // A directory that was made for a master which never came is taken away again.
    CHECK(run_program({"master", studio.path("none.wav"), "-o", studio.path("new/")}).code == 3);
    CHECK_FALSE(studio.has("new"));
    CHECK(studio.has("limited.wav"));
    CHECK(run_program({"analyze", studio.path("none.wav")}).code == 3);
}

TEST_CASE("a signal leaves nothing behind", "[cli][interrupt]") {
    for (const int number : {SIGINT, SIGTERM}) {
        const TemporaryDirectory directory;
        const auto in = (directory / "in.wav").string();
        write_wav(in, white_noise(0.1, 60.0, 48000.0), 48000);
        RunningProgram program({"master", in, "-o", (directory / "out.wav").string()});
        // The temporary file tells that the work has begun.
        for (int i = 0; i < 1000 && directory.names().size() < 2; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        CHECK(directory.names().size() == 2);
        program.send(number);
        const auto result = program.wait();
        CHECK(result.code == 130);
        CHECK(result.err == "error: interrupted\n");
        CHECK(result.out.empty());
        CHECK(directory.names() == std::vector<std::string>{"in.wav"});
    }
}

}  // namespace burnish::test
