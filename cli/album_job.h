#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/album_options.h"
#include "cli/album_track.h"
#include "mastering/album.h"

namespace burnish {

/// An album at work.
struct Album {
    AlbumOptions options;
    std::vector<AlbumTrack> tracks{};
    References references{};  ///< that every track is matched with, if there are any
    AlbumCentre centre{};
    std::optional<std::size_t> loudest{};  ///< track
    double loudest_lufs = 0.0;             ///< that it gets
    double turned_down_db = 0.0;           ///< all tracks alike, where a delivery wants no limiting

    [[nodiscard]] double loudest_found_lufs() const noexcept {
        return loudest ? tracks[*loudest].before.integrated_lufs : silence_db;
    }
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

/// What goes where; an error if a master would take the place of a track or of a reference.
[[nodiscard]] Result<Album> plan_album(const AlbumOptions& options);

/// Opens and measures every track. @return  the error of the first that fails
[[nodiscard]] Status measure_album(Album& album, const AlbumProgress& progress);
/// The same for another delivery of what has been measured.
void take_measurements(const Album& measured, Album& album);

/// Decides what the tracks have in common, which of them continue each other, how loud the loudest one gets, and the
/// ceiling: with references, their peaks over the loudness, counted from the loudest track's.
void settle_album(Album& album);

/// The stretches that are rendered in one piece, in order.
[[nodiscard]] std::vector<AlbumGroup> album_groups(const Album& album);

/// The loudest track of a stretch; none if all are silent.
[[nodiscard]] std::optional<std::size_t> loudest_of(const Album& album, const AlbumGroup& group);

/// The cue sheet of the finished album.
[[nodiscard]] CueSheet finished_sheet(const Album& album);

}  // namespace burnish
