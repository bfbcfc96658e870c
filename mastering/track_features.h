#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/track_analysis.h"

namespace burnish {

inline constexpr int tone_bands = static_cast<int>(bark_bands_hz.size());
inline constexpr int image_regions = static_cast<int>(image_regions_hz.size());

/// What a master is expected from: numbers that a smooth filter, a gain and a change of width leave nearly alone.
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
[[nodiscard]] const FeatureSchema& feature_schema();

/// The features of a track, in the order of the schema.
[[nodiscard]] std::vector<double> track_features(const TrackAnalysis& track);

/// Numbers of a track that may be at fault, and which of them can be heard at all.
struct Measured {
    Eigen::VectorXd values;
    Eigen::Array<bool, Eigen::Dynamic, 1> heard;
};

/// Levels of the Bark bands of the mid, over the mean of those heard from 250 Hz to 4 kHz. Not heard is what lies 50 dB
/// under the strongest band, or beyond the sample rate's or a codec's edge.
[[nodiscard]] Measured tone_of(const TrackAnalysis& track);

/// Side over mid in the regions of the image; not heard below -38 dB, as in mono.
[[nodiscard]] Measured width_of(const TrackAnalysis& track);

/// What filters and changes of width set of a track: its tone about the mean of what is heard, and behind it its width.
[[nodiscard]] Measured balance_of(const TrackAnalysis& track);

/// Peak to loudness ratio, and spread of the four dynamics bands.
[[nodiscard]] Measured dynamics_of(const TrackAnalysis& track);

}  // namespace burnish
