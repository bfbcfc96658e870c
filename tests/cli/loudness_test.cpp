#include <catch2/catch.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "io/audio_file.h"
#include "tests/cli/command_line.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"

// How loud masters become, by libebur128 on the written file.

namespace burnish::test {

using Catch::Matchers::Contains;

namespace {

struct LoudMaster {
    nlohmann::json report;
    Ebur128Reading written;  ///< of the file
};

LoudMaster loud_master(const AudioBuffer& mix, double target_lufs, const std::vector<std::string>& flags,
                       double rate_hz = 44100.0) {
    const TemporaryDirectory directory;
    const auto in = (directory / "in.wav").string();
    const auto out = (directory / "out.wav").string();
    write_wav(in, mix, static_cast<int>(rate_hz));
    std::vector<std::string> arguments{"master", in, "-o", out, "--loudness", std::to_string(target_lufs), "--json"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const auto result = run_inside(arguments);
    INFO(result.err);
    REQUIRE(result.code == 0);
    return {nlohmann::json::parse(result.out), ebur128_reading(read_all(*need(open_audio(out))), rate_hz)};
}

/// The ceiling is kept and reached, both budgets are kept, and it took no more passes than it may.
void check_peaks_and_budgets(const LoudMaster& master) {
    CHECK(master.written.true_peak_dbtp <= -1.0);
    CHECK(master.written.true_peak_dbtp > -1.1);
    const auto& level = master.report["level"];
    CHECK(level["passes"].get<int>() <= 6);
    CHECK(level["reduction_p95_db"].get<double>() <= 6.0);
    CHECK(level["clipped_db"].get<double>() <= -30.0);
}

/// It ended below its target, says how far, and has used both budgets.
void check_limited(const LoudMaster& master, double target_lufs) {
    CHECK(master.report["status"] == "limited");
    const auto& level = master.report["level"];
    const double achieved_lufs = level["achieved_lufs"];
    CHECK(achieved_lufs < target_lufs - 0.05);
    CHECK(master.written.integrated_lufs == Approx(achieved_lufs).margin(0.05));
    CHECK(level["reduction_p95_db"].get<double>() == Approx(5.9).margin(0.1));
    CHECK(level["clipped_db"].get<double>() == Approx(-30.5).margin(0.5));
    CHECK_THAT(master.report["reason"].get<std::string>(), Contains("LUFS reached of"));
}

}  // namespace

TEST_CASE("the loudness is met in six passes at most, at every word length and rate", "[cli][master][loud]") {
    for (const double rate_hz : {44100.0, 48000.0, 88200.0, 96000.0}) {
        const auto mix = toy_music(8.0, rate_hz);
        for (const std::string depth : {"16", "24"})
            for (const double target_lufs : {-14.0, -11.0}) {
                INFO(target_lufs << " LUFS, " << depth << " bits, " << rate_hz << " Hz");
                const auto [report, written] =
                    loud_master(mix, target_lufs, {"--bit-depth", depth, "--limiter", "loud"}, rate_hz);
                CHECK(report["status"] == "done");
                CHECK(report["level"]["passes"].get<int>() <= 6);
                CHECK(written.integrated_lufs == Approx(target_lufs).margin(0.05));
                CHECK(written.true_peak_dbtp <= -1.0);
            }
    }
}

// Nothing but the level is touched here: a treatment that brightens the hits asks for a little more than the budgets
// have.
TEST_CASE("drums and bass become as loud as was asked, within both budgets", "[cli][master][loud]") {
    const auto mix = drums_and_bass(0.21, 12.0, 44100.0);
    for (const std::string depth : {"16", "24"})
        for (const double target_lufs : {-9.0, -7.0}) {
            INFO(target_lufs << " LUFS, " << depth << " bits");
            const auto made = loud_master(mix, target_lufs, {"--intensity", "0", "--bit-depth", depth, "--strict"});
            CHECK(made.report["before"]["plr_db"].get<double>() == Approx(14.5).margin(0.3));
            CHECK(made.report["status"] == "done");
            CHECK(made.written.integrated_lufs == Approx(target_lufs).margin(0.05));
            check_peaks_and_budgets(made);
            if (target_lufs == -7.0)
                CHECK(made.report["level"]["clipped_db"].get<double>() > -45.0);  // not without the clipper
        }
}

// The bass carries the loudness: with more of it under the same hits -7 LUFS is reached; with less of it, or with hits
// that follow each other faster, both budgets end before.
TEST_CASE("of other grooves, basses and rates each becomes as loud as its budgets let it", "[cli][master][loud]") {
    const Groove fast{.beats_per_minute = 174.0, .kick = "x.x..xx.", .snare = "..x...x."};
    const Groove slow{.beats_per_minute = 92.0, .kick = "x..xx...", .snare = "....x..."};
    struct Row {
        const char* name;
        double bass_amplitude;
        Groove groove;
        double rate_hz;
        double target_lufs;
        bool reached;
    };
    for (const auto& row : {
             Row{"little bass", 0.15, {}, 44100.0, -8.7, true},
             Row{"little bass", 0.15, {}, 44100.0, -7.0, false},
             Row{"much bass", 0.3, {}, 44100.0, -7.0, true},
             Row{"same bass", 0.21, {}, 48000.0, -9.0, true},
             Row{"same bass", 0.21, {}, 48000.0, -7.0, true},
             Row{"same bass", 0.21, {}, 96000.0, -7.0, true},
             Row{"fast", 0.21, fast, 44100.0, -9.0, true},
             Row{"fast", 0.21, fast, 48000.0, -7.0, false},
             Row{"slow", 0.21, slow, 44100.0, -9.0, true},
             Row{"slow", 0.21, slow, 96000.0, -7.0, true},
         }) {
        INFO(row.name << ", bass " << row.bass_amplitude << ", " << row.rate_hz << " Hz, " << row.target_lufs
                      << " LUFS");
        const auto mix = drums_and_bass(row.bass_amplitude, 12.0, row.rate_hz, row.groove);
        const auto made = loud_master(mix, row.target_lufs, {"--intensity", "0", "--bit-depth", "16"}, row.rate_hz);
        INFO(made.report["level"]);
        CHECK(made.report["before"]["plr_db"].get<double>() > 12.0);  // as drum-heavy as that
        check_peaks_and_budgets(made);
        if (row.reached) {
            CHECK(made.report["status"] == "done");
            CHECK(made.written.integrated_lufs == Approx(row.target_lufs).margin(0.05));
        } else {
            check_limited(made, row.target_lufs);
        }
    }
}

// The model by which the clipper is set may be wrong by some hundredths: what is missing then has to come from the
// clipper once more, for most of its budget is left.
TEST_CASE("just beyond the limiter's own reach a target is met as well", "[cli][master][loud]") {
    for (const auto& [bass_amplitude, target_lufs] :
         {std::pair{0.15, -9.0}, {0.15, -8.9}, {0.17, -8.5}, {0.17, -8.4}}) {
        INFO("bass " << bass_amplitude << ", " << target_lufs << " LUFS");
        const auto made = loud_master(drums_and_bass(bass_amplitude, 12.0, 44100.0), target_lufs, {"--intensity", "0"});
        CHECK(made.report["status"] == "done");
        check_peaks_and_budgets(made);
        CHECK(made.written.integrated_lufs == Approx(target_lufs).margin(0.05));
    }
}

// What a treatment does to the hits decides whether the budgets last; the report has to say which it was.
TEST_CASE("treated as usual, drums and bass are as loud as asked or said to be limited", "[cli][master][loud]") {
    const auto mix = drums_and_bass(0.21, 12.0, 44100.0);
    for (const double target_lufs : {-9.0, -7.0}) {
        INFO(target_lufs << " LUFS");
        const auto made = loud_master(mix, target_lufs, {});
        INFO(made.report["level"]);
        check_peaks_and_budgets(made);
        if (made.report["status"] == "done")
            CHECK(made.written.integrated_lufs == Approx(target_lufs).margin(0.05));
        else
            check_limited(made, target_lufs);
    }
}

// Drums alone have no loudness between the hits; rumble has none that a meter hears: BS.1770 takes 10 dB off at 30 Hz.
TEST_CASE("what cannot be loud ends below its target, says so, and has used both budgets", "[cli][master][loud]") {
    const auto drums = drums_and_bass(0.0, 12.0, 44100.0);
    AudioBuffer rumble = white_noise(1.0, 12.0, 44100.0);
    for (int c = 0; c < 2; ++c)
        for (double state[4] = {}; float& sample : rumble.channel(c)) {
            double value = sample;
            for (double& pole : state) value = pole += 0.004 * (value - pole);  // 28 Hz
            sample = std::clamp(static_cast<float>(25.0 * value), -0.9F, 0.9F);
        }
    for (const bool is_rumble : {false, true}) {
        INFO((is_rumble ? "rumble" : "drums"));
        const auto made = loud_master(is_rumble ? rumble : drums, -7.0, {"--intensity", "0"});
        check_limited(made, -7.0);
        CHECK(made.written.true_peak_dbtp <= -1.0);
        CHECK(made.written.true_peak_dbtp > -1.1);
    }
    // Noise whose crests are gone already is loud as it is: at full scale it would read 0 LUFS or so.
    auto dense = white_noise(1.0, 6.0, 44100.0);
    for (int c = 0; c < 2; ++c)
        for (float& sample : dense.channel(c)) sample = std::clamp(4.0F * sample, -0.5F, 0.5F);
    CHECK(loud_master(dense, -7.0, {"--intensity", "0"}).report["status"] == "done");
}

}  // namespace burnish::test
