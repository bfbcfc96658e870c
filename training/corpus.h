#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mastering/track_features.h"

namespace burnish::training {

/// One row of the manifest.
struct TrackRow {
    std::string package, path, genre, artist, licence, split;
};

/// Where a track lies: under `corpus`/package, or where the list says if it comes from no package.
[[nodiscard]] std::filesystem::path track_file(const TrackRow& row, const std::filesystem::path& corpus);

/// Reads training/tracks.tsv or a list of one's own: columns path, genre and artist, and package, licence and split
/// where they are wanted, in any order. Without a package, a path is relative to the list; without a split, an artist
/// gets one from its name.
[[nodiscard]] Result<std::vector<TrackRow>> read_manifest(const std::filesystem::path& file);

/// What a track gives to the fit.
struct Example {
    TrackRow row;
    TrackAnalysis analysis;
    std::vector<double> features;  ///< track_features of it
    /// The same with a fault rendered into it; none: it was not made.
    struct Spoiled {
        double size_db = 0.0;  ///< of the fault: 3 or 6
        TrackAnalysis analysis;
        std::vector<double> features;
    };
    std::optional<Spoiled> spoiled{};
};
[[nodiscard]] Example example_of(const TrackRow& row, const TrackAnalysis& analysis);

/// Features of a sound that is always the same. A model's file keeps them, so that a test can tell whether the analysis
/// still measures what the model learned from; a name that stays the same would not show it.
[[nodiscard]] std::vector<double> reference_features();
inline constexpr std::string_view reference_features_name = "reference_features";

/// Measures every track, as it is and with a fault in tone and width rendered into it, on `jobs` threads; what has been
/// measured before is taken from `cache`. Tracks that cannot be read are left out and named by `tell`. The order is
/// that of the manifest.
[[nodiscard]] std::vector<Example> measure_corpus(const std::vector<TrackRow>& rows,
                                                  const std::filesystem::path& corpus,
                                                  const std::filesystem::path& cache, int jobs,
                                                  const std::function<void(const std::string&)>& tell);

}  // namespace burnish::training
