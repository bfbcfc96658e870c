#include "mastering/level_solver.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "core/decibels.h"
#include "mastering/drive_planner.h"

namespace burnish {

namespace {

constexpr double budget_tolerance_db = 0.1;
constexpr int max_passes = 5;            // and one more that writes, where none of these has
constexpr int max_passes_to_settle = 4;  // of them: the rest is for peaks that are found too high
constexpr int max_clipper_settings = 4;
constexpr double close_enough_db = 0.7;  // to what may be clipped
constexpr double expected_loads_and_passes = 4.0;

/// Where true-peak meters still agree: 20 kHz, or less where half the sample rate is near.
double agreeing_band_hz(double sample_rate_hz) { return std::min(20000.0, 0.447 * sample_rate_hz); }

class Solver {
public:
    Solver(LevelDesk& desk, const LevelTask& task, const std::function<bool(double)>& tick)
        : desk_(desk), task_(task), target_(task.target), tick_(tick), planner_(desk, task.target) {
        solution_.clipper = task.settings.clipper;
        solution_.limiter = task.settings.limiter;
    }

    Result<LevelSolution> solve();

private:
    using Point = DrivePoint;

    [[nodiscard]] Status load(double expected_drive_db);
    [[nodiscard]] Status load_with_high_cut(bool on, double expected_drive_db);
    /// Looks for true peaks as far down as this drive brings them up, if that has not been done.
    [[nodiscard]] Status know_peaks_for(double drive_db);
    [[nodiscard]] Result<Point> try_drive(double drive_db);
    /// The plan for what is loaded, with its true peaks known as far down as the drive brings them up.
    [[nodiscard]] Result<Point> plan_with_true_peaks();
    /// Settles the clipper for a programme that the limiter alone does not bring to its loudness.
    [[nodiscard]] Result<Point> plan_with_clipper(double unclipped_drive_db);
    /// Brings the plan's drive to what the programme itself says.
    [[nodiscard]] Result<Point> settle(Point planned);
    [[nodiscard]] Result<Point> reach_target();
    [[nodiscard]] Result<Point> correct_peaks(Point found);
    void describe(const Point& found, bool solving);

    [[nodiscard]] bool needs_limiting(double drive_db) const {
        return desk_.true_peak_dbtp() + drive_db > threshold_dbtp();
    }
    [[nodiscard]] double threshold_dbtp() const { return solution_.limiter.ceiling_dbtp - LimiterGain::safety_db; }
    [[nodiscard]] bool is_clipping() const { return !is_off(solution_.clipper); }
    [[nodiscard]] bool may_clip_more() const {
        return !is_clipping() || desk_.clipped_db() < target_.clipping_budget_db - close_enough_db;
    }
    [[nodiscard]] bool in_budget(const Point& point) const {
        return point.pass.reduction_p95_db <= target_.reduction_budget_db;
    }
    /// On target within the budget, or at the budget's edge below the target.
    [[nodiscard]] bool is_settled(const Point& point) const {
        if (!in_budget(point)) return false;
        return std::abs(planner_.error_lu(point)) <= DrivePlanner::tolerance_lu ||
               (planner_.error_lu(point) < 0.0 &&
                point.pass.reduction_p95_db > target_.reduction_budget_db - budget_tolerance_db);
    }
    [[nodiscard]] std::function<bool(std::int64_t)> frame_ticker() {
        const double start = work_done_;
        work_done_ += 1.0;
        const double frames = std::max<double>(1.0, static_cast<double>(task_.programme.info().frames));
        return [=, this](std::int64_t done) {
            const double work = start + static_cast<double>(done) / frames;
            return tick_(1.0 - std::exp(-work / expected_loads_and_passes));  // never quite there
        };
    }

    LevelDesk& desk_;
    const LevelTask& task_;
    const Target& target_;
    const std::function<bool(double)>& tick_;
    double work_done_ = 0.0;
    DrivePlanner planner_;
    LevelSolution solution_;
};

Status Solver::load(double expected_drive_db) {
    constexpr double margin_db =
        4.0;  // how much more drive may turn out to be needed, before peaks are looked for again
    return desk_.load(task_.programme,
                      {.lead_frames = task_.lead_frames,
                       .clipper = solution_.clipper,
                       .high_cut_hz = solution_.limiter.high_cut_hz,
                       .peaks_above_dbtp = threshold_dbtp() - expected_drive_db - margin_db},
                      frame_ticker());
}

Status Solver::load_with_high_cut(bool on, double expected_drive_db) {
    if (!task_.patch.pins("limiter", "high_cut_hz"))
        solution_.limiter.high_cut_hz = on ? agreeing_band_hz(task_.programme.info().sample_rate_hz) : 0.0;
    return load(expected_drive_db);
}

Result<DrivePoint> Solver::try_drive(double drive_db) {
    if (auto status = know_peaks_for(drive_db); !status) return status.error();
    auto settings = solution_.limiter;
    settings.drive_db = drive_db;
    const bool is_first = solution_.report.passes == 0;
    solution_.delivered = is_first && task_.deliver;
    auto pass = solution_.delivered ? task_.deliver(settings, needs_limiting(drive_db), frame_ticker())
                                    : desk_.pass(settings, nullptr, frame_ticker());
    if (!pass) return pass.error();
    ++solution_.report.passes;
    return Point{drive_db, *pass};
}

Status Solver::know_peaks_for(double drive_db) {
    constexpr double margin_db = 1.0;
    if (threshold_dbtp() - drive_db >= desk_.peaks_above_dbtp()) return success();
    return desk_.find_peaks(threshold_dbtp() - drive_db - margin_db, frame_ticker());
}

Result<DrivePoint> Solver::plan_with_true_peaks() {
    auto planned = planner_.plan(solution_.limiter, target_.reduction_budget_db);
    if (!planned || threshold_dbtp() - planned->drive_db >= desk_.peaks_above_dbtp()) return planned;
    if (auto status = know_peaks_for(planned->drive_db); !status) return status.error();
    return planner_.plan(solution_.limiter, target_.reduction_budget_db);
}

Result<DrivePoint> Solver::plan_with_clipper(double unclipped_drive_db) {
    // A guess of the loudness that was far off: the forecast does not reach down to where the clipper is wanted.
    constexpr double further_db = 12.0;
    for (int i = 1; i <= 3 && planner_.lowest_affordable_db(solution_.clipper) <
                                  desk_.forecast_floor_db() + solution_.clipper.knee_db + 0.1;
         ++i)
        if (auto status = load(unclipped_drive_db + i * further_db); !status) return status.error();
    const auto chosen_db = planner_.choose_threshold(solution_.limiter, solution_.clipper);
    if (!chosen_db) return chosen_db.error();
    double threshold_db = *chosen_db;
    Result<Point> planned = Point{unclipped_drive_db, {}};
    const auto set_and_plan = [&]() -> Status {
        if (auto status = load(planned->drive_db); !status) return status;
        planned = plan_with_true_peaks();
        return planned ? success() : Status(planned.error());
    };
    for (int i = 0; i < max_clipper_settings && threshold_db < desk_.true_peak_dbtp(); ++i) {
        solution_.clipper.threshold_db = threshold_db;
        if (auto status = set_and_plan(); !status) return status.error();
        const double spare_db = target_.clipping_budget_db - desk_.clipped_db();
        if (spare_db >= 0.0 && (planner_.reaches(*planned) || spare_db < close_enough_db)) return planned;
        const double forecast_error_db = desk_.clipped_db() - desk_.forecast_clipped_db(solution_.clipper);
        double next_db = planner_.lowest_affordable_db(solution_.clipper, forecast_error_db);
        // Peaks come out a little above the threshold, and the model does not know: by that much it was too high.
        const double overshoot_db = desk_.true_peak_dbtp() - threshold_db;
        if (spare_db >= 0.0 && i < max_clipper_settings - 2 && overshoot_db > 0.1)
            next_db = std::max(next_db, threshold_db - overshoot_db);
        if (spare_db >= 0.0 && next_db > threshold_db - 0.05) return planned;
        threshold_db = next_db;
    }
    if (is_clipping() && desk_.clipped_db() <= target_.clipping_budget_db) return planned;
    solution_.clipper = task_.settings.clipper;
    if (auto status = set_and_plan(); !status) return status.error();
    return planned;
}

Result<DrivePoint> Solver::settle(Point planned) {
    std::optional<Point> best;
    // Within the budget, the nearest to the target; if none is, the nearest to the budget.
    const auto is_better = [&](const Point& a, const Point& b) {
        if (in_budget(a) != in_budget(b)) return in_budget(a);
        return in_budget(a) ? std::abs(planner_.error_lu(a)) < std::abs(planner_.error_lu(b))
                            : a.pass.reduction_p95_db < b.pass.reduction_p95_db;
    };
    while (!best || solution_.report.passes < max_passes_to_settle) {
        const auto tried = try_drive(planned.drive_db);
        if (!tried) return tried;
        if (!best || is_better(*tried, *best)) best = *tried;
        if (is_settled(*tried)) break;
        if (auto status = planner_.learn(solution_.limiter, *tried); !status) return status.error();
        const auto next = planner_.plan(solution_.limiter, target_.reduction_budget_db - 0.25 * budget_tolerance_db);
        if (!next) return next;
        if (std::abs(next->drive_db - planned.drive_db) < 1e-4) break;
        planned = *next;
    }
    if (desk_.overs_found() == 0 && best->drive_db == planned.drive_db) return *best;
    return correct_peaks(*best);
}

Result<DrivePoint> Solver::correct_peaks(Point found) {
    while (solution_.report.passes < max_passes) {
        const auto again = try_drive(found.drive_db);
        if (!again) return again;
        found = *again;
        if (desk_.overs_found() == 0) break;
    }
    return found;
}

Result<DrivePoint> Solver::reach_target() {
    auto planned = plan_with_true_peaks();
    if (!planned) return planned;
    const bool may_clip = !task_.patch.pins("clipper", "threshold_db");
    if (may_clip && !planner_.reaches(*planned)) planned = plan_with_clipper(planned->drive_db);
    if (!planned) return planned;
    auto found = settle(*planned);
    if (!found || planner_.reaches(*found) || !may_clip || !may_clip_more() || solution_.report.passes >= max_passes)
        return found;
    // The model thought that the limiter alone would do, or with less of the clipper, and now knows better.
    planned = plan_with_clipper(found->drive_db);
    if (!planned) return planned;
    return settle(*planned);
}

Result<LevelSolution> Solver::solve() {
    const bool drive_pinned = task_.patch.pins("limiter", "drive_db");
    if (!task_.patch.pins("limiter", "ceiling_dbtp")) solution_.limiter.ceiling_dbtp = target_.ceiling_dbtp;
    const bool may_solve = target_.normalize && !drive_pinned;
    const double expected_drive_db =
        may_solve ? target_.loudness_lufs - task_.expected_lufs : solution_.limiter.drive_db;

    // Where there is nothing to limit, there is nothing for meters to disagree on: the top octave stays as it is.
    bool high_cut = task_.expected_dbtp + expected_drive_db > threshold_dbtp();
    if (auto status = load_with_high_cut(high_cut, expected_drive_db); !status) return status.error();
    const bool solving = may_solve && desk_.integrated_lufs() > silence_db;
    const auto wanted_drive_db = [&] {
        return solving ? drive_in_range(target_.loudness_lufs - desk_.integrated_lufs()) : solution_.limiter.drive_db;
    };
    if (auto status = know_peaks_for(wanted_drive_db()); !status) return status.error();
    for (int i = 0; i < 2 && high_cut != needs_limiting(wanted_drive_db()); ++i) {
        if (task_.patch.pins("limiter", "high_cut_hz") || (i == 1 && high_cut)) break;
        high_cut = !high_cut;
        if (auto status = load_with_high_cut(high_cut, wanted_drive_db()); !status) return status.error();
        if (auto status = know_peaks_for(wanted_drive_db()); !status) return status.error();
    }

    const double drive_db = wanted_drive_db();
    planner_.start_at(drive_db);
    auto found = solving && needs_limiting(drive_db) ? reach_target() : try_drive(drive_db);
    if (found && desk_.overs_found() > 0) found = correct_peaks(*found);  // by the next pass
    if (!found) return found.error();
    describe(*found, solving);
    return solution_;
}

void Solver::describe(const Point& found, bool solving) {
    solution_.limiter.drive_db = found.drive_db;
    auto& report = solution_.report;
    report.drive_db = found.drive_db;
    report.achieved_lufs = found.pass.integrated_lufs;
    report.reduction_p95_db = found.pass.reduction_p95_db;
    report.reduction_max_db = found.pass.reduction_max_db;
    report.clipper_threshold_db = solution_.clipper.threshold_db;
    if (is_clipping()) report.clipped_db = desk_.clipped_db();
    report.corrected_peaks = desk_.corrections();
    if (!solving || std::abs(planner_.error_lu(found)) <= 0.05) return;

    solution_.limited = true;
    std::ostringstream reason;
    reason.precision(2);
    reason << std::fixed << found.pass.integrated_lufs << " LUFS reached of " << target_.loudness_lufs << ": ";
    if (found.drive_db >= limiter_params[0].max) {
        reason << "the limiter takes no more than " << limiter_params[0].max << " dB of drive";
    } else {
        reason << "the limiter has used " << found.pass.reduction_p95_db << " of the " << target_.reduction_budget_db
               << " dB of gain reduction that it may spend for 95 % of the time";
        if (is_clipping())
            reason << ", and what the clipper takes off is at " << desk_.clipped_db() << " dB of the whole, of "
                   << target_.clipping_budget_db << " at most";
    }
    solution_.reason = reason.str();
}

}  // namespace

Result<LevelSolution> solve_level(LevelDesk& desk, const LevelTask& task, const std::function<bool(double)>& tick) {
    return Solver(desk, task, tick).solve();
}

}  // namespace burnish
