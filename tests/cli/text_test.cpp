#include <atomic>
#include <catch2/catch.hpp>
#include <sstream>
#include <thread>

#include "cli/analysis_text.h"
#include "cli/batch.h"
#include "cli/number_format.h"
#include "cli/printable_text.h"
#include "cli/progress_bar.h"
#include "tests/cli/command_line.h"

namespace burnish::test {

using Catch::Matchers::Contains;

TEST_CASE("numbers are printed for people", "[cli][text]") {
    CHECK(fixed_text(-14.004, 2) == "-14.00");
    CHECK(fixed_text(-0.001, 2) == "0.00");
    CHECK(signed_text(0.03, 1) == "0.0");
    CHECK(signed_text(-0.03, 1) == "0.0");
    CHECK(signed_text(0.05, 2) == "+0.05");
    CHECK(signed_text(10.0, 1) == "+10.0");
    CHECK(signed_text(-10.0, 1) == "-10.0");
    CHECK(gain_text(0.03) == "0.0 dB");
    CHECK(gain_text(0.3) == "+0.3 dB");
    CHECK(fixed_text(1e300, 0).size() == 301);
    CHECK(duration_text(0.4) == "0:00");
    CHECK(duration_text(222.4) == "3:42");
    CHECK(duration_text(3723.0) == "1:02:03");
    CHECK(speed_text(100.0, 2.0) == "50");
    CHECK(speed_text(10.0, 2.0) == "5.0");
    CHECK(speed_text(1.0, 2.0) == "0.50");
}

TEST_CASE("names of files cannot play tricks on a terminal", "[cli][text]") {
    CHECK(printable("song.wav") == "song.wav");
    CHECK(printable("\x1b[2Jsong\r\a.wav") == "\\x1b[2Jsong\\x0d\\x07.wav");
    CHECK(printable("Dvo\xC5\x99\xC3\xA1k \xC2\x9B.wav") == "Dvo\xC5\x99\xC3\xA1k \\x9b.wav");  // an 8-bit escape
    std::ostringstream out;
    const Console console{.out = out, .err = out, .out_style = {}, .err_style = {}};
    console.error("\x1b]0;gotcha\a.wav: cannot be read");
    CHECK(out.str() == "error: \\x1b]0;gotcha\\x07.wav: cannot be read\n");
}

TEST_CASE("long lines go on below their text", "[cli][text]") {
    CHECK(wrapped("  --flag N   one two three four\n", 26) == "  --flag N   one two three\n             four\n");
    CHECK(wrapped("one two three\nfour", 8) == "one two\nthree\nfour");
    CHECK(wrapped("indivisible", 4) == "indivisible");
    for (const std::vector<std::string>& command : {std::vector<std::string>{},
                                                    {"analyze"},
                                                    {"master"},
                                                    {"mix"},
                                                    {"album"},
                                                    {"preview"},
                                                    {"presets"},
                                                    {"targets"},
                                                    {"check"},
                                                    {"devices"}}) {
        auto arguments = command;
        arguments.emplace_back("--help");
        std::istringstream help(run_inside(arguments).out);
        bool is_flag = false;
        for (std::string line; std::getline(help, line);) {
            INFO(line);
            CHECK(line.size() <= 80);
            if (line.empty() || !line.starts_with(' ')) is_flag = line == "Options:";
            // Beside a flag stands its description, or nothing; below it, what its column goes on with.
            if (is_flag && line.starts_with("  ") && line[2] != '-') CHECK(line.find_first_not_of(' ') == help_column);
        }
    }
}

TEST_CASE("a progress line fits the terminal", "[cli][progress]") {
    // Half of 60 s done in 3 s: ten times real time, as long again to go.
    const ProgressView view{.what = "mastering", .fraction = 0.5, .audio_s = 30.0, .elapsed_s = 3.0};
    TextStyle style{.colors = false, .unicode = false, .columns = 100};
    CHECK_THAT(progress_line(view, style), Contains("mastering") && Contains("##--") && Contains(" 50 %") &&
                                               Contains("10 x real time") && Contains("0:03 left"));
    for (const int columns : {100, 60, 40, 20, 1}) {
        style.columns = columns;
        CHECK(static_cast<int>(progress_line(view, style).size()) < columns);
    }
    CHECK_THAT(progress_line({.what = "analyzing", .fraction = 0.0, .audio_s = 0.0, .elapsed_s = 0.1}, {}),
               !Contains("left"));
}

TEST_CASE("the progress bar is silent where there is no terminal, and wiped before text", "[cli][progress]") {
    std::ostringstream out;
    std::ostringstream err;
    Console console{.out = out, .err = err, .out_style = {}, .err_style = {}, .shows_progress = false};
    {
        ProgressBar bar(console, true, 1);
        bar.update(0, "mastering", 0.5, 10.0);
    }
    CHECK(err.str().empty());
    console.shows_progress = true;
    {
        ProgressBar bar(console, true, 1);
        bar.update(0, "mastering", 0.5, 10.0);
        CHECK_THAT(err.str(), Contains("mastering"));
        bar.print([&] { err << "text"; });
    }
    const std::string wiped_then_text = "\r\033[Ktext";
    CHECK(err.str().substr(err.str().size() - wiped_then_text.size()) == wiped_then_text);
    err.str("");
    ProgressBar(console, false, 1).update(0, "mastering", 0.5, 10.0);
    CHECK(err.str().empty());
}

TEST_CASE("a spectrum chart is as high as its levels", "[cli][text]") {
    // 48 dB in 8 rows: 0 dB fills a column, -24 dB half of it, -60 dB nothing.
    const std::vector<double> centres{25.0, 31.5, 40.0};
    const std::vector<double> levels{0.0, -24.0, -60.0};
    std::istringstream chart(spectrum_chart(centres, levels, {}));
    std::vector<int> filled(3);
    std::string line;
    for (int row = 0; row < 8 && std::getline(chart, line); ++row)
        for (std::size_t i = 0; i < 3; ++i) filled[i] += line.size() > 9 + 2 * i && line[9 + 2 * i] == '#' ? 1 : 0;
    CHECK(filled == std::vector<int>{8, 4, 0});
    std::getline(chart, line);
    CHECK_THAT(line, Contains("32 Hz"));
}

TEST_CASE("a batch does every job once and finishes in order", "[cli][batch]") {
    for (const int workers : {1, 2, 5, 100}) {
        constexpr int count = 20;
        std::vector<std::atomic<int>> done(count);
        std::vector<int> finished;
        run_batch(
            count, workers,
            [&](int i) {
                if (i % 3 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
                ++done[i];
            },
            [&](int i) {
                CHECK(done[i] == 1);
                finished.push_back(i);
            });
        REQUIRE(finished.size() == count);
        for (int i = 0; i < count; ++i) CHECK(finished[i] == i);
    }
    CHECK(available_cores() >= 1);
}

}  // namespace burnish::test
