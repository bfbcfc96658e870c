#pragma once

#include <span>
#include <string>
#include <vector>

#include "training/comparison.h"
#include "training/ladder.h"

namespace burnish::training {

/// What a fitted head says of faulty tracks: departures from what it expects without knowing their artist.
struct Judge {
    const FaultFit* fit;
    FaultModel model;
    std::vector<double> trust;  ///< per row of the fit's excess

    [[nodiscard]] FaultOpinion operator()(std::size_t index, const Eigen::VectorXd& error_db) const;
};
[[nodiscard]] Judge judge_of(const FaultFit& fit, const std::vector<double>& trust);
/// The same without the gate: an error there always is.
[[nodiscard]] FaultModel ungated(const FaultModel& model);
[[nodiscard]] Judge ungated(Judge judge);
/// The same as one error of a middling size that is always there, and the left over a Gaussian: a MAP estimate.
[[nodiscard]] FaultModel plain_map(const FaultModel& model);
[[nodiscard]] Judge plain_map(Judge judge);

[[nodiscard]] std::vector<double> trusts_of(const Lesson& lesson);
/// Departures of tracks that the model has not seen at all, in the order of a fit. @param trust  is filled in
[[nodiscard]] FaultFit judged_by(const MasterModel& model, const ModelHead& head, std::span<const Example> examples,
                                 std::vector<double>& trust);

/// Those of whom a head hears enough. @param cluster  per example
[[nodiscard]] std::vector<Subject> subjects_of(std::span<const Example> examples, const FaultFit& fit,
                                               const std::vector<int>& cluster);

/// Up to where a track has music.
[[nodiscard]] double highest_hz(const TrackAnalysis& track);
/// The correction of the shipped predictor, by the chain's curve and within its caps.
[[nodiscard]] LadderRow shipped(std::string name, Judge judge, std::span<const Example> examples);
/// Every way to correct a tone that is compared.
[[nodiscard]] std::vector<LadderRow> tone_rows(const Lesson& lesson, const Comparison& comparison,
                                               std::span<const Example> known);

}  // namespace burnish::training
