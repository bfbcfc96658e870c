#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "mastering/master_model.h"
#include "mastering/prediction.h"

namespace burnish {

/// Tone, width, band dynamics, glue and loudness by a MasterModel; repair and harshness by the rules.
///
/// Tone and width: a correction is held back three times. The model takes only that part of a departure for a fault
/// which its own uncertainty leaves; what is left must pass a dead zone; no gain passes a cap. A tone moves by much
/// only if a fault is sure. Tracks unlike those that the model has seen get less. Dynamics: what stands out more than
/// is expected of such tracks is compressed by what it takes to bring it back, one amount per band, 3 dB at most;
/// nothing is expanded. The loudness follows from the peak to loudness ratio that is expected of a master of such a
/// track: loudness = ceiling - ratio. Sample rates below 30 kHz are left to the rules, for the model knows no track
/// without treble. A genre that is told (`Target::genres`, or by the name of a preset) moves what is expected by what
/// its tracks have over what they sound like.
[[nodiscard]] Prediction predict_by_model(const std::shared_ptr<const MasterModel>& model, const TrackAnalysis& track,
                                          const Target& target);

/// The model that this program was built with; made once. An error if it cannot be used, which a build with passing
/// tests excludes.
[[nodiscard]] Result<std::shared_ptr<const MasterModel>> built_in_model();

/// The predictor with that model, or with one in a file.
[[nodiscard]] Result<Predictor> learned_predictor();
[[nodiscard]] Result<Predictor> learned_predictor(const std::filesystem::path& model);

/// The genres that the built-in model tells and can be told, or one in a file.
[[nodiscard]] Result<std::vector<std::string>> genre_names();
[[nodiscard]] Result<std::vector<std::string>> genre_names(const std::filesystem::path& model);

/// No treatment at all: loudness and peak only.
[[nodiscard]] Prediction predict_nothing(const TrackAnalysis& track, const Target& target);

}  // namespace burnish
