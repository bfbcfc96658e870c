#include "mastering/master_warnings.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "core/decibels.h"

namespace burnish {

namespace {

std::string two_decimals(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f", value);
    return text.data();
}

}  // namespace

void note_what_encoding_moved(MasterReport& report) {
    const bool met = report.target.normalize && report.status == MasterStatus::done;
    if (!met || report.before.integrated_lufs <= silence_db) return;
    if (std::abs(report.after->integrated_lufs - report.target.loudness_lufs) <= 0.05) return;
    report.status = MasterStatus::limited;
    report.reason = "the written file measures " + two_decimals(report.after->integrated_lufs) + " LUFS, " +
                    two_decimals(report.target.loudness_lufs) + " LUFS were reached before encoding";
}

void add_warnings(MasterReport& report, const MasterRequest& request, std::int64_t clipped_frames) {
    const auto& before = report.before;
    auto& warnings = report.warnings;
    if (request.target.normalize && before.integrated_lufs <= silence_db)
        warnings.push_back(before.sample_peak_db <= silence_db
                               ? "the track is silent: its level is left as it is"
                               : "the track is too short or too quiet to have a loudness (400 ms above -70 LUFS): its "
                                 "level is left as it is");
    if (before.clipped_runs > 0)
        warnings.push_back(request.source_is_mix
                               ? "the sum has flat peaks: a stem was clipped before it came here; burnish analyze "
                                 "--advice on the stems tells which"
                               : "the source is clipped in " + std::to_string(static_cast<long>(before.clipped_runs)) +
                                     (before.clipped_runs == 1.0 ? " place" : " places") +
                                     ": ask for a mix with headroom");
    if (clipped_frames > 0)
        warnings.push_back(std::to_string(clipped_frames) +
                           " frames were beyond full scale and are cut off at it: only " +
                           "32-bit floating point can hold them");
    if (!report.after) return;
    if (report.after->true_peak_dbtp > request.target.ceiling_dbtp + 0.05 && request.target.limit_peaks)
        warnings.push_back(
            "the written file's true peak is " + two_decimals(report.after->true_peak_dbtp) +
            " dBTP, above the ceiling: encoding may have moved the peaks; lower the ceiling to compensate");
    else if (!request.target.limit_peaks && report.after->true_peak_dbtp > request.target.ceiling_dbtp)
        warnings.push_back("the true peak of " + two_decimals(report.after->true_peak_dbtp) +
                           " dBTP is left as it is, since nothing was asked to change");
}

}  // namespace burnish
