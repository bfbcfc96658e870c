#pragma once

#include <Eigen/Dense>
#include <map>
#include <span>
#include <string>

namespace burnish::training {

/// How much groups of features count, by name: 1 where nothing is said, 0 for those that are left out.
using GroupWeights = std::map<std::string, double>;

/// How features become a kernel: the more alike two examples, the larger their entry.
struct KernelShape {
    enum class Kind {
        linear,   ///< products of features: the fit is a line
        network,  ///< on top of that, those of a hidden layer of random cosines: a small network fitted in closed form
        radial,   ///< on top of that, a Gaussian of their distance: kernel regression, which keeps every example
    };
    Kind kind = Kind::linear;
    GroupWeights group_weights;
};

/// Weight of each feature: what its group weighs, shared by the numbers of the group.
[[nodiscard]] Eigen::VectorXd feature_weights(const GroupWeights& group_weights);

/// The network's part of a kernel fit: what hidden_layers takes for feature weights, by what products of its outputs
/// count in the kernel, and the weights behind it that a fit's coefficients come to (units x numbers).
[[nodiscard]] Eigen::VectorXd network_scale(const Eigen::VectorXd& weights);
[[nodiscard]] double network_share(const Eigen::VectorXd& weights);
[[nodiscard]] Eigen::MatrixXd network_weights(const Eigen::MatrixXd& features, const Eigen::VectorXd& weights,
                                              const Eigen::MatrixXd& coefficients);

/// @param features  examples x features, standardised
/// @return          examples x examples
[[nodiscard]] Eigen::MatrixXd kernel_of(const Eigen::MatrixXd& features, const KernelShape& shape);

/// Ridge regression of some numbers on a kernel, with what it would have said of each example without knowing any
/// example of the same group.
///
/// Numbers that are not known are filled in by the fit itself; examples far from it weigh less, as a Student-t of three
/// degrees of freedom has it. What is left over without a group comes from the whole fit in closed form: the block of
/// the inverse that belongs to the group, solved against the group's coefficients.
struct Regression {
    Eigen::VectorXd mean;          ///< per number
    Eigen::MatrixXd coefficients;  ///< examples x numbers: a prediction is mean + kernel row * coefficients
    Eigen::MatrixXd left_over;     ///< examples x numbers: measured less predicted without the group
    double offset = 0.0;           ///< what is added to every kernel entry, so that the mean is fitted too

    /// Root mean square of what is left over where it is known.
    [[nodiscard]] double rms(const Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>& known) const;
};
/// @param known  examples x numbers: which of `values` were measured
/// @param group  per example; -1 for each its own
[[nodiscard]] Regression regress(const Eigen::MatrixXd& kernel, const Eigen::MatrixXd& values,
                                 const Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>& known,
                                 std::span<const int> group, double ridge, bool is_robust);

}  // namespace burnish::training
