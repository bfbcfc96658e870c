#include <fcntl.h>
#include <sys/file.h>
#include <utime.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "cli/input_list.h"
#include "cli/manifest.h"
#include "io/audio_file.h"
#include "io/temporary_file.h"
#include "tests/cli/command_line.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

namespace fs = std::filesystem;

/// A folder `in` with three mixes, one of them in a folder of its own, and a file that is no sound.
class Collection {
public:
    Collection() {
        fs::create_directories(directory_ / "in/disc 2");
        write_wav(directory_ / "in/b.wav", toy_music(1.5, 44100.0, 2, 1));
        write_wav(directory_ / "in/a.wav", toy_music(1.5, 44100.0, 2, 2));
        write_wav(directory_ / "in/disc 2/c.wav", toy_music(1.5, 44100.0, 2, 3));
        std::ofstream(directory_ / "in/notes.txt") << "no sound";
        std::ofstream(directory_ / "in/.hidden.wav") << "no sound either";
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }
    [[nodiscard]] CommandResult master(std::vector<std::string> flags) const {
        flags.insert(flags.begin(), {"master", "--predictor", "rules"});
        return run_inside(flags);
    }

private:
    TemporaryDirectory directory_;
};

std::vector<Json> lines_of(const std::string& text) {
    std::vector<Json> documents;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) documents.push_back(Json::parse(line));
    return documents;
}

std::vector<std::string> files_below(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) names.push_back(entry.path().lexically_relative(folder).string());
    std::sort(names.begin(), names.end());
    return names;
}

void write_text_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("a folder is mastered with all below it, its folders mirrored", "[cli][batch]") {
    const Collection c;
    const auto result = c.master({c.path("in"), "-o", c.path("out/")});
    INFO(result.err);
    CHECK(result.code == 0);
    CHECK(files_below(c.path("out")) == std::vector<std::string>{"a.wav", "b.wav", "disc 2/c.wav"});
}

TEST_CASE("masters inside of the folder are not mastered again", "[cli][batch]") {
    const Collection c;
    REQUIRE(c.master({c.path("in"), "-o", c.path("in/masters/")}).code == 0);
    const auto again = c.master({c.path("in"), "-o", c.path("in/masters/"), "--skip-existing", "--json-lines"});
    CHECK(again.code == 0);
    const auto lines = lines_of(again.out);
    REQUIRE(lines.size() == 3);
    for (const auto& line : lines) CHECK(line["status"] == "skipped");
}

TEST_CASE("patterns stand for the files that they match", "[cli][batch]") {
    const Collection c;
    const auto found = need(find_inputs({c.path("in/[ab].wav")}, std::nullopt));
    REQUIRE(found.size() == 2);
    CHECK(found[0].path == c.path("in/a.wav"));
    CHECK_THAT(c.master({c.path("in/x*.wav"), "-o", c.path("out/")}).err, Contains("no file matches"));
    // A file of such a name is that file.
    write_wav(c.path("in/odd [mix].wav"), toy_music(0.5, 44100.0));
    CHECK(need(find_inputs({c.path("in/odd [mix].wav")}, std::nullopt)).front().path == c.path("in/odd [mix].wav"));
}

TEST_CASE("a folder without sound is an input that is missing, for every command", "[cli][batch]") {
    const Collection c;
    const auto empty = c.path("empty");
    fs::create_directory(empty);
    for (const std::vector<std::string>& command : {std::vector<std::string>{"master", empty, "-o", c.path("out/")},
                                                    {"album", empty, "-o", c.path("out/")},
                                                    {"mix", empty, "-o", c.path("mix.wav")},
                                                    {"preview", empty, "--null"},
                                                    {"analyze", empty},
                                                    {"check", empty, "--target", "cd"}}) {
        const auto result = run_inside(command);
        INFO(command[0] << ": " << result.err);
        CHECK(result.code == 3);
        CHECK_THAT(result.err, Contains("empty: there is no sound file in it"));
    }
}

TEST_CASE("a track that fails does not stop the rest", "[cli][batch]") {
    const Collection c;
    write_text_file(c.path("in/ab.wav"), "RIFF, but nothing more");
    const auto result = c.master({c.path("in"), "-o", c.path("out/"), "--json-lines", "--jobs", "2"});
    CHECK(result.code == 3);
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 4);
    int failed = 0;
    for (const auto& line : lines) {
        if (line["status"] == "failed") {
            ++failed;
            CHECK(line["exit_code"] == 3);
            CHECK_THAT(line["error"].get<std::string>(), Contains("ab.wav"));
        } else {
            CHECK(line["after"]["integrated_lufs"].get<double>() == Approx(-14.0).margin(0.1));
        }
    }
    CHECK(failed == 1);
    CHECK(files_below(c.path("out")).size() == 3);
}

TEST_CASE("a manifest gives every track flags of its own", "[cli][batch][manifest]") {
    const Collection c;
    write_text_file(c.path("in/list.tsv"),
                    "# an album\n"
                    "input\toutput\tloudness\ttarget\ttitle\n"
                    "a.wav\t../one.flac\t-16\t\tFirst, of two\n"
                    "\n"
                    "b.wav\t../two.wav\t\tyoutube,cd\t\n");
    const auto result = c.master({"--manifest", c.path("in/list.tsv"), "--loudness", "-15", "--json-lines"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    CHECK(lines_of(result.out).size() == 3);
    const auto lufs = [&](const std::string& name) {
        const auto file = need(open_audio(c.path(name)));
        return ebur128_reading(read_all(*file), 44100.0).integrated_lufs;
    };
    CHECK(lufs("one.flac") == Approx(-16.0).margin(0.05));
    CHECK(lufs("two.youtube.wav") == Approx(-15.0).margin(0.05));  // the flag for all
    CHECK(need(open_audio(c.path("two.cd.wav")))->info().bits_per_sample == 16);
    CHECK(need(read_metadata(c.path("one.flac"))).tags == std::vector<Tag>{{"TITLE", "First, of two"}});
}

TEST_CASE("a manifest may be JSON lines too", "[cli][batch][manifest]") {
    MasterFlags common;
    common.output = "out/";
    const auto tracks =
        need(read_manifest("sets/list.jsonl",
                           "{\"input\": \"a.wav\", \"loudness\": -9.5, \"set\": [\"glue.ratio=2\"]}\n"
                           "{\"input\": [\"b.wav\", \"c.wav\"], \"target\": \"spotify\", \"output\": \"b/\"}\n",
                           common));
    REQUIRE(tracks.size() == 2);
    CHECK(tracks[0].inputs == std::vector<std::string>{"sets/a.wav"});
    CHECK(tracks[0].target[0] == "-9.5");
    CHECK(tracks[0].sets == std::vector<std::string>{"glue.ratio=2"});
    CHECK(tracks[0].output == "out/");
    CHECK(tracks[1].inputs.size() == 2);
    CHECK(tracks[1].deliveries == std::vector<std::string>{"spotify"});
    CHECK(tracks[1].output == "sets/b/");
}

TEST_CASE("what is wrong in a manifest is told with its line, before any work", "[cli][batch][manifest]") {
    MasterFlags common;
    common.output = "out/";
    const auto complaint = [&](const std::string& name, const std::string& text) {
        const auto read = read_manifest(name, text, common);
        REQUIRE_FALSE(read.ok());
        CHECK(read.error().code == ErrorCode::usage);
        return read.error().message;
    };
    CHECK_THAT(complaint("l.tsv", "input\tloudnes\na.wav\t-9\n"),
               Contains("l.tsv:1: unknown column \"loudnes\" (did you mean \"loudness\"?)"));
    // Where the names stand, whether a track has anything in that column or not.
    CHECK_THAT(complaint("l.tsv", "# tracks\n\n# and more\ninput\tloudnes\r\n\na.wav\n"),
               Contains("l.tsv:4: unknown column \"loudnes\""));
    CHECK_THAT(complaint("l.jsonl", "# tracks\n\n{\"input\": \"a.wav\", \"loudnes\": -9}\n"),
               Contains("l.jsonl:3: unknown column \"loudnes\""));
    CHECK(read_manifest("l.tsv", "input\tloudness\t\na.wav\t-9\t\n", common).ok());  // as tables are often saved
    CHECK_THAT(complaint("l.tsv", "input\tloudness\na.wav\t-9\nb.wav\tloud\n"),
               Contains("l.tsv:3: --loudness: \"loud\" found"));
    CHECK_THAT(complaint("l.tsv", "file\na.wav\n"), Contains("l.tsv:1: a column \"input\" expected"));
    CHECK_THAT(complaint("l.tsv", "input\na.wav\tx\n"), Contains("l.tsv:2: 2 fields found, 1 columns"));
    CHECK_THAT(complaint("l.tsv", "input\tjobs\na.wav\t2\n"), Contains("l.tsv:1: --jobs is for all tracks together"));
    CHECK_THAT(complaint("l.jsonl", "{\"input\": \"a.wav\"}\nnot json\n"),
               Contains("l.jsonl:2: a JSON object expected"));
    CHECK_THAT(complaint("l.jsonl", "{\"loudness\": -9}\n"), Contains("l.jsonl:1: no input"));
    CHECK_THAT(complaint("l.tsv", "# nothing\n"), Contains("no tracks"));
    CHECK_THAT(complaint("l.csv", ""), Contains(".tsv or .jsonl"));
    CHECK(run_inside({"master", "a.wav", "-o", "x/", "--manifest", "l.tsv"}).code == 2);
}

TEST_CASE("after a kill the rest is done, and what was left behind is gone", "[cli][batch][resume]") {
    const Collection c;
    for (const std::string name : {"d", "e", "f"}) write_wav(c.path("in/" + name + ".wav"), toy_music(20.0, 44100.0));
    const std::vector<std::string> command{"master",   c.path("in"),      "-o",          c.path("out/"), "--jobs",
                                           "1",        "--skip-existing", "--predictor", "rules",        "-q",
                                           "--report", c.path("out/")};
    RunningProgram program(command);
    for (int i = 0; i < 4000 && !fs::exists(c.path("out/b.wav")); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    program.send(SIGKILL);
    CHECK(program.wait().code == -SIGKILL);
    const auto left = files_below(c.path("out"));
    REQUIRE(std::find(left.begin(), left.end(), "b.wav") != left.end());
    const auto first = load(c.path("out/a.wav"));
    const auto first_time = fs::last_write_time(c.path("out/a.wav"));
    // As if that had been a while ago.
    for (const auto& entry : fs::directory_iterator(c.path("out")))
        if (entry.path().filename().string().starts_with('.')) {
            const utimbuf past{1000000000, 1000000000};
            REQUIRE(::utime(entry.path().c_str(), &past) == 0);
        }
    const auto resumed = run_inside(command);
    INFO(resumed.err);
    CHECK(resumed.code == 0);
    CHECK(load(c.path("out/a.wav")) == first);
    CHECK(fs::last_write_time(c.path("out/a.wav")) == first_time);
    const auto all = files_below(c.path("out"));
    CHECK(all.size() == 12);  // a master and a report each
    CHECK(std::none_of(all.begin(), all.end(), [](const std::string& name) { return name.starts_with('.'); }));
}

TEST_CASE("only what nobody holds counts as left behind", "[cli][batch][resume]") {
    const TemporaryDirectory directory;
    const auto held = need(TemporaryFile::beside(directory / "held.wav"));
    write_text_file((directory / ".dead.burnish-1-abc.wav").string(), "x");
    write_text_file((directory / ".young.burnish-2-abc.wav").string(), "x");
    write_text_file((directory / ".else.wav").string(), "x");
    const utimbuf past{1000000000, 1000000000};
    for (const auto& path : {held.path(), directory / ".dead.burnish-1-abc.wav", directory / ".else.wav"})
        REQUIRE(::utime(path.c_str(), &past) == 0);
    CHECK(remove_abandoned_files(directory / "") == 1);
    CHECK(directory.names().size() == 3);
    CHECK(fs::exists(held.path()));
}

TEST_CASE("two processes on one folder do every track once, and whole", "[cli][batch][resume]") {
    const Collection c;
    const std::vector<std::string> command{"master", c.path("in"),      "-o",          c.path("out/"), "--jobs",
                                           "2",      "--skip-existing", "--predictor", "rules",        "--json-lines"};
    RunningProgram one(command);
    RunningProgram two(command);
    const auto first = one.wait();
    const auto second = two.wait();
    INFO(first.err << second.err);
    CHECK(first.code == 0);
    CHECK(second.code == 0);
    CHECK(files_below(c.path("out")).size() == 3);
    const auto of_one = lines_of(first.out);
    const auto of_two = lines_of(second.out);
    REQUIRE(of_one.size() == 3);
    REQUIRE(of_two.size() == 3);
    // For each track exactly one of the two has written the file that is there.
    for (std::size_t i = 0; i < 3; ++i) CHECK((of_one[i]["status"] == "skipped") != (of_two[i]["status"] == "skipped"));
    REQUIRE(c.master({c.path("in"), "-o", c.path("alone/")}).code == 0);
    for (const auto& name : files_below(c.path("alone")))
        CHECK(load(c.path("alone/" + name)) == load(c.path("out/" + name)));
}

TEST_CASE("flags of a batch that contradict each other are told", "[cli][batch]") {
    CHECK_THAT(run_inside({"master", "a.wav", "-o", "b/", "-f", "--skip-existing"}).err,
               Contains("-f and --skip-existing"));
    CHECK_THAT(run_inside({"master", "a.wav", "-o", "b/", "--json", "--json-lines"}).err,
               Contains("--json and --json-lines"));
}

}  // namespace burnish::test
