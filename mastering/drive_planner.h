#pragma once

#include <cmath>

#include "mastering/level_desk.h"
#include "mastering/target.h"

namespace burnish {

/// A drive into the limiter and what it gives, by the model or on the programme itself.
struct DrivePoint {
    double drive_db = 0.0;
    LevelPass pass;
};

/// The range of drives that there are.
[[nodiscard]] double drive_in_range(double drive_db) noexcept;

/// Finds drives and clipper thresholds on the model that a LevelDesk keeps: nothing is rendered for it.
class DrivePlanner {
public:
    static constexpr double tolerance_lu = 0.015;

    DrivePlanner(LevelDesk& desk, const Target& target) : desk_(&desk), target_(&target) {}

    /// Plans begin at the drive of the last one; the first at this.
    void start_at(double drive_db) noexcept { last_planned_db_ = drive_db; }
    /// What the programme was found to give: from now on, plans take into account what the model is off by there.
    [[nodiscard]] Status learn(const LimiterSettings& limiter, const DrivePoint& found);

    /// The highest drive whose reduction stays within `budget_db`, and its loudness at the target.
    /// @param clipper  one more, in front of what is loaded
    [[nodiscard]] Result<DrivePoint> plan(const LimiterSettings& limiter, double budget_db,
                                          const SoftClipper::Settings& clipper = {});
    /// The highest threshold that reaches the target, as far as both budgets allow.
    [[nodiscard]] Result<double> choose_threshold(const LimiterSettings& limiter, SoftClipper::Settings clipper);
    /// The lowest threshold that stays within the clipping budget.
    /// @param forecast_error_db  what the clipper was found to take off beyond the forecast
    [[nodiscard]] double lowest_affordable_db(SoftClipper::Settings clipper, double forecast_error_db = 0.0) const;

    [[nodiscard]] double error_lu(const DrivePoint& point) const {
        return point.pass.integrated_lufs - target_->loudness_lufs;
    }
    [[nodiscard]] bool reaches(const DrivePoint& point) const { return error_lu(point) > -tolerance_lu; }

private:
    struct ModelError {
        double loudness_lu = 0.0;
        double reduction_db = 0.0;
    };
    [[nodiscard]] Result<DrivePoint> estimate(LimiterSettings limiter, double drive_db, const ModelError& error,
                                              const SoftClipper::Settings& clipper);

    LevelDesk* desk_;
    const Target* target_;
    double last_planned_db_ = 0.0;
    ModelError error_;
};

}  // namespace burnish
