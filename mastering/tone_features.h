#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analysis/track_analysis.h"

namespace burnish {

inline constexpr int tone_bands = static_cast<int>(bark_bands_hz.size());

/// What the tone of a track is expected from: numbers that a smooth filter leaves nearly alone.
///
/// A group is one kind of evidence: its numbers share one weight, so that a kind measured by many numbers does not
/// drown the others.
struct FeatureGroup {
    std::string name;
    int first = 0;
    int count = 0;
};

/// Names of all features in order, and their groups; made from the analysis tables.
struct FeatureSchema {
    std::vector<std::string> names;
    std::vector<FeatureGroup> groups;
    [[nodiscard]] int size() const noexcept { return static_cast<int>(names.size()); }
    /// Of all names: two versions whose features differ have different ones.
    [[nodiscard]] std::uint64_t fingerprint() const noexcept;
};
[[nodiscard]] const FeatureSchema& tone_schema();

/// The features of a track, in the order of the schema.
[[nodiscard]] std::vector<double> tone_features(const TrackAnalysis& track);

/// The tone itself: levels of the Bark bands of the mid over their mean, not below 70 dB under the strongest.
[[nodiscard]] Curve<bark_bands_hz.size()> tone_of(const TrackAnalysis& track);

}  // namespace burnish
