#include "mastering/drive_planner.h"

#include <algorithm>

namespace burnish {

namespace {
constexpr double lowest_drive_db = limiter_params[0].min;
constexpr double highest_drive_db = limiter_params[0].max;
static_assert(limiter_params[0].name == "drive_db");
}  // namespace

double drive_in_range(double drive_db) noexcept { return std::clamp(drive_db, lowest_drive_db, highest_drive_db); }

Result<DrivePoint> DrivePlanner::estimate(LimiterSettings limiter, double drive_db, const ModelError& error,
                                          const SoftClipper::Settings& clipper) {
    limiter.drive_db = drive_db;
    auto pass = desk_->estimate(limiter, clipper);
    if (!pass) return pass.error();
    pass->integrated_lufs += error.loudness_lu;
    if (pass->reduction_p95_db > 0.0)
        pass->reduction_p95_db = std::max(0.0, pass->reduction_p95_db + error.reduction_db);
    return DrivePoint{drive_db, *pass};
}

Status DrivePlanner::learn(const LimiterSettings& limiter, const DrivePoint& found) {
    const auto expected = estimate(limiter, found.drive_db, {}, {});
    if (!expected) return expected.error();
    error_ = {.loudness_lu = found.pass.integrated_lufs - expected->pass.integrated_lufs,
              .reduction_db = found.pass.reduction_p95_db - expected->pass.reduction_p95_db};
    return success();
}

// Room left never rises with the drive; the highest drive that leaves some is bracketed from the last plan outwards and
// then found by false position, with the bisection that keeps a crooked curve from holding one end for ever (Illinois).
Result<DrivePoint> DrivePlanner::plan(const LimiterSettings& limiter, double budget_db,
                                      const SoftClipper::Settings& clipper) {
    constexpr double enough_lu = 0.004;
    constexpr double enough_db = 0.005;
    constexpr double usual_slope = 0.7;
    constexpr int max_steps = 40;
    const auto room = [&](const DrivePoint& point) {
        return std::min(-error_lu(point), std::max(0.0, budget_db) - point.pass.reduction_p95_db);
    };
    const auto try_model = [&](double drive_db) {
        return estimate(limiter, drive_in_range(drive_db), error_, clipper);
    };
    auto low = try_model(last_planned_db_);
    if (!low) return low;
    auto high = low;
    double step_db = std::max(std::abs(room(*low)) / usual_slope, 0.01);
    for (; room(*low) < 0.0 && low->drive_db > lowest_drive_db; step_db *= 1.5) {
        high = low;
        low = try_model(low->drive_db - step_db);
        if (!low) return low;
    }
    for (; room(*high) >= 0.0 && high->drive_db < highest_drive_db; step_db *= 1.5) {
        low = high;
        high = try_model(high->drive_db + step_db);
        if (!high) return high;
    }
    double low_room = room(*low);
    double high_room = room(*high);
    if (high_room >= 0.0 || low_room < 0.0)
        return high_room >= 0.0 ? high : low;  // no drive is enough, or any too much
    for (int i = 0; i < max_steps && high->drive_db - low->drive_db > enough_db && -error_lu(*low) > enough_lu; ++i) {
        const double share = low_room > 0.0 ? std::clamp(low_room / (low_room - high_room), 0.02, 0.98) : 0.5;
        auto middle = try_model(low->drive_db + share * (high->drive_db - low->drive_db));
        if (!middle) return middle;
        const double middle_room = room(*middle);
        if (middle_room >= 0.0) {
            low = middle;
            low_room = middle_room;
            high_room *= 0.5;
        } else {
            high = middle;
            high_room = middle_room;
            low_room *= 0.5;
        }
    }
    last_planned_db_ = low->drive_db;
    return low;
}

double DrivePlanner::lowest_affordable_db(SoftClipper::Settings clipper, double forecast_error_db) const {
    constexpr double spare_db = 0.2;
    double low_db = desk_->forecast_floor_db() + clipper.knee_db;  // further down it would be told too little
    double high_db = SoftClipper::Settings{}.threshold_db;
    while (high_db - low_db > 0.02) {
        clipper.threshold_db = 0.5 * (low_db + high_db);
        const double clipped_db = desk_->forecast_clipped_db(clipper) + forecast_error_db;
        (clipped_db > target_->clipping_budget_db - spare_db ? low_db : high_db) = clipper.threshold_db;
    }
    return high_db;
}

Result<double> DrivePlanner::choose_threshold(const LimiterSettings& limiter, SoftClipper::Settings clipper) {
    constexpr double precision_db = 0.25;
    const auto plan_at = [&](double threshold_db) {
        clipper.threshold_db = threshold_db;
        return plan(limiter, target_->reduction_budget_db, clipper);
    };
    double low_db = lowest_affordable_db(clipper);
    auto planned = plan_at(low_db);
    if (!planned) return planned.error();
    if (!reaches(*planned)) return low_db;
    // No more than is needed.
    double high_db = std::max(low_db, desk_->true_peak_dbtp());
    while (high_db - low_db > precision_db) {
        const double middle_db = 0.5 * (low_db + high_db);
        planned = plan_at(middle_db);
        if (!planned) return planned.error();
        (reaches(*planned) ? low_db : high_db) = middle_db;
    }
    return low_db;
}

}  // namespace burnish
