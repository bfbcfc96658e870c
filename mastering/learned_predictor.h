#pragma once

#include "mastering/prediction.h"
#include "mastering/tone_model.h"

namespace burnish {

/// The tone curve by a ToneModel, everything else by the rules.
///
/// A correction is held back three times: the model takes only that part of a departure for a fault which its own
/// uncertainty leaves, what is left must pass 0.4 dB, and no knot moves by more than 4 dB. The deepest and the highest
/// knots only ever turn down. Tracks unlike those that the model has seen get less, down to a quarter. Sample rates
/// below 30 kHz are left to the rules, for the model knows no track without treble.
[[nodiscard]] Prediction predict_by_model(const ToneModel& model, const TrackAnalysis& track, const Target& target);

/// The predictor with the model that this program was built with; made once.
/// @return  an error if that model cannot be used, which a build with passing tests excludes
[[nodiscard]] Result<Predictor> learned_predictor();

/// No treatment at all: loudness and peak only.
[[nodiscard]] Prediction predict_nothing(const TrackAnalysis& track, const Target& target);

}  // namespace burnish
