#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/track_analysis.h"
#include "mastering/prediction.h"
#include "mastering/reference.h"
#include "mastering/usual_tone.h"

namespace burnish {

/// Most that a track's own treatment may depart from the album's.
inline constexpr double album_tone_bound_db = 1.5;   ///< at every knot of the tone curve
inline constexpr double album_width_bound_db = 1.5;  ///< in every band of the width

/// What the tracks of an album have in common: the medians of all, or the anchor's own.
struct AlbumCentre {
    ChainSettings settings;                                   ///< what was proposed
    std::array<std::optional<double>, tone_knots> excess_db;  ///< the tone, see octave_excess_db
    Curve<bark_bands_hz.size()> bark_db{};                    ///< levels over their mean
    double side_mid_db = silence_db;
};

/// @param anchor  the track that the others follow; none: the medians of all
[[nodiscard]] AlbumCentre album_centre(std::span<const TrackAnalysis> tracks, std::span<const Prediction> proposals,
                                       std::optional<std::size_t> anchor);

/// A track's proposal within an album: drawn towards the others where the track stands apart from them (half of what
/// is beyond 2.5 dB at a knot, or beyond 3 dB of width), and held to the bounds around the album's.
[[nodiscard]] Prediction album_prediction(Prediction proposed, const TrackAnalysis& track, const AlbumCentre& centre,
                                          const Target& target);

/// The same, measured from references in place of the tracks' own middle.
[[nodiscard]] AlbumCentre centred_on(AlbumCentre centre, std::span<const Reference> references);

/// How far a track's tone is from the album's: the mean magnitude over the Bark bands, in dB.
[[nodiscard]] double tone_from_centre_db(const TrackAnalysis& track, const AlbumCentre& centre) noexcept;
/// How much wider it is, in dB; 0 where either is mono.
[[nodiscard]] double width_from_centre_db(const TrackAnalysis& track, const AlbumCentre& centre) noexcept;

/// The loudness that a track gets so that the loudest one gets `loudest_lufs` and all relations stay as they are.
/// Source: AES77-2023 and AES TD1008: albums are normalised by their loudest track.
[[nodiscard]] double album_loudness_lufs(double track_lufs, double loudest_track_lufs, double loudest_lufs) noexcept;

}  // namespace burnish
