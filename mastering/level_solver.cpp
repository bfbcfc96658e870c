#include "mastering/level_solver.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "core/decibels.h"

namespace burnish {

namespace {

constexpr double tolerance_lu = 0.015;
constexpr double budget_tolerance_db = 0.1;
constexpr int max_passes = 6;
constexpr int max_passes_to_settle = 4;  // of them: the rest is for peaks that are found too high
constexpr int max_clipper_settings = 4;
constexpr double expected_loads_and_passes = 4.0;

/// Where true-peak meters still agree: 20 kHz, or less where half the sample rate is near.
double agreeing_band_hz(double sample_rate_hz) { return std::min(20000.0, 0.447 * sample_rate_hz); }

constexpr double lowest_drive_db = limiter_params[0].min;
constexpr double highest_drive_db = limiter_params[0].max;
static_assert(limiter_params[0].name == "drive_db");
double in_range(double drive_db) { return std::clamp(drive_db, lowest_drive_db, highest_drive_db); }

class Solver {
public:
    Solver(LevelDesk& desk, const LevelTask& task, const std::function<bool(double)>& tick)
        : desk_(desk), task_(task), target_(task.target), tick_(tick) {
        solution_.clipper = task.settings.clipper;
        solution_.limiter = task.settings.limiter;
    }

    Result<LevelSolution> solve();

private:
    /// A drive and what it gives, by the model or on the programme itself.
    struct Point {
        double drive_db = 0.0;
        LevelPass pass;
    };
    /// What the programme was found to give beyond what the model said.
    struct ModelError {
        double loudness_lu = 0.0;
        double reduction_db = 0.0;
    };

    [[nodiscard]] Status load(double expected_drive_db);
    [[nodiscard]] Status load_with_high_cut(bool on, double expected_drive_db);
    /// Looks for true peaks as far down as this drive brings them up, if that has not been done.
    [[nodiscard]] Status know_peaks_for(double drive_db);
    [[nodiscard]] Result<Point> try_drive(double drive_db);
    [[nodiscard]] Result<Point> estimate(double drive_db, const ModelError& error,
                                         const SoftClipper::Settings& clipper = {});
    /// The highest drive whose reduction by the model stays within `budget_db`, and its loudness at the target.
    [[nodiscard]] Result<Point> plan(double budget_db, const SoftClipper::Settings& clipper = {});
    /// The same for what is loaded, with its true peaks known as far down as the drive brings them up.
    [[nodiscard]] Result<Point> plan_with_true_peaks();
    /// Settles the clipper for a programme that the limiter alone does not bring to its loudness.
    [[nodiscard]] Result<Point> plan_with_clipper(double unclipped_drive_db);
    /// The threshold that is low enough for the target, as far as both budgets allow, by the model.
    [[nodiscard]] Result<double> choose_threshold();
    [[nodiscard]] double lowest_affordable_db(double forecast_error_db) const;
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
    [[nodiscard]] double error_lu(const Point& point) const {
        return point.pass.integrated_lufs - target_.loudness_lufs;
    }
    [[nodiscard]] bool reaches(const Point& point) const { return error_lu(point) > -tolerance_lu; }
    [[nodiscard]] bool in_budget(const Point& point) const {
        return point.pass.reduction_p95_db <= target_.reduction_budget_db;
    }
    /// On target within the budget, or at the budget's edge below the target.
    [[nodiscard]] bool is_settled(const Point& point) const {
        if (!in_budget(point)) return false;
        return std::abs(error_lu(point)) <= tolerance_lu ||
               (error_lu(point) < 0.0 &&
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
    double last_planned_db_ = 0.0;
    ModelError model_error_;
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

Result<Solver::Point> Solver::try_drive(double drive_db) {
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

Result<Solver::Point> Solver::estimate(double drive_db, const ModelError& error, const SoftClipper::Settings& clipper) {
    auto settings = solution_.limiter;
    settings.drive_db = drive_db;
    auto pass = desk_.estimate(settings, clipper);
    if (!pass) return pass.error();
    pass->integrated_lufs += error.loudness_lu;
    if (pass->reduction_p95_db > 0.0)
        pass->reduction_p95_db = std::max(0.0, pass->reduction_p95_db + error.reduction_db);
    return Point{drive_db, *pass};
}

// Room left never rises with the drive; the highest drive that leaves some is bracketed from the last plan outwards and
// then found by false position, with the bisection that keeps a crooked curve from holding one end for ever (Illinois).
Result<Solver::Point> Solver::plan(double budget_db, const SoftClipper::Settings& clipper) {
    constexpr double enough_lu = 0.004;
    constexpr double enough_db = 0.005;
    constexpr double usual_slope = 0.7;
    constexpr int max_steps = 40;
    const auto room = [&](const Point& point) {
        return std::min(-error_lu(point), std::max(0.0, budget_db) - point.pass.reduction_p95_db);
    };
    const auto try_model = [&](double drive_db) { return estimate(in_range(drive_db), model_error_, clipper); };
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

Status Solver::know_peaks_for(double drive_db) {
    constexpr double margin_db = 1.0;
    if (threshold_dbtp() - drive_db >= desk_.peaks_above_dbtp()) return success();
    return desk_.find_peaks(threshold_dbtp() - drive_db - margin_db, frame_ticker());
}

Result<Solver::Point> Solver::plan_with_true_peaks() {
    auto planned = plan(target_.reduction_budget_db);
    if (!planned || threshold_dbtp() - planned->drive_db >= desk_.peaks_above_dbtp()) return planned;
    if (auto status = know_peaks_for(planned->drive_db); !status) return status.error();
    return plan(target_.reduction_budget_db);
}

double Solver::lowest_affordable_db(double forecast_error_db) const {
    constexpr double spare_db = 0.2;
    auto clipper = solution_.clipper;
    double low_db = desk_.forecast_floor_db() + clipper.knee_db;  // further down it would be told too little
    double high_db = SoftClipper::Settings{}.threshold_db;
    while (high_db - low_db > 0.02) {
        clipper.threshold_db = 0.5 * (low_db + high_db);
        const double clipped_db = desk_.forecast_clipped_db(clipper) + forecast_error_db;
        (clipped_db > target_.clipping_budget_db - spare_db ? low_db : high_db) = clipper.threshold_db;
    }
    return high_db;
}

Result<double> Solver::choose_threshold() {
    constexpr double precision_db = 0.25;
    auto clipper = solution_.clipper;
    const auto plan_at = [&](double threshold_db) {
        clipper.threshold_db = threshold_db;
        return plan(target_.reduction_budget_db, clipper);
    };
    double low_db = lowest_affordable_db(0.0);
    auto planned = plan_at(low_db);
    if (!planned) return planned.error();
    if (!reaches(*planned)) return low_db;
    // No more than is needed.
    double high_db = std::max(low_db, desk_.true_peak_dbtp());
    while (high_db - low_db > precision_db) {
        const double middle_db = 0.5 * (low_db + high_db);
        planned = plan_at(middle_db);
        if (!planned) return planned.error();
        (reaches(*planned) ? low_db : high_db) = middle_db;
    }
    return low_db;
}

Result<Solver::Point> Solver::plan_with_clipper(double unclipped_drive_db) {
    constexpr double close_enough_db = 0.7;  // to the budget
    // A guess of the loudness that was far off: the forecast does not reach down to where the clipper is wanted.
    constexpr double further_db = 12.0;
    for (int i = 1; i <= 3 && lowest_affordable_db(0.0) < desk_.forecast_floor_db() + solution_.clipper.knee_db + 0.1;
         ++i)
        if (auto status = load(unclipped_drive_db + i * further_db); !status) return status.error();
    const auto chosen_db = choose_threshold();
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
        if (spare_db >= 0.0 && (reaches(*planned) || spare_db < close_enough_db)) return planned;
        const double forecast_error_db = desk_.clipped_db() - desk_.forecast_clipped_db(solution_.clipper);
        double next_db = lowest_affordable_db(forecast_error_db);
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

Result<Solver::Point> Solver::settle(Point planned) {
    std::optional<Point> best;
    // Within the budget, the nearest to the target; if none is, the nearest to the budget.
    const auto is_better = [&](const Point& a, const Point& b) {
        if (in_budget(a) != in_budget(b)) return in_budget(a);
        return in_budget(a) ? std::abs(error_lu(a)) < std::abs(error_lu(b))
                            : a.pass.reduction_p95_db < b.pass.reduction_p95_db;
    };
    while (!best || solution_.report.passes < max_passes_to_settle) {
        const auto tried = try_drive(planned.drive_db);
        if (!tried) return tried;
        if (!best || is_better(*tried, *best)) best = *tried;
        if (is_settled(*tried)) break;
        const auto expected = estimate(planned.drive_db, {});
        if (!expected) return expected;
        model_error_ = {.loudness_lu = tried->pass.integrated_lufs - expected->pass.integrated_lufs,
                        .reduction_db = tried->pass.reduction_p95_db - expected->pass.reduction_p95_db};
        const auto next = plan(target_.reduction_budget_db - 0.25 * budget_tolerance_db);
        if (!next) return next;
        if (std::abs(next->drive_db - planned.drive_db) < 1e-4) break;
        planned = *next;
    }
    if (desk_.overs_found() == 0 && best->drive_db == planned.drive_db) return *best;
    return correct_peaks(*best);
}

Result<Solver::Point> Solver::correct_peaks(Point found) {
    while (solution_.report.passes < max_passes) {
        const auto again = try_drive(found.drive_db);
        if (!again) return again;
        found = *again;
        if (desk_.overs_found() == 0) break;
    }
    return found;
}

Result<Solver::Point> Solver::reach_target() {
    auto planned = plan_with_true_peaks();
    if (!planned) return planned;
    const bool may_clip = !task_.patch.pins("clipper", "threshold_db");
    const bool clips = may_clip && !reaches(*planned);
    if (clips) planned = plan_with_clipper(planned->drive_db);
    if (!planned) return planned;
    auto found = settle(*planned);
    if (!found || reaches(*found) || clips || !may_clip) return found;
    // The model thought that the limiter alone would do, and now knows better.
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
        return solving ? in_range(target_.loudness_lufs - desk_.integrated_lufs()) : solution_.limiter.drive_db;
    };
    if (auto status = know_peaks_for(wanted_drive_db()); !status) return status.error();
    for (int i = 0; i < 2 && high_cut != needs_limiting(wanted_drive_db()); ++i) {
        if (task_.patch.pins("limiter", "high_cut_hz") || (i == 1 && high_cut)) break;
        high_cut = !high_cut;
        if (auto status = load_with_high_cut(high_cut, wanted_drive_db()); !status) return status.error();
        if (auto status = know_peaks_for(wanted_drive_db()); !status) return status.error();
    }

    const double drive_db = wanted_drive_db();
    last_planned_db_ = drive_db;
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
    if (!solving || std::abs(error_lu(found)) <= 0.05) return;

    solution_.limited = true;
    std::ostringstream reason;
    reason.precision(2);
    reason << std::fixed << found.pass.integrated_lufs << " LUFS reached of " << target_.loudness_lufs << ": ";
    if (found.drive_db >= highest_drive_db) {
        reason << "the limiter takes no more than " << highest_drive_db << " dB of drive";
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
