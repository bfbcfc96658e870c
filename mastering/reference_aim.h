#pragma once

#include <array>
#include <span>

#include "analysis/track_analysis.h"
#include "mastering/match_curve.h"
#include "mastering/reference.h"

namespace burnish {

/// A side this far under the mid is none.
inline constexpr double mono_below_db = 35.0;

/// What several references come to.
struct ReferenceAim {
    Curve<third_octaves_hz.size()> mid_db{};
    Curve<third_octaves_hz.size()> side_mid_db{};
    std::array<bool, third_octaves_hz.size()> has_mid{};
    Curve<4> spread_db{};
    double side_mid = 0.0;
    double plr_db = 0.0;
    double heard_plr_db = 0.0;
    double loud_lufs = 0.0;
    double cutoff_hz = 0.0;
    bool is_stereo = false;
};

/// The means of several references' levels, by their weights. @param whole  all of each, or its loudest passages
[[nodiscard]] ReferenceAim aim_of(std::span<const Reference> references, bool whole);

/// What a track's tone misses, band by band; bands that are empty in either have no weight.
[[nodiscard]] SpectrumDifference tone_missing(const ReferenceAim& aim, const TrackAnalysis& now);
/// What its side misses over the mid. What has no side cannot be given one.
[[nodiscard]] SpectrumDifference side_missing(const ReferenceAim& aim, const TrackAnalysis& now);
/// The mean magnitude of what the tone misses, whatever the level.
[[nodiscard]] double tone_distance_db(const ReferenceAim& aim, const TrackAnalysis& now);

/// The lower of two edges of a spectrum, of which 0 is none.
[[nodiscard]] double lowest_cutoff(double a_hz, double b_hz) noexcept;

}  // namespace burnish
