#include "mastering/adaptive_master.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_audio.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;

namespace {

/// A master of three seconds of music, audited by what `audit` makes of each attempt.
struct Bench {
    Bench() {
        request.target.loudness_lufs = -12.0;
        request.predictor = [](const TrackAnalysis&, const Target&) { return Prediction{}; };
    }
    MasterRequest request;
    MemoryDelivery delivery{2, 44100.0};

    Result<MasterReport> make(const Audit& audit) {
        MemorySource source(toy_music(3.0, 44100.0), 44100.0);
        return master_adaptively(source, request, memory_services(), delivery, audit, {});
    }
};

}  // namespace

TEST_CASE("what misses nothing is made once", "[mastering][adaptive]") {
    Bench bench;
    const auto report = bench.make([](MasterReport&) -> Result<Miss> { return Miss{}; });
    REQUIRE(report.ok());
    CHECK(report->attempts == 1);
    CHECK(report->aimed_ceiling_dbtp == -1.0);
}

// A made-up codec that lifts peaks by 1.3 dB: one more master, below by that and a margin, is enough.
TEST_CASE("the ceiling comes down by what a codec adds", "[mastering][adaptive]") {
    Bench bench;
    const auto report = bench.make([](MasterReport& r) -> Result<Miss> {
        return Miss{.peak_db = r.after->true_peak_dbtp + 1.3 + 1.0, .what = "after it"};
    });
    REQUIRE(report.ok());
    CHECK(report->attempts == 2);
    CHECK(report->after->true_peak_dbtp + 1.3 <= -1.0);
    CHECK(report->aimed_ceiling_dbtp == Approx(-2.35).margin(0.1));
    CHECK(report->status == MasterStatus::done);
    CHECK(report->target.ceiling_dbtp == -1.0);  // what was asked for
    CHECK(report->after->integrated_lufs == Approx(-12.0).margin(0.05));
}

TEST_CASE("what no ceiling helps ends after five masters, with the reason", "[mastering][adaptive]") {
    Bench bench;
    int made = 0;
    const auto report = bench.make([&](MasterReport&) -> Result<Miss> {
        ++made;
        return Miss{.peak_db = 0.8, .what = "after it"};
    });
    REQUIRE(report.ok());
    CHECK(made == adaptive_attempts);
    CHECK(report->status == MasterStatus::limited);
    CHECK_THAT(report->reason, Contains("0.80 dB too high after it"));
    CHECK(report->aimed_ceiling_dbtp >= adaptive_floor_dbtp);
}

TEST_CASE("the ceiling goes no lower than its floor, and then no further master is made", "[mastering][adaptive]") {
    Bench bench;
    const auto report =
        bench.make([](MasterReport&) -> Result<Miss> { return Miss{.peak_db = 9.0, .what = "after it"}; });
    REQUIRE(report.ok());
    CHECK(report->attempts == 2);
    CHECK(report->aimed_ceiling_dbtp == adaptive_floor_dbtp);
}

TEST_CASE("loudness that a codec takes is made up for", "[mastering][adaptive]") {
    Bench bench;
    const auto report = bench.make(
        [](MasterReport& r) -> Result<Miss> { return Miss{.loudness_lu = -12.0 - (r.after->integrated_lufs - 0.4)}; });
    REQUIRE(report.ok());
    CHECK(report->attempts == 2);
    CHECK(report->after->integrated_lufs == Approx(-11.6).margin(0.05));
}

TEST_CASE("where no limiting is wanted, the whole comes down", "[mastering][adaptive]") {
    Bench bench;
    bench.request.target.normalize = false;
    bench.request.target.ceiling_dbtp = -12.0;
    const auto report = bench.make(
        [](MasterReport& r) -> Result<Miss> { return Miss{.unwanted_limiting_db = r.level.reduction_max_db}; });
    REQUIRE(report.ok());
    CHECK(report->attempts > 1);
    CHECK(report->settings.limiter.high_cut_hz == 0.0);
    CHECK(report->level.reduction_max_db == 0.0);
    CHECK(report->after->true_peak_dbtp <= -12.0);
    CHECK(report->after->true_peak_dbtp > -12.5);
}

TEST_CASE("an audit that fails or is stopped ends it", "[mastering][adaptive]") {
    Bench bench;
    const auto report = bench.make([](MasterReport&) -> Result<Miss> { return Error{ErrorCode::canceled, "stopped"}; });
    REQUIRE_FALSE(report.ok());
    CHECK(report.error().code == ErrorCode::canceled);
}

}  // namespace burnish::test
