#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "training/corpus.h"
#include "training/degradation.h"

namespace burnish::training {

/// A track among those that are judged, and the numbers of one head that are to be put right.
struct Subject {
    std::size_t index = 0;  ///< of the example
    int cluster = 0;        ///< whose tracks are drawn together by the bootstrap
    Measured measured;
};

/// One way to correct: from a track and the error in it to gains in dB, one per number.
struct LadderRow {
    std::string name;
    std::function<Eigen::VectorXd(std::size_t index, const Degradation& fault)> correct;
};

/// What counts as having made something worse.
inline constexpr double harm_db = 0.25;

/// Errors before and after, one of each per draw, and what they come to.
struct LadderCell {
    double before_db = 0.0;              ///< mean over draws of the mean absolute error
    double residual_db = 0.0;            ///< what is left of it
    double low_db = 0.0, high_db = 0.0;  ///< 95 % of that, by bootstrap over clusters
    double reduction = 0.0;              ///< 0..1
    double low_reduction = 0.0, high_reduction = 0.0;
    double harm_rate = 0.0;  ///< share made worse by more than 0.25 dB
    double win_rate = 0.0;   ///< share made better
    double median_db = 0.0, p95_db = 0.0;
};
struct Draws {
    std::vector<double> before_db, after_db;
    std::vector<int> cluster;
};
[[nodiscard]] LadderCell summary_of(const Draws& draws);

/// 95 % of some number of the draws, by bootstrap over clusters. Cost: the number of 1000 resamples of all draws.
struct Interval {
    double low = 0.0, high = 0.0;
};
[[nodiscard]] Interval interval_of(const Draws& draws, const std::function<double(const Draws&)>& number);

/// Mean absolute value of what is heard; of a tone, its mean over that taken away.
[[nodiscard]] double error_size(Eigen::VectorXd error_db, const Measured& measured, bool is_centred);

/// Puts faults of one kind and size into every subject, has the row take them out, and measures what is left. In the
/// feature domain: a filter adds to levels in dB, and the features are taken as unmoved by it.
/// @param size_db  of the faults; 0 measures the drift on untouched tracks
[[nodiscard]] LadderCell climb(const LadderRow& row, std::span<const Subject> subjects, Fault fault, double size_db);

/// What is left, 95 % of it, and in brackets the reduction, 95 % of that, the share made better and the share made
/// worse.
[[nodiscard]] std::string cell_text(const LadderCell& cell);
/// A row of cells each: drift on untouched tracks (median / 95th percentile), then faults of each size. `tell` hears
/// what is being done.
[[nodiscard]] std::string ladder_table(std::span<const LadderRow> rows, std::span<const Subject> subjects, Fault fault,
                                       std::span<const double> sizes_db,
                                       const std::function<void(const std::string&)>& tell);

}  // namespace burnish::training
