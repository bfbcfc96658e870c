#pragma once

#include <span>
#include <string>
#include <vector>

#include "mastering/tone_model.h"
#include "training/corpus.h"

namespace burnish::training {

struct FitOptions {
    int folds = 5;                      ///< of artists, to learn what is left over for artists unknown
    std::vector<std::string> left_out;  ///< groups of features that are not used, for ablations
    double clean_prior = 0.35;          ///< share of tracks that need nothing
};

struct ToneFit {
    ToneModel model;
    double ridge = 0.0;         ///< chosen by the folds
    double mean_only_db = 0.0;  ///< rms of the tone around its mean, over the folds
    double left_over_db = 0.0;  ///< rms of what the features do not explain, over the folds
};

/// Fits a ToneModel: ridge regression of the tone on the features, each group of them weighing alike, its strength
/// chosen by cross-validation over artists; the covariance of what is left over there becomes the model's spread.
///
/// The same examples in the same order give the same weights on the same machine: one thread, no random numbers.
/// Cost: seconds for some hundred tracks. @param examples  at least 10, of at least `folds` artists
[[nodiscard]] ToneFit fit_tone(std::span<const Example> examples, const FitOptions& options = {});

}  // namespace burnish::training
