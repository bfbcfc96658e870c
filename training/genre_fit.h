#pragma once

#include <span>
#include <vector>

#include "training/fault_fit.h"

namespace burnish::training {

/// The genres of the examples from their features, and how well that does for artists that it does not know.
struct GenreFit {
    GenreModel model;
    Eigen::MatrixXd is_genre;   ///< examples x genres: 1 for its own
    Eigen::MatrixXd posterior;  ///< the same without knowing the artist, by the sound
    double accuracy = 0.0;      ///< share of examples whose likeliest genre is right
    double log_loss = 0.0, largest_share = 0.0;
};
/// Least squares, its scores made probabilities by the factor that suits those that do not know the artist best.
[[nodiscard]] GenreFit fit_genres(std::span<const Example> examples, const FeatureTable& table);

/// What a genre that is told adds to what a head expects: a ridge regression of what the head leaves over on the
/// genres, less what they were taken for by their sound. Genres of fewer than three artists add nothing, and none do if
/// artists that it does not know are not the better for it.
struct ToldGenres {
    Eigen::MatrixXd weights;  ///< genres x numbers, for FaultModel
    double untold = 0.0;      ///< rms that the head leaves over of artists that it does not know, dB
    double told = 0.0;        ///< the same when it is told their genres, dB
    double ridge = 0.0;
};
/// @param artist  per example; who shares a number is left out together
[[nodiscard]] ToldGenres fit_told_genres(const FaultFit& fit, const GenreFit& genres, const std::vector<int>& artist);

}  // namespace burnish::training
