#include <catch2/catch.hpp>

#include <numbers>

#include "core/decibels.h"
#include "tests/mastering/mastered.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"
#include "tests/support/thinned.h"
#include "tests/support/worst_peaks.h"

// The ceiling of whole masters, every meter at once; what the limiter alone leaves between the meters' points the
// refinement takes down.

namespace burnish::test {
namespace {

const auto rates_hz = thinned({96000.0, 88200.0, 48000.0, 44100.0});
const auto drives_db = thinned({3.0, 6.0, 9.0, 12.0});
const auto modes = thinned(limiter_modes);

void check_ceiling(const AudioBuffer& written, double rate_hz) {
    CHECK(ebur128_reading(written, rate_hz).true_peak_dbtp <= -1.0);
    CHECK(true_peak_itu_dbtp(written) <= -1.0);
    CHECK(true_peak_32x_dbtp(written) <= -1.0 + 0.02);
    CHECK(true_peak_soxr_8x_dbtp(written) <= -1.0 + 0.05);
}

/// As it is delivered: dithered, and the noise moved up where the rate allows it.
MasterRequest driven_in_16_bits(double drive_db, const LimiterMode& mode) {
    auto request = driven(drive_db, mode);
    request.delivery_bits = 16;
    return request;
}

}  // namespace

TEST_CASE("a master holds the ceiling on the signals that break limiters", "[mastering][ceiling]") {
    for (const double rate_hz : rates_hz)
        for (const auto& signal : worst_peaks())
            for (const auto& mode : modes)
                for (const double drive_db : drives_db) {
                    INFO(signal.name << ", " << rate_hz << " Hz, " << mode.name << ", drive " << drive_db);
                    check_ceiling(run_master(in_silence(signal.make(rate_hz)), driven(drive_db, mode), rate_hz).audio,
                                  rate_hz);
                }
}

TEST_CASE("dither and its shaping leave the ceiling whole", "[mastering][ceiling]") {
    for (const double rate_hz : rates_hz)
        for (const auto& signal : worst_peaks())
            for (const auto& mode : modes) {
                INFO(signal.name << ", " << rate_hz << " Hz, " << mode.name);
                const auto [report, written] =
                    run_master(in_silence(signal.make(rate_hz)), driven_in_16_bits(12.0, mode), rate_hz);
                CHECK(report.settings.dither.bits == 16.0);
                CHECK(report.settings.dither.shaping == 1.0);
                check_ceiling(written, rate_hz);
            }
}

TEST_CASE("a file that starts and ends at full scale keeps the ceiling", "[mastering][ceiling]") {
    for (const double rate_hz : rates_hz)
        for (const auto& mode : modes)
            for (const double drive_db : drives_db) {
                INFO(rate_hz << " Hz, " << mode.name << ", drive " << drive_db);
                const auto full_scale = sine(997.0, 1.0, 0.3, rate_hz, 2, std::numbers::pi / 2);
                check_ceiling(in_silence(run_master(full_scale, driven(drive_db, mode), rate_hz).audio), rate_hz);
            }
}

TEST_CASE("files that break limiters keep the ceiling with no silence around them", "[mastering][ceiling]") {
    for (const double rate_hz : rates_hz)
        for (const auto& signal : worst_peaks())
            for (const auto& mode : modes) {
                INFO(signal.name << ", " << rate_hz << " Hz, " << mode.name);
                check_ceiling(
                    in_silence(run_master(signal.make(rate_hz), driven_in_16_bits(12.0, mode), rate_hz).audio),
                    rate_hz);
            }
}

// Nothing is left of it but its level: it has to come out at the ceiling, the right way up.
TEST_CASE("a file of one frame at full scale comes out at the ceiling", "[mastering][ceiling]") {
    for (const double rate_hz : rates_hz)
        for (const auto& mode : modes)
            for (const int channels : {1, 2})
                for (const float sign : {1.0F, -1.0F}) {
                    INFO(rate_hz << " Hz, " << mode.name << ", " << channels << " channels, sign " << sign);
                    AudioBuffer frame(channels, 1);
                    for (int c = 0; c < channels; ++c) frame.channel(c)[0] = c == 0 ? sign : -sign;
                    const auto written = run_master(frame, driven(12.0, mode), rate_hz).audio;
                    REQUIRE(written.frames() == 1);
                    check_ceiling(in_silence(written), rate_hz);
                    for (int c = 0; c < channels; ++c)
                        CHECK(gain_to_db(written.channel(c)[0] * frame.channel(c)[0]) == Approx(-1.0).margin(0.05));
                }
}

}  // namespace burnish::test
