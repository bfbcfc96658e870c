#include <catch2/catch.hpp>
#include <fstream>

#include "analysis/track_analysis.h"
#include "cli/exit_code.h"
#include "cli/master_plan.h"
#include "core/version.h"
#include "tests/cli/command_line.h"

namespace burnish::test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// What is said about a command line that makes no sense; the code must be 2, and nothing may be on stdout.
std::string complaint(const std::vector<std::string>& arguments) {
    const auto result = run_inside(arguments);
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, StartsWith("error: "));
    return result.err;
}

/// The complaint about `burnish master in.wav -o out.wav` with more flags. No file of that name is there to be touched.
std::string master_complaint(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"master", "in.wav", "-o", "out.wav"});
    return complaint(flags);
}

MasterFlags flags_with(void (*change)(MasterFlags&)) {
    MasterFlags flags;
    flags.inputs = {"in.wav"};
    flags.output = "out.wav";
    change(flags);
    return flags;
}

MasterOptions options_with(void (*change)(MasterFlags&)) {
    auto options = read_master_flags(flags_with(change));
    INFO((options ? "" : options.error().message));
    REQUIRE(options);
    return *options;
}

std::string settings_file(const TemporaryDirectory& directory, const std::string& chain) {
    const auto path = directory / "settings.json";
    std::ofstream(path) << R"({"format": "burnish-settings-1", "chain": )" << chain << "}";
    return path.string();
}

}  // namespace

TEST_CASE("the exit codes are frozen", "[cli][exit]") {
    const std::vector<std::pair<ErrorCode, int>> expected{{ErrorCode::usage, 2},     {ErrorCode::input, 3},
                                                          {ErrorCode::output, 4},    {ErrorCode::target, 5},
                                                          {ErrorCode::internal, 70}, {ErrorCode::canceled, 130}};
    for (const auto& [error, code] : expected) CHECK(static_cast<int>(exit_code_for(error)) == code);
    const auto help = run_inside({"--help"});
    CHECK(help.code == 0);
    for (const auto& row : exit_codes) CHECK_THAT(in_one_line(help.out), Contains(std::string(row.meaning)));
}

TEST_CASE("help names every flag, format and range", "[cli][help]") {
    const auto help = run_inside({"master", "--help"});
    CHECK(help.code == 0);
    CHECK(help.err.empty());
    for (const char* word : {"Usage: burnish master",
                             "--output",
                             "--loudness",
                             "--ceiling",
                             "--intensity",
                             "--bit-depth",
                             "--rate",
                             "--set",
                             "--settings",
                             "--save-settings",
                             "--report",
                             "--json",
                             "--dry-run",
                             "--strict",
                             "--jobs",
                             "--force",
                             "--quiet",
                             "--verbose",
                             "Examples:",
                             "Exit codes:",
                             "-40 to -5 [auto]",
                             "-12 to 0 [-1]",
                             "0 to 100 [50]"})
        CHECK_THAT(in_one_line(help.out), Contains(word));
    for (const auto& format : output_formats())
        for (const auto extension : format.extensions) CHECK_THAT(help.out, Contains(std::string(extension)));
    CHECK_THAT(run_inside({"analyze", "--help"}).out, Contains("Examples:"));
    CHECK_THAT(run_inside({"master", "--list-params"}).out, Contains("limiter.ceiling_dbtp") && Contains("glue.ratio"));
    const auto measures = run_inside({"analyze", "--list-measures"}).out;
    for (const auto& row : analysis_numbers) CHECK_THAT(measures, Contains(std::string(row.name)));
    for_each_curve_group([&](const auto& group) {
        CHECK_THAT(measures, Contains("analysis." + std::string(group.name) + ":"));
        for (const auto& row : group.curves) CHECK_THAT(measures, Contains(std::string(row.name)));
    });
    CHECK(run_inside({"--version"}).out == "burnish " + std::string(version) + "\n");
    CHECK(run_inside({}).code == 2);
}

TEST_CASE("what is not known is told with the nearest name", "[cli][flags]") {
    CHECK_THAT(complaint({"mastr", "in.wav"}), Contains("unknown command \"mastr\" (did you mean \"master\"?)"));
    CHECK_THAT(complaint({"--versoin"}), Contains("unknown flag \"--versoin\" (did you mean \"--version\"?)"));
    CHECK_THAT(master_complaint({"--loudnes", "-12"}),
               Contains("unknown flag \"--loudnes\" (did you mean \"--loudness\"?)"));
    CHECK_THAT(master_complaint({"--ceilling=-2"}),
               Contains("unknown flag \"--ceilling\" (did you mean \"--ceiling\"?)"));
    CHECK_THAT(master_complaint({"-x"}), Contains("unknown flag \"-x\""));
    CHECK_THAT(complaint({"album", "mixes", "--loop"}),
               Contains("\"--loop\" is no flag of burnish album, but of master"));
    CHECK_THAT(master_complaint({"--set", "gleu.ratio=2"}), Contains("--set") && Contains("did you mean \"glue\"?"));
    CHECK_THAT(master_complaint({"--set", "glue.ration=2"}), Contains("did you mean \"ratio\"?"));
    CHECK_THAT(complaint({"analyze", "in.wav", "--jsno"}), Contains("did you mean \"--json\"?"));
}

TEST_CASE("what newcomers type first is answered", "[cli][help]") {
    CHECK(run_inside({"help"}).out == run_inside({"--help"}).out);
    CHECK(run_inside({"help", "analyze"}).out == run_inside({"analyze", "--help"}).out);
    CHECK(run_inside({"help"}).code == 0);
    const auto file = run_inside({BURNISH_SOURCE_DIR "/README.md"});
    CHECK(file.code == 2);
    CHECK_THAT(file.err, Contains("is a file, a command expected before it: burnish master"));
}

TEST_CASE("a value out of range is told with flag, value and range", "[cli][flags]") {
    CHECK_THAT(master_complaint({"--loudness", "-3"}), Contains("--loudness: -3 is outside [-40, -5]"));
    CHECK_THAT(master_complaint({"--loudness", "loud"}), Contains("\"loud\" found") && Contains("or none expected"));
    CHECK_THAT(master_complaint({"--loudness", "nan"}), Contains("--loudness"));
    CHECK_THAT(master_complaint({"--ceiling", "0.1"}), Contains("--ceiling: 0.1 is outside [-12, 0]"));
    CHECK_THAT(master_complaint({"--ceiling", "none"}), Contains("--ceiling: \"none\" found"));
    CHECK_THAT(master_complaint({"--intensity", "101"}), Contains("--intensity: 101 is outside [0, 100]"));
    CHECK_THAT(master_complaint({"--bit-depth", "20"}), Contains("\"20\" found, one of 16, 24, 32f expected"));
    CHECK_THAT(master_complaint({"--limiter", "hot"}), Contains("\"hot\" found, one of clean, loud, dense expected"));
    CHECK_THAT(master_complaint({"--rate", "4000"}), Contains("--rate: 4000 is outside [8000, 192000]"));
    CHECK_THAT(master_complaint({"--rate", "44100.5"}), Contains("whole numbers"));
    CHECK_THAT(master_complaint({"--rate", "44.1k"}), Contains("\"44.1k\" found"));
    CHECK_THAT(master_complaint({"--set", "glue.ratio=0.5"}), Contains("glue.ratio = 0.5 is outside [1, 10]"));
    for (const char* jobs : {"0", "-1", "2.5", "many", "257", ""})
        CHECK_THAT(master_complaint({"--jobs", jobs}), Contains("--jobs: ") && Contains("[1, 256]"));
    CHECK_THAT(complaint({"analyze", "in.wav", "--jobs", "0"}), Contains("--jobs"));
}

TEST_CASE("flags that contradict each other are refused", "[cli][flags]") {
    CHECK_THAT(complaint({"master", "-o", "out.wav"}), Contains("no input file"));
    CHECK_THAT(complaint({"analyze"}), Contains("no input file"));
    CHECK_THAT(complaint({"master", "in.wav"}), Contains("no output given"));
    CHECK_THAT(master_complaint({"-o", "other.wav"}), Contains("given more than once"));
    CHECK_THAT(master_complaint({"--loudness", "-9", "--loudness", "-10"}),
               Contains("--loudness: given more than once"));
    CHECK_THAT(master_complaint({"--loudness"}), Contains("--loudness: its value is missing"));
    CHECK_THAT(master_complaint({"-q", "-v"}), Contains("-q and -v"));
    CHECK_THAT(master_complaint({"--json", "-v"}), Contains("--json and -v"));
    CHECK_THAT(master_complaint({"--loudness", "-9", "--set", "limiter.drive_db=3"}), Contains("--loudness and --set"));
    CHECK_THAT(master_complaint({"--ceiling", "-2", "--set", "limiter.ceiling_dbtp=-1"}),
               Contains("--ceiling and --set"));
    CHECK_THAT(master_complaint({"--bit-depth", "16", "--set", "dither.bits=20"}), Contains("--bit-depth and --set"));
    CHECK_THAT(master_complaint({"--reduction-budget", "3", "--loudness", "none"}), Contains("--reduction-budget"));
    CHECK_THAT(master_complaint({"--set", "glue.ratio=2", "--set", "glue.ratio=3"}),
               Contains("glue.ratio is given twice"));
    CHECK_THAT(master_complaint({"--limiter", "loud", "--set", "limiter.hold_ms=3"}),
               Contains("--limiter and --set limiter.hold_ms"));
    CHECK_THAT(complaint({"master", "in.wav", "-o", "out.mp3", "--bit-depth", "24"}), Contains("lossy"));
    CHECK_THAT(complaint({"master", "in.wav", "-o", "out.flac", "--bit-depth", "32f"}), Contains("FLAC takes 16, 24"));
    CHECK_THAT(complaint({"master", "in.wav", "-o", "out.opus", "--rate", "44100"}), Contains("48000"));
    CHECK_THAT(complaint({"master", "in.wav", "-o", "out.xyz"}), Contains("\".xyz\"") && Contains(".flac"));
}

TEST_CASE("a settings file and the flags that it answers contradict each other", "[cli][flags]") {
    const TemporaryDirectory directory;
    const auto full =
        settings_file(directory, R"({"limiter": {"drive_db": 3, "ceiling_dbtp": -2}, "dither": {"bits": 24}})");
    CHECK_THAT(master_complaint({"--settings", full, "--intensity", "50"}), Contains("--settings and --intensity"));
    CHECK_THAT(master_complaint({"--settings", full, "--loudness", "-9"}), Contains("--loudness and --settings"));
    CHECK_THAT(master_complaint({"--settings", full, "--ceiling", "-2"}), Contains("--ceiling and --settings"));
    CHECK_THAT(master_complaint({"--settings", full, "--bit-depth", "16"}), Contains("rounds to 24 bits"));
    CHECK_THAT(master_complaint({"--settings", (directory / "none.json").string()}),
               Contains("none.json: cannot be read"));
    const auto limiter = settings_file(directory, R"({"limiter": {"lookahead_ms": 3}})");
    CHECK_THAT(master_complaint({"--settings", limiter, "--limiter", "loud"}),
               Contains("--limiter and --settings") && Contains("limiter.lookahead_ms"));
    const auto damaged = settings_file(directory, R"({"glue": {"ratio": 0.5}})");
    CHECK_THAT(master_complaint({"--settings", damaged}), Contains("settings.json: chain") && Contains("[1, 10]"));
}

TEST_CASE("a settings file without a limiter leaves the level to the target", "[cli][flags]") {
    const TemporaryDirectory directory;
    auto flags = flags_with([](MasterFlags&) {});
    flags.settings = settings_file(directory, R"({"glue": {"ratio": 2}})");
    flags.target[0] = "-10";
    const auto tone_only = read_master_flags(flags);
    REQUIRE(tone_only);
    CHECK(tone_only->target.normalize);
    CHECK(tone_only->target.loudness_lufs == -10.0);
    CHECK(tone_only->patch.pins("glue", "ratio"));
    CHECK(tone_only->patch.pins("tone", "mid_80_hz_db"));  // not named: neutral, not proposed

    flags.target[0].reset();
    flags.settings = settings_file(directory, R"({"limiter": {"drive_db": 3}, "dither": {"bits": 16}})");
    const auto whole = read_master_flags(flags);
    REQUIRE(whole);
    CHECK_FALSE(whole->target.normalize);
    CHECK(whole->usual_depth == BitDepth::int16);
}

TEST_CASE("a limiter mode pins its numbers, and the first one is the default", "[cli][flags]") {
    for (const auto& mode : limiter_modes) {
        auto flags = flags_with([](MasterFlags&) {});
        flags.limiter = std::string(mode.name);
        const auto options = read_master_flags(flags);
        REQUIRE(options.ok());
        ChainSettings settings;
        options->patch.apply_to(settings);
        CHECK(settings.limiter.lookahead_ms == mode.lookahead_ms);
        CHECK(settings.limiter.hold_ms == mode.hold_ms);
        CHECK(settings.limiter.release_ms == mode.release_ms);
        CHECK(settings.limiter.slow_release_ms == mode.slow_release_ms);
        if (&mode == &limiter_modes.front()) CHECK(is_neutral(settings.limiter, limiter_params));
    }
}

TEST_CASE("defaults are -14 LUFS, -1 dBTP and 24 bits at the source's rate", "[cli][flags]") {
    const auto options = options_with([](MasterFlags&) {});
    CHECK(options.target.loudness_lufs == -14.0);
    CHECK(options.target.ceiling_dbtp == -1.0);
    CHECK(options.target.intensity_percent == 50.0);
    CHECK(options.target.normalize);
    CHECK(options.target.limit_peaks);
    CHECK(options.jobs >= 1);
    const auto spec = output_spec("out.wav", options, {.sample_rate_hz = 44100.0, .channels = 1, .frames = 441});
    REQUIRE(spec);
    CHECK(spec->sample_rate_hz == 44100.0);
    CHECK(spec->channels == 1);
    CHECK(choose_encoding("out.wav", *spec)->depth == BitDepth::int24);
}

TEST_CASE("peaks are left alone only where nothing at all is to be changed", "[cli][flags]") {
    const auto nothing = [](MasterFlags& flags) {
        flags.target[0] = "none";
        flags.target[2] = "0";
    };
    CHECK_FALSE(options_with(nothing).target.limit_peaks);
    CHECK_FALSE(options_with(nothing).target.normalize);
    CHECK(options_with([](MasterFlags& flags) { flags.target[2] = "0"; }).target.limit_peaks);
    CHECK(options_with([](MasterFlags& flags) { flags.target[0] = "none"; }).target.limit_peaks);
    auto flags = flags_with(nothing);
    flags.target[1] = "-1";
    CHECK(read_master_flags(flags)->target.limit_peaks);
    flags = flags_with(nothing);
    flags.sets = {"glue.ratio=2"};
    CHECK(read_master_flags(flags)->target.limit_peaks);
}

TEST_CASE("a master in a directory keeps its name, and a lossless extension", "[cli][plan]") {
    const auto options = options_with([](MasterFlags& flags) {
        flags.inputs = {"a/one.wav", "b/two.FLAC", "three.mp3", "four", "five.ogg"};
        flags.output = "masters/";
        flags.report = "reports/";
        flags.save_settings = "reports/";
    });
    const std::vector<MasterRow> rows{{options}};
    const auto jobs = plan_jobs(rows);
    REQUIRE(jobs);
    REQUIRE(jobs->size() == 5);
    const char* expected[] = {"masters/one.wav", "masters/two.FLAC", "masters/three.wav", "masters/four.wav",
                              "masters/five.wav"};
    for (std::size_t i = 0; i < 5; ++i) CHECK((*jobs)[i].output == expected[i]);
    CHECK((*jobs)[1].report == "reports/two.report.json");
    CHECK((*jobs)[1].settings == "reports/two.settings.json");
}

TEST_CASE("files that would meet are refused before any work", "[cli][plan]") {
    const TemporaryDirectory directory;
    const auto in = (directory / "in.wav").string();
    const auto other = (directory / "other.wav").string();
    write_wav(in, AudioBuffer(1, 1000));
    write_wav(other, AudioBuffer(1, 1000));
    const auto link = (directory / "link.wav").string();
    std::filesystem::create_symlink(in, link);
    const auto hard_link = (directory / "hard.wav").string();
    std::filesystem::create_hard_link(in, hard_link);
    const auto here = directory / "";
    const auto out = (directory / "out/").string();

    for (const auto& same : {in, link, hard_link, (here / "." / "in.wav").string()})
        CHECK_THAT(complaint({"master", in, "-f", "-o", same}),
                   Contains("cannot be the master of") && Contains("and the input"));
    CHECK_THAT(complaint({"master", in, other, "-f", "-o", here.string()}), Contains("and the input"));
    CHECK_THAT(complaint({"master", in, other, "-o", (directory / "out.wav").string()}),
               Contains("one file for 2 inputs"));
    CHECK_THAT(complaint({"master", "a/x.wav", "b/x.wav", "-o", out}), Contains("the master of a/x.wav at once"));
    CHECK_THAT(complaint({"master", "a/x.wav", "a/x.flac", "-o", out, "--report", out}), Contains("x.report.json"));
    CHECK_THAT(complaint({"master", "x.wav", "x.wav", "-o", out}), Contains("the master of x.wav at once"));
    CHECK_THAT(complaint({"master", in, other, "-o", out, "--report", "r.json"}),
               Contains("--report r.json: one file"));
    CHECK_THAT(complaint({"master", in, "-o", "out.wav", "--report", in, "-f"}), Contains("the report of"));
    CHECK_THAT(complaint({"master", in, "-o", "out.wav", "--report", "./out.wav"}), Contains("at once"));
    CHECK_THAT(complaint({"master", in, "-o", "out.wav", "--report", "x", "--save-settings", "x"}),
               Contains("at once"));
    CHECK(directory.names().size() == 4);
}

}  // namespace burnish::test
