#pragma once

#include <span>
#include <string_view>

#include "core/random.h"
#include "training/feature_table.h"
#include "training/regression.h"

namespace burnish::training {

/// What errors a head has to expect: a Gaussian process over the logarithm of `axis_hz`.
struct ErrorPrior {
    std::vector<double> axis_hz;
    double length_octaves = 1.5;  ///< how smooth; 0: all numbers on their own, half of it common to all
    bool is_centred = true;       ///< its mean is no error
    double free_level_db = 0.0;
    std::vector<double> sizes_db;  ///< the first is 0
    double clean_share = 0.4;      ///< of tracks that need nothing
};
[[nodiscard]] const ErrorPrior& error_prior(std::string_view head);
/// Covariance of an error of 1 dB.
[[nodiscard]] Eigen::MatrixXd error_covariance(const ErrorPrior& prior);

/// Faults as a head meets them.
class FaultDraws {
public:
    /// @param head  "tone", "width" or "dynamics"; outlives this
    explicit FaultDraws(std::string_view head);
    /// Of the mixture for tone and width; for dynamics, to which no block does just what it should, of the prior's
    /// sizes, each as often, none among them.
    [[nodiscard]] Eigen::VectorXd draw(Random& random) const;

private:
    std::string_view head_;
    std::span<const double> sizes_db_;
    Eigen::MatrixXd root_;
};

struct FaultFitOptions {
    KernelShape shape{KernelShape::Kind::network, {}};  ///< groups that the head is blind to count for nothing anyway
    bool weigh_groups = false;                          ///< try what the groups of features should count
    double ridge = 0.0;                                 ///< 0: the best of some
    std::vector<int> group;                             ///< who is left out together; empty: artists
    bool is_plain = false;                              ///< no features at all, for comparison
};

/// A model, and what it says of each track when it does not know whoever made it.
struct FaultFit {
    FaultModel model;  ///< what it expects (mean and weights) is empty if the kernel is radial
    std::vector<Measured> measured;
    Eigen::MatrixXd excess;  ///< examples x numbers, without the group of each; below, by the features of the spoiled
    Eigen::VectorXd doubt;   ///< per row of that, likewise
    double ridge = 0.0;
    GroupWeights group_weights;
    double mean_only = 0.0, left_over = 0.0;  ///< rms around the mean, and around what the features tell
};

/// Fits one head: from the features of each track, and from those that it has with a fault in it, to what the track had
/// without. So the fit learns to disregard what a fault moves. What is left over for groups that the fit does not know
/// becomes the model's spread; how its size goes with the features becomes the doubt; and the deviations of each number
/// are scaled so that nine tenths of what is missed of faults drawn from the mixture lie within 1.645 of them.
/// The same examples in the same order give the same weights: one thread, own generator. Cost: up to two minutes for
/// some hundred tracks. @param examples  at least 10, of several groups
[[nodiscard]] FaultFit fit_faults(const ModelHead& head, std::span<const Example> examples, const FeatureTable& table,
                                  const FaultFitOptions& options = {});

}  // namespace burnish::training
