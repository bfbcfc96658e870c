#pragma once

#include <cmath>
#include <memory>

#include "analysis/analyzer.h"
#include "mastering/hidden_layer.h"
#include "mastering/master_model.h"
#include "tests/support/signals.h"

/// A track, and models of which it can be told on paper what they hold of it.
namespace burnish::test {

inline TrackAnalysis toy_track() {
    static const auto track = analyze(toy_music(12.0, 44100.0).view(), 44100.0);
    return track;
}

/// Expects some numbers, whatever the features: what it does can be told on paper.
inline FaultModel expecting(const Eigen::VectorXd& numbers, double spread_db, double clean_prior) {
    const auto features = feature_schema().size();
    const auto n = numbers.size();
    FaultModel::Parts parts;
    parts.mean = numbers;
    parts.weights = Eigen::MatrixXd::Zero(features, n);
    parts.network_scale = Eigen::VectorXd::Zero(features);
    parts.network_weights = Eigen::MatrixXd::Zero(hidden_units, n);
    parts.doubt_weights = Eigen::VectorXd::Zero(features);
    parts.deviation_scale = Eigen::VectorXd::Ones(n);
    parts.spread = spread_db * spread_db * Eigen::MatrixXd::Identity(n, n);
    parts.error_shape.resize(n, n);
    for (Eigen::Index a = 0; a < n; ++a)
        for (Eigen::Index b = 0; b < n; ++b) parts.error_shape(a, b) = std::exp(-0.05 * std::pow(a - b, 2.0));
    parts.error_sizes_db = Eigen::Vector3d(0.0, 2.0, 6.0);
    parts.priors = Eigen::Vector3d(clean_prior, (1.0 - clean_prior) / 2, (1.0 - clean_prior) / 2);
    return FaultModel(parts);
}

/// A model that is content with the track but for what is added to its expectations.
struct Wish {
    Eigen::VectorXd tone = Eigen::VectorXd::Zero(tone_bands);
    double width_db = 0.0, plr_db = 0.0;
    double spread_db = 0.5;  ///< how much tracks differ
};
inline std::shared_ptr<const MasterModel> model_wishing(const Wish& wish, const TrackAnalysis& track) {
    const auto features = feature_schema().size();
    MasterModel::Parts parts;
    parts.feature_centre = Eigen::VectorXd::Zero(features);
    parts.feature_scale = Eigen::VectorXd::Constant(features, 1e6);  // nothing is strange
    parts.balance_centre = Eigen::VectorXd::Zero(tone_bands + image_regions);
    parts.sway = Eigen::MatrixXd::Zero(features, tone_bands + image_regions);
    parts.tone = expecting(tone_of(track).values + wish.tone, wish.spread_db, 0.3);
    parts.width = expecting(width_of(track).values.array() + wish.width_db, wish.spread_db, 0.3);
    Eigen::VectorXd dynamics = dynamics_of(track).values;
    dynamics(0) += wish.plr_db;
    parts.dynamics = expecting(dynamics, wish.spread_db, 0.3);
    parts.genre = {{"rock", "metal", "pop"}, Eigen::MatrixXd::Zero(features, 3), Eigen::Vector3d(2.0, 1.0, -4.0)};
    parts.usual_strangeness = 2.0;
    parts.most_strangeness = 4.0;
    return std::make_shared<const MasterModel>(parts);
}

/// Less of the two octaves around 1280 Hz.
inline Eigen::VectorXd less_around_1280_hz(double db) {
    Eigen::VectorXd tone(tone_bands);
    for (int b = 0; b < tone_bands; ++b) {
        const double octaves = std::log2(bark_bands_hz[static_cast<std::size_t>(b)] / 1280.0);
        tone(b) = -db * std::exp(-0.5 * octaves * octaves);
    }
    return tone;
}

}  // namespace burnish::test
