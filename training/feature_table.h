#pragma once

#include <Eigen/Dense>
#include <span>
#include <string>
#include <vector>

#include "mastering/master_model.h"
#include "training/corpus.h"

namespace burnish::training {

/// The features of all examples in units of their spread, and who made which.
struct FeatureTable {
    Eigen::VectorXd centre, scale;  ///< per feature: median, and half the distance from the 16th to the 84th percentile
    Eigen::VectorXd balance_centre;  ///< mean of what balance_of gives
    Eigen::MatrixXd sway;            ///< features x numbers of the balance, as MasterModel has it
    Eigen::MatrixXd standardized;    ///< examples x features, as MasterModel gives them
    Eigen::MatrixXd spoiled;         ///< the same with a fault in each track; no rows if not all examples have that
    std::vector<int> artist;         ///< per example; who shares a number is left out together
    std::vector<double> cutoffs_hz;  ///< codec's edge, 0: none; of `standardized` row by row, then of `spoiled`
    double usual_strangeness = 1.0, most_strangeness = 2.0;
};
/// What a fault moves the features by is learned from the pairs of each track without and with one, by a ridge
/// regression on what it does to the balance; without such pairs nothing is known of it, and the sway is 0.
/// @param examples  at least 2
[[nodiscard]] FeatureTable feature_table(std::span<const Example> examples);

/// A number for each different name, in order of appearance.
[[nodiscard]] std::vector<int> numbered(std::span<const Example> examples, std::string TrackRow::*name);
/// The same for albums: the music of a package, or what an artist has in one folder.
[[nodiscard]] std::vector<int> numbered_albums(std::span<const Example> examples);

}  // namespace burnish::training
