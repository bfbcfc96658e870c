#pragma once

#include <Eigen/Dense>

namespace burnish {

/// The hidden layer of the small network on top of a FaultModel's line: cosines of random directions through the
/// features, the same for every model. Only what comes after it is learned, so it is drawn from a seed and not stored.
/// Source: Rahimi & Recht, "Random features for large-scale kernel machines", NIPS 2007.
inline constexpr int hidden_units = 2048;

/// @param features  standardised
/// @param scale     per feature: how fast the cosines turn with it; 0 leaves it out
/// @return          per unit, within +-1. Cost: 0.3 ms, and 5 ms once
[[nodiscard]] Eigen::VectorXd hidden_layer(const Eigen::VectorXd& features, const Eigen::VectorXd& scale);

}  // namespace burnish
