#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "core/decibels.h"
#include "mastering/level_desk.h"
#include "mastering/level_solver.h"
#include "mastering/prefetched_source.h"
#include "tests/support/memory_audio.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"
#include "tests/support/thinned.h"
#include "tests/support/worst_peaks.h"

namespace burnish::test {
namespace {

constexpr double rate_hz = 44100.0;

const auto no_tick = [](std::int64_t) { return true; };

/// Music of 20 s with a quiet part, so that gates and releases have something to do.
AudioBuffer programme(unsigned seed = 1, double sample_rate_hz = rate_hz, int channels = 2) {
    auto audio = toy_music(20.0, sample_rate_hz, channels, seed);
    const auto second = static_cast<int>(sample_rate_hz);
    for (int c = 0; c < channels; ++c)
        for (int n = 6 * second; n < 9 * second; ++n) audio.channel(c)[n] *= 0.05F;
    return audio;
}

LimiterSettings limiter_with(double drive_db, std::size_t mode = 0) {
    return {.drive_db = drive_db,
            .ceiling_dbtp = -1.0,
            .lookahead_ms = limiter_modes[mode].lookahead_ms,
            .hold_ms = limiter_modes[mode].hold_ms,
            .release_ms = limiter_modes[mode].release_ms,
            .slow_release_ms = limiter_modes[mode].slow_release_ms};
}

struct Guess {
    double lufs = -18.0;
    double dbtp = 0.0;
};

LevelSolution solved(LevelDesk& desk, AudioSource& source, const Target& target, const Guess& guess = {},
                     const ChainSettings& settings = {}, const Patch& patch = {}) {
    const LevelTask task{.programme = source,
                         .target = target,
                         .settings = settings,
                         .patch = patch,
                         .expected_lufs = guess.lufs,
                         .expected_dbtp = guess.dbtp};
    const auto solution = solve_level(desk, task, [](double) { return true; });
    REQUIRE(solution.ok());
    return *solution;
}

}  // namespace

TEST_CASE("the model tells what a pass would give", "[mastering][level]") {
    struct Case {
        double rate_hz;
        int channels;
        unsigned seed;
    };
    for (const auto& [source_rate_hz, channels, seed] :
         {Case{44100.0, 2, 1U}, Case{44100.0, 2, 2U}, Case{44100.0, 1, 1U}, Case{8000.0, 2, 1U}, Case{8000.0, 1, 2U},
          Case{96000.0, 2, 1U}, Case{96000.0, 1, 2U}}) {
        MemorySource source(programme(seed, source_rate_hz, channels), source_rate_hz);
        const auto services = memory_services();
        LevelDesk desk(services, true);
        REQUIRE(desk.load(source, {.high_cut_hz = std::min(20000.0, 0.447 * source_rate_hz)}, no_tick).ok());
        for (std::size_t mode = 0; mode < limiter_modes.size(); ++mode)
            for (const double drive_db : {0.0, 4.0, 8.0, 12.0}) {
                INFO(source_rate_hz << " Hz, " << channels << " channels, " << limiter_modes[mode].name << " with "
                                    << drive_db << " dB of drive");
                const auto settings = limiter_with(drive_db, mode);
                const auto estimated = desk.estimate(settings, {});
                const auto passed = desk.pass(settings, nullptr, no_tick);
                REQUIRE(estimated.ok());
                REQUIRE(passed.ok());
                CHECK(estimated->integrated_lufs == Approx(passed->integrated_lufs).margin(0.1));
                CHECK(estimated->reduction_p95_db == Approx(passed->reduction_p95_db).margin(0.25));
            }
    }
}

TEST_CASE("true peaks may be inexact where they do not matter", "[mastering][level]") {
    MemorySource source(programme(), rate_hz);
    const auto services = memory_services();
    LevelDesk exact(services, true);
    REQUIRE(exact.load(source, {.high_cut_hz = 20000.0}, no_tick).ok());
    const double peak_dbtp = exact.true_peak_dbtp();
    LevelDesk gated(services, true);
    REQUIRE(gated.load(source, {.high_cut_hz = 20000.0, .peaks_above_dbtp = peak_dbtp - 1.0}, no_tick).ok());
    CHECK(gated.true_peak_dbtp() == exact.true_peak_dbtp());

    AudioBuffer from_exact(2, 20 * 44100);
    AudioBuffer from_gated(2, 20 * 44100);
    const auto limited = [](LevelDesk& desk, double drive_db, AudioBuffer& into) {
        int done = 0;
        const auto keep = [&](AudioView block) {
            copy(ConstAudioView(block), into.view().part(done, block.frames()));
            done += block.frames();
            return success();
        };
        const auto pass = desk.pass(limiter_with(drive_db), keep, no_tick);
        REQUIRE(pass.ok());
        return pass->reduction_max_db;
    };
    const auto same = [&] {
        return std::memcmp(from_exact.channel(0).data(), from_gated.channel(0).data(),
                           from_exact.channel(0).size_bytes()) == 0;
    };
    const auto drive_for = [&](double threshold_dbtp) { return -1.0 - LimiterGain::safety_db - threshold_dbtp; };
    CHECK(limited(exact, drive_for(peak_dbtp - 0.9), from_exact) > 0.5);
    limited(gated, drive_for(peak_dbtp - 0.9), from_gated);
    CHECK(same());
    // More drive needs more peaks.
    REQUIRE(gated.find_peaks(peak_dbtp - 7.0, no_tick).ok());
    CHECK(gated.peaks_above_dbtp() == peak_dbtp - 7.0);
    CHECK(limited(exact, drive_for(peak_dbtp - 6.9), from_exact) > 4.0);
    limited(gated, drive_for(peak_dbtp - 6.9), from_gated);
    CHECK(same());
}

TEST_CASE("what a clipper would take off is known before it runs", "[mastering][level]") {
    MemorySource source(programme(), rate_hz);
    const auto services = memory_services();
    LevelDesk unclipped(services, true);
    REQUIRE(unclipped.load(source, {}, no_tick).ok());
    for (const double below_peak_db : {1.5, 4.0, 8.0}) {
        const double threshold_db = unclipped.true_peak_dbtp() - below_peak_db;
        INFO("threshold " << threshold_db << " dBFS");
        const SoftClipper::Settings clipper{.threshold_db = threshold_db};
        LevelDesk clipped(services, true);
        REQUIRE(clipped.load(source, {.clipper = clipper}, no_tick).ok());
        REQUIRE(clipped.clipped_db() > -80.0);
        CHECK(unclipped.forecast_clipped_db(clipper) == Approx(clipped.clipped_db()).margin(0.75));
    }
    CHECK(unclipped.forecast_clipped_db({}) == silence_db);
}

TEST_CASE("the solver keeps to its budgets and uses them, in few passes", "[mastering][level]") {
    const ChainSettings settings;
    const Patch patch;
    for (const unsigned seed : thinned({1U, 2U, 3U}))
        for (const double target_lufs : {-16.0, -12.0, -9.0, -7.0, -5.0}) {
            INFO("seed " << seed << ", " << target_lufs << " LUFS");
            MemorySource source(programme(seed), rate_hz);
            const auto services = memory_services();
            LevelDesk desk(services, true);
            Target target;
            target.loudness_lufs = target_lufs;
            // A guess that is far off must cost time, not quality.
            const auto solution =
                solved(desk, source, target, {-30.0 + 10.0 * seed, -20.0 + 7.0 * seed}, settings, patch);
            CHECK(solution.report.passes <= 6);
            CHECK(solution.report.reduction_p95_db <= target.reduction_budget_db);
            CHECK(solution.report.clipped_db <= target.clipping_budget_db);
            if (!solution.limited) {
                CHECK(solution.report.achieved_lufs == Approx(target_lufs).margin(0.05));
            } else {
                CHECK(solution.report.achieved_lufs < target_lufs - 0.05);
                CHECK(solution.report.reduction_p95_db > target.reduction_budget_db - 0.2);
                CHECK(solution.report.clipped_db > target.clipping_budget_db - 1.0);
            }
        }
}

TEST_CASE("no more is clipped than the loudness needs", "[mastering][level]") {
    const ChainSettings settings;
    const Patch patch;
    MemorySource source(programme(), rate_hz);
    const auto services = memory_services();
    LevelDesk desk(services, true);
    const auto solve = [&](double target_lufs) {
        Target target;
        target.loudness_lufs = target_lufs;
        const auto solution = solved(desk, source, target, {-18.0, 0.0}, settings, patch);
        return solution;
    };
    const auto most = solve(-5.0);
    REQUIRE(most.limited);
    const auto without = solve(most.report.achieved_lufs - 3.0);
    CHECK(without.report.clipped_db == silence_db);
    const auto some = solve(most.report.achieved_lufs - 0.8);
    CHECK_FALSE(some.limited);
    CHECK(some.report.clipped_db < most.report.clipped_db - 1.0);
}

TEST_CASE("the smallest budgets end in a sensible level, in finite time", "[mastering][level]") {
    const ChainSettings settings;
    MemorySource source(programme(), rate_hz);
    const auto services = memory_services();
    for (const double budget_db : {0.0, 0.005, 0.1}) {
        INFO("budget " << budget_db << " dB");
        LevelDesk desk(services, true);
        Target target;
        target.loudness_lufs = -5.0;
        target.reduction_budget_db = budget_db;
        Patch patch;
        REQUIRE(patch.pin("test", "clipper", "threshold_db", 24.0).ok());
        const auto solution = solved(desk, source, target, {-18.0, 0.0}, settings, patch);
        CHECK(solution.limited);
        // Some peaks may go beyond: only 95 % of the frames have to stay within.
        CHECK(desk.true_peak_dbtp() + solution.report.drive_db > -1.1);
        CHECK(desk.true_peak_dbtp() + solution.report.drive_db < 8.0);
    }
}

TEST_CASE("a knee alone is no clipper", "[mastering][level]") {
    ChainSettings settings;
    settings.clipper.knee_db = 3.0;
    Patch patch;
    REQUIRE(patch.pin("test", "clipper", "knee_db", 3.0).ok());
    MemorySource source(programme(), rate_hz);
    const auto services = memory_services();
    LevelDesk desk(services, true);
    Target target;
    target.loudness_lufs = -5.0;
    const auto solution = solved(desk, source, target, {-18.0, 0.0}, settings, patch);
    CHECK(solution.clipper.knee_db == 3.0);
    CHECK(solution.report.clipped_db <= target.clipping_budget_db);
    CHECK(solution.report.clipped_db > target.clipping_budget_db - 1.5);
}

// The rendered programme may be far quieter than its source: then true peaks matter where the guess said they would
// not. Here only they do: at a sixth of the rate the samples stay 1.25 dB below the crests, and below the ceiling.
TEST_CASE("the ceiling holds however wrong the guess was", "[mastering][level]") {
    auto tone = sine(rate_hz / 6.0, 0.1, 6.0, rate_hz);
    constexpr int fade = 4096;  // a hard start would have peaks of its own
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < fade; ++n) {
            const auto gain = static_cast<float>(n) / fade;
            tone.channel(c)[n] *= gain;
            tone.channel(c)[tone.frames() - 1 - n] *= gain;
        }
    const auto audio = in_silence(tone);
    const auto services = memory_services();
    // The first guess makes a drive look small, and the peaks too low to be limited at it.
    for (const Guess& guess : thinned({Guess{-60.0, -60.0}, Guess{-2.0, -2.0}, Guess{-2.0, -30.0}})) {
        INFO("guess " << guess.lufs << " LUFS, " << guess.dbtp << " dBTP");
        MemorySource source(audio, rate_hz);
        LevelDesk desk(services, true);
        REQUIRE(desk.load(source, {}, no_tick).ok());
        REQUIRE(desk.true_peak_dbtp() == Approx(-20.0).margin(0.1));
        Target target;
        target.ceiling_dbtp = -12.0;
        target.loudness_lufs = desk.integrated_lufs() + 8.6;
        const auto solution = solved(desk, source, target, guess);
        AudioBuffer out(2, audio.frames());
        int done = 0;
        const auto keep = [&](AudioView block) {
            copy(ConstAudioView(block), out.view().part(done, block.frames()));
            done += block.frames();
            return success();
        };
        REQUIRE(desk.pass(solution.limiter, keep, no_tick).ok());
        CHECK(ebur128_reading(out, rate_hz).true_peak_dbtp <= -12.0);
    }
}

namespace {
/// Fails, or throws, once it has been read for a while.
class BreakingSource : public AudioSource {
public:
    explicit BreakingSource(bool throws) : throws_(throws) {}
    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Result<int> read(AudioView into) override {
        if (++reads_ < 8) return into.frames();
        if (throws_) throw std::length_error("too long");
        return Error{ErrorCode::input, "broken"};
    }
    [[nodiscard]] Status rewind() override {
        reads_ = 0;
        return success();
    }

private:
    bool throws_;
    int reads_ = 0;
    StreamInfo info_{rate_hz, 2, 1'000'000, 0};
};
}  // namespace

TEST_CASE("a source that is read ahead gives the same audio", "[mastering][prefetch]") {
    const auto audio = toy_music(3.0, rate_hz);
    MemorySource source(audio, rate_hz);
    PrefetchedSource ahead(source);
    for (const int block : {1000, 4096, 9999, 200'000}) {
        INFO("blocks of " << block);
        AudioBuffer read(2, audio.frames());
        int done = 0;
        while (done < audio.frames()) {
            const int wanted = std::min(block, audio.frames() - done);
            const auto got = ahead.read(read.view().part(done, wanted));
            REQUIRE(got.ok());
            REQUIRE(*got == wanted);
            done += *got;
        }
        AudioBuffer beyond(2, 100);
        for (int i = 0; i < 2; ++i) CHECK(*ahead.read(beyond.view()) == 0);
        for (const int c : {0, 1})
            CHECK(std::memcmp(read.channel(c).data(), audio.channel(c).data(), audio.channel(c).size_bytes()) == 0);
        REQUIRE(ahead.rewind().ok());
        // A rewind in the middle, and one before any reading.
        REQUIRE(ahead.read(beyond.view()).ok());
        REQUIRE(ahead.rewind().ok());
        REQUIRE(ahead.rewind().ok());
    }
}

TEST_CASE("a source that is read ahead hands on failures, again and again", "[mastering][prefetch]") {
    AudioBuffer block(2, 4096);
    const auto read_all = [&](PrefetchedSource& ahead) {
        auto got = ahead.read(block.view());
        while (got && *got > 0) got = ahead.read(block.view());
        return got;
    };
    BreakingSource broken(false);
    PrefetchedSource ahead(broken);
    for (int i = 0; i < 2; ++i) {
        CHECK(read_all(ahead).error().message == "broken");
        CHECK(ahead.read(block.view()).error().message == "broken");
        REQUIRE(ahead.rewind().ok());
    }
    BreakingSource throwing(true);
    PrefetchedSource throwing_ahead(throwing);
    CHECK_THROWS_AS(read_all(throwing_ahead), std::length_error);
}

}  // namespace burnish::test
