#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mastering/tone_model.h"
#include "training/corpus.h"

namespace burnish::training {

/// One way to correct a tone: from a track's example, its tone with the error in it, to the gains in dB.
struct LadderRow {
    std::string name;
    std::function<Eigen::VectorXd(const Example& example, const Eigen::VectorXd& tone_db)> correct;
};

/// How a row did at one size of error.
struct LadderCell {
    double residual_db = 0.0;            ///< mean over tracks of the mean absolute error that is left
    double low_db = 0.0, high_db = 0.0;  ///< 95 % of it, by bootstrap over artists
    double reduction = 0.0;              ///< of the error that was there, 0..1
    double harm_rate = 0.0;              ///< share of tracks made worse by more than 0.25 dB
    double median_db = 0.0, p95_db = 0.0;
};

/// Puts smooth errors of a given size into the tone of every example (Gaussian processes over log frequency, 1 to 2
/// octaves long), has the row take them out, and measures what is left. In the feature domain: a filter adds to levels
/// in dB, and the features are taken as unmoved by it.
/// @param size_db  standard deviation of the errors; 0 measures the drift on untouched tracks
[[nodiscard]] LadderCell climb(const LadderRow& row, std::span<const Example> examples, double size_db);

}  // namespace burnish::training
