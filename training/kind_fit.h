#pragma once

#include <span>
#include <vector>

#include "mixing/balance_model.h"

namespace burnish::training {

/// Voices to learn from: what is known of each, what is to be told of it, and how much it weighs.
struct KindLesson {
    VoiceFeatures features;
    double missed_lu;
    double weight;
};

/// The line and the kinds of a model: k-means for where the kinds lie, then one robust ridge regression for all
/// weights.
/// @param line         its deviations are taken as they are; weights are fitted anew
/// @param usual_miss_lu  what is missed by more pulls no harder
[[nodiscard]] BalanceModel fit_kinds(std::span<const KindLesson> lessons, const FeatureWeights& line,
                                     double usual_miss_lu);

}  // namespace burnish::training
