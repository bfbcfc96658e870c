#pragma once

#include "mastering/prediction.h"

namespace burnish {

/// A careful engineer's rules of thumb: corrects only what is far from usual, never by much, and leaves alone what has
/// been mastered already. The baseline that a learned predictor has to beat.
///
/// Tone is drawn towards the middle of what finished tracks have, from outside a dead zone of 4 dB, by two fifths of
/// the excess and 3 dB at most; dynamics by ratios below 2; width only where it is unsafe or nearly missing. All of it
/// scales with the target's amount.
[[nodiscard]] Prediction predict_by_rules(const TrackAnalysis& track, const Target& target);

}  // namespace burnish
