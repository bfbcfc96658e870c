#include "mastering/adaptive_master.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace burnish {

namespace {

constexpr double peak_tolerance_db = 0.005;     // half of the last digit that is printed
constexpr double loudness_tolerance_lu = 0.05;  // the solver's own promise
constexpr double peak_margin_db = 0.05;         // a new master meets the codec with other samples

std::string decibels(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f", value);
    return text.data();
}

bool is_met(const Miss& miss) {
    return miss.peak_db <= peak_tolerance_db && std::abs(miss.loudness_lu) <= loudness_tolerance_lu &&
           miss.unwanted_limiting_db <= 0.0;
}

/// The next aim, or nothing if there is none that would do better.
/// @param asked  what was pinned before the first attempt: that is not touched
bool take_aim(const Miss& miss, const Patch& asked, MasterRequest& request, const MasterReport& report) {
    auto& offset = request.offset;
    const AimOffset before = offset;
    const auto& target = request.target;
    const bool may_lower = target.limit_peaks && !asked.pins("limiter", "ceiling_dbtp");
    if (may_lower && miss.peak_db > peak_tolerance_db) {
        const double lowest_db = std::min(0.0, adaptive_floor_dbtp - target.ceiling_dbtp);
        offset.ceiling_db = std::max(lowest_db, offset.ceiling_db - miss.peak_db - peak_margin_db);
    }
    // What the budgets do not allow is not asked for again.
    const bool may_move = target.normalize && report.level.achieved_lufs >=
                                                  target.loudness_lufs + offset.loudness_lu - loudness_tolerance_lu;
    if (may_move && std::abs(miss.loudness_lu) > loudness_tolerance_lu)
        offset.loudness_lu = std::clamp(offset.loudness_lu + miss.loudness_lu, -3.0, 3.0);
    if (miss.unwanted_limiting_db > 0.0 && !asked.pins("limiter", "drive_db")) {
        const double drive_db = report.settings.limiter.drive_db - miss.unwanted_limiting_db - peak_margin_db;
        // The high-cut that goes with limiting takes peaks away, too: without limiting it has no business here.
        if (!asked.pins("limiter", "high_cut_hz") &&
            !request.patch.pin("the target", "limiter", "high_cut_hz", 0.0).ok())
            return false;
        return request.patch.pin("the target", "limiter", "drive_db", drive_db).ok();
    }
    return offset.ceiling_db != before.ceiling_db || offset.loudness_lu != before.loudness_lu;
}

}  // namespace

Result<MasterReport> master_adaptively(AudioSource& source, MasterRequest request, const MasterServices& services,
                                       Delivery& delivery, const Audit& audit, const Progress& progress) {
    const Patch asked = request.patch;
    for (int attempt = 1;; ++attempt) {
        auto report = master(source, request, services, &delivery, progress);
        if (!report) return report;
        report->attempts = attempt;
        report->aimed_ceiling_dbtp = report->target.ceiling_dbtp + request.offset.ceiling_db;
        auto miss = audit(*report);
        if (!miss) return miss.error();
        const bool met = is_met(*miss);
        if (met && miss->loudness_is_means) {
            report->status = MasterStatus::done;
            report->reason.clear();
            report->target.loudness_lufs = report->after->integrated_lufs;
        }
        if (met || attempt == adaptive_attempts || !take_aim(*miss, asked, request, *report)) {
            if (miss->peak_db > peak_tolerance_db) {
                report->status = MasterStatus::limited;
                report->reason = "the true peak is " + decibels(miss->peak_db) + " dB too high " + miss->what +
                                 ", with the ceiling at " + decibels(report->aimed_ceiling_dbtp) + " dBTP already";
            }
            return report;
        }
        if (auto status = delivery.restart(); !status) return status.error();
    }
}

}  // namespace burnish
