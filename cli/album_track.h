#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/album_options.h"
#include "cli/progress_bar.h"
#include "io/metadata.h"
#include "mastering/delivery_check.h"
#include "mastering/joined_source.h"
#include "mastering/master.h"

namespace burnish {

/// One track of an album: what was found of it, and what came of it.
struct AlbumTrack {
    AlbumEntry entry;
    std::filesystem::path output;
    StreamInfo info{};             ///< of the track, not of the file that it may be a part of
    std::int64_t first_frame = 0;  ///< in its file, where its start was trimmed
    TrackAnalysis before{};
    TrackEdges edges{};
    std::optional<Study> match{};  ///< with references, by itself, if there are any
    std::optional<TrackAnalysis> after{};
    std::optional<double> asked_lufs{};  ///< none: no loudness was aimed at
    bool goes_on = false;                ///< the next track continues it, and both are one render
    ChainSettings settings{};
    std::vector<Decision> decisions{};
    std::vector<CodecReading> codecs{};
    std::optional<CheckReport> check{};       ///< how the file stands to its delivery target
    std::optional<RefereeReading> referee{};  ///< libebur128's word on the file, where it was asked for
    MasterStatus status = MasterStatus::planned;
    std::string reason{};
    std::vector<std::string> warnings{};
};

/// A track's sound, be it a file, without the silence at its ends if `trims`, or a part of one.
[[nodiscard]] Result<std::unique_ptr<AudioSource>> open_track(AlbumTrack& track, bool trims,
                                                              std::vector<std::string>& warnings);

/// Measures a track and its edges. @param references  that it is compared with, if there are any
[[nodiscard]] Status measure_track(AlbumTrack& track, const MasterOptions& options, const References& references,
                                   const JobProgress& progress);

/// Whether b is to be rendered in one piece with a, which it follows.
[[nodiscard]] bool continues(const AlbumTrack& a, const AlbumTrack& b, Gapless gapless);

/// What the file of an album's track holds besides its sound, with what the cue sheet and the command line know of it.
/// @param number  of the track, from 1
[[nodiscard]] Result<Metadata> track_metadata(const AlbumOptions& options, const AlbumTrack& track, std::size_t number);

/// Frames at a sample rate.
[[nodiscard]] std::int64_t frames_of(std::int64_t sectors, double sample_rate_hz);

}  // namespace burnish
