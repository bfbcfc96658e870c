#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/album_options.h"
#include "cli/master_job.h"
#include "mastering/album.h"
#include "mastering/joined_source.h"

namespace burnish {

/// One track of an album: what was found of it, and what came of it.
struct AlbumTrack {
    AlbumEntry entry;
    std::filesystem::path output;
    StreamInfo info{};  ///< of the track, not of the file that it may be a part of
    TrackAnalysis before{};
    TrackEdges edges{};
    std::optional<TrackAnalysis> after{};
    std::optional<double> asked_lufs{};  ///< none: no loudness was aimed at
    bool goes_on = false;                ///< the next track continues it, and both are one render
    ChainSettings settings{};
    MasterStatus status = MasterStatus::planned;
    std::string reason{};
    std::vector<std::string> warnings{};
};

/// An album at work.
struct Album {
    AlbumOptions options;
    std::vector<AlbumTrack> tracks{};
    AlbumCentre centre{};
    std::optional<std::size_t> loudest{};  ///< track
    double loudest_lufs = 0.0;             ///< that it gets

    [[nodiscard]] double deviation_lu(const AlbumTrack& track) const noexcept {
        return track.after && track.asked_lufs ? track.after->integrated_lufs - *track.asked_lufs : 0.0;
    }
};

/// Called with a job's number and what it does; returns false to stop it.
using AlbumProgress = std::function<bool(int job, std::string_view stage, double fraction, double duration_s)>;

/// Tracks first to end, end left out, that continue each other.
struct AlbumGroup {
    std::size_t first;
    std::size_t end;
};

/// What goes where; an error if a master would take the place of a track.
[[nodiscard]] Result<Album> plan_album(const AlbumOptions& options);

/// Opens and measures every track. @return  the error of the first that fails
[[nodiscard]] Status measure_album(Album& album, const AlbumProgress& progress);
/// The same for another delivery of what has been measured.
void take_measurements(const Album& measured, Album& album);

/// Decides what the tracks have in common, which of them continue each other, and how loud the loudest one gets.
void settle_album(Album& album);

/// The stretches that are rendered in one piece, in order.
[[nodiscard]] std::vector<AlbumGroup> album_groups(const Album& album);

/// Masters one stretch and writes its tracks, all of them or none: one chain and one drive run through all, so that
/// boundaries stay what they were, to the sample.
[[nodiscard]] Status master_group(Album& album, const AlbumGroup& group, bool concurrent, const JobProgress& progress);

/// The cue sheet of the finished album.
[[nodiscard]] CueSheet finished_sheet(const Album& album);

}  // namespace burnish
