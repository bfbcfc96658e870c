#pragma once

#include "mastering/prediction.h"

namespace burnish {

/// A proposal, shaped by what was asked for: drawn towards the genre's tone and width, given the character of preset
/// and style, and held to the caps.
///
/// Tone and width are drawn only as far as the track does not have them already: the share that is missing is 1 less
/// the track's departure from the usual tone, projected onto the genre's. Every step scales with the amount of its
/// dimension; a dimension at 0 is neutral to the bit. What was shaped has no misfit: taste is not weighed.
/// @param proposed  by any predictor, its amounts applied
[[nodiscard]] Prediction shaped_prediction(Prediction proposed, const TrackAnalysis& track, const Target& target);

/// A predictor whose proposals are shaped; for the preset "auto" by the genres that it finds, or was told.
[[nodiscard]] Predictor shaped(Predictor predictor);

/// The dimension that a stage of the programme belongs to.
[[nodiscard]] Dimension dimension_of(std::string_view program_stage) noexcept;

}  // namespace burnish
