#include "mastering/level_solver.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "core/decibels.h"

namespace burnish {

namespace {

constexpr double tolerance_lu = 0.015;
constexpr double clip_headroom_db = 3.0;  // the clipper works this far above the ceiling
constexpr int max_clipper_settings = 6;
constexpr double saturated_slope = 0.15;  // LU per dB of drive: more drive is only more distortion
constexpr int max_passes_per_search = 8;
constexpr int max_corrections = 4;
constexpr double expected_passes = 6.0;

/// Where true-peak meters still agree: 20 kHz, or less where half the sample rate is near.
double agreeing_band_hz(double sample_rate_hz) { return std::min(20000.0, 0.447 * sample_rate_hz); }

class Solver {
public:
    Solver(LevelDesk& desk, AudioSource& programme, int lead_frames, const Target& target, const Patch& patch,
           const std::function<bool(double)>& tick)
        : desk_(desk), programme_(programme), lead_frames_(lead_frames), target_(target), patch_(patch), tick_(tick) {}

    Result<LevelSolution> solve(const ChainSettings& settings);

private:
    struct Point {
        double drive_db;
        LevelPass pass;
    };

    Status load() {
        return desk_.load(programme_, lead_frames_, solution_.clipper, solution_.limiter.high_cut_hz, frame_ticker());
    }
    Result<Point> try_drive(double drive_db);
    /// The drive that meets the target, or the last sensible one if none does.
    Result<Point> search_loudness(double first_drive_db);
    /// The highest drive whose reduction stays within the budget, between the two.
    Result<Point> search_budget(Point inside, Point outside);
    Result<Point> with_clipper(const Point& unclipped);
    Status correct_peaks(double drive_db);

    [[nodiscard]] bool needs_limiting(double drive_db) const {
        return desk_.true_peak_dbtp() + drive_db > solution_.limiter.ceiling_dbtp - LimiterGain::safety_db;
    }
    [[nodiscard]] bool is_clipping() const { return !is_neutral(solution_.clipper, SoftClipper::params); }
    [[nodiscard]] double error_lu(const Point& point) const {
        return point.pass.integrated_lufs - target_.loudness_lufs;
    }
    [[nodiscard]] bool on_target(const Point& point) const { return std::abs(error_lu(point)) <= tolerance_lu; }
    [[nodiscard]] bool in_budget(const Point& point) const {
        return point.pass.reduction_p95_db <= target_.reduction_budget_db;
    }
    [[nodiscard]] std::function<bool(std::int64_t)> frame_ticker() {
        const double start = work_done_;
        work_done_ += 1.0;
        const double frames = std::max<double>(1.0, static_cast<double>(programme_.info().frames));
        return [=, this](std::int64_t done) {
            const double work = start + static_cast<double>(done) / frames;
            return tick_(1.0 - std::exp(-work / expected_passes));  // never quite there, whatever the number of passes
        };
    }

    LevelDesk& desk_;
    AudioSource& programme_;
    int lead_frames_;
    const Target& target_;
    const Patch& patch_;
    const std::function<bool(double)>& tick_;
    double work_done_ = 0.0;
    LevelSolution solution_;
};

Result<Solver::Point> Solver::try_drive(double drive_db) {
    auto settings = solution_.limiter;
    settings.drive_db = drive_db;
    auto pass = desk_.pass(settings, nullptr, frame_ticker());
    if (!pass) return pass.error();
    ++solution_.report.passes;
    return Point{drive_db, *pass};
}

Result<Solver::Point> Solver::search_loudness(double first_drive_db) {
    const double highest_db = limiter_params[0].max;
    auto tried = try_drive(std::min(first_drive_db, highest_db));
    if (!tried) return tried;
    Point low = *tried;  // the loudest that is still below the target, once there is one
    if (on_target(low)) return low;
    std::optional<Point> high;
    if (error_lu(low) > 0.0) high = low;
    double slope = 0.85;  // a guess for moderate limiting
    Point last = low;
    for (int i = 1; i < max_passes_per_search; ++i) {
        double next_db = last.drive_db - error_lu(last) / std::clamp(slope, saturated_slope, 1.0);
        if (high && !(error_lu(low) < 0.0 && next_db > low.drive_db && next_db < high->drive_db))
            next_db = error_lu(low) < 0.0 ? 0.5 * (low.drive_db + high->drive_db) : last.drive_db - error_lu(last);
        next_db = std::min(next_db, highest_db);
        if (next_db == last.drive_db) return last;
        tried = try_drive(next_db);
        if (!tried) return tried;
        slope = (tried->pass.integrated_lufs - last.pass.integrated_lufs) / (tried->drive_db - last.drive_db);
        last = *tried;
        if (on_target(last)) return last;
        (error_lu(last) > 0.0 ? high.emplace(last) : low = last);
        // Saturated, or far beyond the budget with the target still ahead: no drive will do.
        if (!high && (slope < saturated_slope || last.pass.reduction_p95_db > 2.0 * target_.reduction_budget_db))
            return last;
    }
    return last;
}

Result<Solver::Point> Solver::search_budget(Point inside, Point outside) {
    for (int i = 0; i < max_passes_per_search; ++i) {
        const double span_db = outside.pass.reduction_p95_db - inside.pass.reduction_p95_db;
        const double share = (target_.reduction_budget_db - inside.pass.reduction_p95_db) / std::max(span_db, 1e-9);
        const double next_db = inside.drive_db + std::clamp(share, 0.05, 0.95) * (outside.drive_db - inside.drive_db);
        auto tried = try_drive(next_db);
        if (!tried) return tried;
        (in_budget(*tried) ? inside : outside) = *tried;
        if (in_budget(*tried) && target_.reduction_budget_db - tried->pass.reduction_p95_db < 0.1) break;
    }
    return inside;
}

Result<Solver::Point> Solver::with_clipper(const Point& unclipped) {
    // With the tops gone less drive is needed than without: this is where the clipper would stand at most.
    const double off_db = SoftClipper::Settings{}.threshold_db;
    double threshold_db = std::min(solution_.limiter.ceiling_dbtp + clip_headroom_db - unclipped.drive_db, off_db);
    double slope = 3.0;  // dB less taken off per dB of threshold; measured from the second try on
    double last_beyond_db = 0.0;
    double last_step_db = 0.0;
    for (int i = 0;; ++i) {
        const bool give_up = i == max_clipper_settings;
        solution_.clipper.threshold_db = give_up ? off_db : threshold_db;
        if (auto status = load(); !status) return status.error();
        const double beyond_db = desk_.clipped_db() - target_.clipping_budget_db;
        if (give_up || beyond_db <= 0.0) break;
        if (i > 0) slope = std::clamp((last_beyond_db - beyond_db) / last_step_db, 1.0, 6.0);
        last_beyond_db = beyond_db;
        last_step_db = std::min((beyond_db + 0.5) / slope, off_db - threshold_db);
        threshold_db += last_step_db;
    }
    return search_loudness(unclipped.drive_db);
}

Status Solver::correct_peaks(double drive_db) {
    for (int i = 0; i < max_corrections && desk_.overs_found() > 0; ++i) {
        auto pass = try_drive(drive_db);
        if (!pass) return pass.error();
    }
    return success();
}

Result<LevelSolution> Solver::solve(const ChainSettings& settings) {
    solution_.clipper = settings.clipper;
    solution_.limiter = settings.limiter;
    const bool drive_pinned = patch_.pins("limiter", "drive_db");
    const bool high_cut_pinned = patch_.pins("limiter", "high_cut_hz");
    const double rate_hz = programme_.info().sample_rate_hz;
    if (!patch_.pins("limiter", "ceiling_dbtp")) solution_.limiter.ceiling_dbtp = target_.ceiling_dbtp;
    if (!high_cut_pinned) solution_.limiter.high_cut_hz = agreeing_band_hz(rate_hz);

    if (auto status = load(); !status) return status.error();
    const bool measurable = desk_.integrated_lufs() > silence_db;
    const bool solving = target_.normalize && measurable && !drive_pinned;
    double drive_db = solving ? target_.loudness_lufs - desk_.integrated_lufs() : solution_.limiter.drive_db;

    if (!needs_limiting(drive_db) && !high_cut_pinned && solution_.limiter.high_cut_hz > 0.0) {
        // Nothing to limit, so nothing for meters to disagree on: the top octave stays as it is.
        solution_.limiter.high_cut_hz = 0.0;
        if (auto status = load(); !status) return status.error();
        if (solving) drive_db = target_.loudness_lufs - desk_.integrated_lufs();
        if (needs_limiting(drive_db)) {
            solution_.limiter.high_cut_hz = agreeing_band_hz(rate_hz);
            if (auto status = load(); !status) return status.error();
        }
    }

    auto found = solving && needs_limiting(drive_db) ? search_loudness(drive_db) : try_drive(drive_db);
    if (!found) return found.error();

    if (solving && (!in_budget(*found) || !on_target(*found))) {
        if (!patch_.pins("clipper", "threshold_db") && found->pass.reduction_p95_db > 0.0) {
            found = with_clipper(*found);
            if (!found) return found.error();
        }
        if (!in_budget(*found)) {
            auto gentle = try_drive(solution_.limiter.ceiling_dbtp - LimiterGain::safety_db - desk_.true_peak_dbtp());
            if (!gentle) return gentle.error();
            found = search_budget(*gentle, *found);
            if (!found) return found.error();
        }
    }
    if (auto status = correct_peaks(found->drive_db); !status) return status.error();
    if (desk_.overs_found() > 0 || solution_.report.passes == 0) {
        auto again = try_drive(found->drive_db);
        if (!again) return again.error();
        found = again;
    }

    solution_.limiter.drive_db = found->drive_db;
    solution_.achieved_lufs = found->pass.integrated_lufs;
    solution_.report.drive_db = found->drive_db;
    solution_.report.reduction_p95_db = found->pass.reduction_p95_db;
    solution_.report.reduction_max_db = found->pass.reduction_max_db;
    solution_.report.clipper_threshold_db = solution_.clipper.threshold_db;
    if (is_clipping()) solution_.report.clipped_db = desk_.clipped_db();
    solution_.report.corrected_peaks = desk_.corrections();
    if (solving && std::abs(error_lu(*found)) > 0.05) {
        solution_.limited = true;
        std::ostringstream reason;
        reason.precision(2);
        reason << std::fixed << found->pass.integrated_lufs << " LUFS reached of " << target_.loudness_lufs
               << ": limiter gain reduction stays within " << found->pass.reduction_p95_db
               << " dB for 95 % of the time, the budget is " << target_.reduction_budget_db << " dB";
        if (is_clipping())
            reason << "; what the clipper takes off is at " << desk_.clipped_db() << " dB of the whole, the budget "
                   << target_.clipping_budget_db << " dB";
        solution_.reason = reason.str();
    }
    return solution_;
}

}  // namespace

Result<LevelSolution> solve_level(LevelDesk& desk, AudioSource& programme, int lead_frames, const Target& target,
                                  const ChainSettings& settings, const Patch& patch,
                                  const std::function<bool(double)>& tick) {
    return Solver(desk, programme, lead_frames, target, patch, tick).solve(settings);
}

}  // namespace burnish
