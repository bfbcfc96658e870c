#pragma once

#include <array>
#include <optional>

#include "analysis/track_analysis.h"
#include "dsp/tone_curve.h"
#include "mastering/treatment_aim.h"

namespace burnish {

inline constexpr int tone_knots = 11;

/// A level for each knot of the tone curve's mid, 20 Hz to 20480 Hz.
using KnotLevels = std::array<double, tone_knots>;

[[nodiscard]] double tone_knot_hz(int knot) noexcept;

/// The tone curve's mid, knot by knot, and the tone that an aim wants there.
extern const std::array<double ToneCurve::Settings::*, tone_knots> mid_tone_knots;
extern const std::array<double TreatmentAim::*, tone_knots> aim_tone_knots;

/// How far the octave around each knot is from what finished tracks of all genres have; nothing for octaves that carry
/// no music: 50 dB under the strongest one, or beyond what the rate has left.
[[nodiscard]] std::array<std::optional<double>, tone_knots> octave_excess_db(const TrackAnalysis& track);

}  // namespace burnish
