#include "cli/album_job.h"

#include <algorithm>

#include "cli/batch.h"
#include "cli/master_job.h"
#include "cli/master_request.h"
#include "cli/reference_files.h"

namespace burnish {

Result<Album> plan_album(const AlbumOptions& options) {
    Album album{.options = options};
    const auto directory = options.master.output.value_or("") / options.folder;
    for (const auto& entry : options.tracks) {
        album.tracks.push_back({.entry = entry, .output = directory / entry.name});
        if (!options.master.output) continue;  // a dry run
        const auto& output = album.tracks.back().output;
        const auto meets = [&](const auto& inputs, auto path) {
            return std::ranges::any_of(inputs, [&](const auto& input) { return same_file(input.*path, output); });
        };
        const bool is_track = meets(options.tracks, &AlbumEntry::file);
        if (is_track || meets(options.master.references, &ReferenceFile::path))
            return Error{ErrorCode::usage, output.string() + ": cannot be a master and a " +
                                               (is_track ? "track of the album" : "reference") + " at once"};
    }
    return album;
}

Status measure_album(Album& album, const AlbumProgress& progress) {
    const int count = static_cast<int>(album.tracks.size());
    std::vector<std::optional<Error>> errors(album.tracks.size());
    run_batch(
        count, std::min(count, album.options.master.jobs),
        [&](int i) {
            const auto at = static_cast<std::size_t>(i);
            const auto status = measure_track(
                album.tracks[at], album.options.master, album.references,
                [&](std::string_view stage, double fraction, double s) { return progress(i, stage, fraction, s); });
            if (!status) errors[at] = status.error();
        },
        [](int) {});
    for (const auto& error : errors)
        if (error) return *error;
    return success();
}

void take_measurements(const Album& measured, Album& album) {
    for (std::size_t i = 0; i < album.tracks.size(); ++i) {
        const auto& from = measured.tracks[i];
        auto& to = album.tracks[i];
        to.info = from.info;
        to.first_frame = from.first_frame;
        to.before = from.before;
        to.edges = from.edges;
        to.match = from.match;
        to.warnings = from.warnings;
    }
}

void settle_album(Album& album) {
    const auto& options = album.options;
    auto& target = album.options.master.target;
    std::vector<TrackAnalysis> analyses;
    std::vector<Prediction> proposals;
    const auto predict = predictor_for(options.master, album.tracks.front().warnings);
    for (auto& track : album.tracks) {
        analyses.push_back(track.before);
        proposals.push_back(track.match ? track.match->prediction : predict(track.before, target));
        const auto& notes = proposals.back().notes;
        track.warnings.insert(track.warnings.end(), notes.begin(), notes.end());
    }
    album.centre = album_centre(analyses, proposals, options.anchor);
    if (album.references != nullptr) album.centre = centred_on(album.centre, *album.references);
    for (std::size_t i = 0; i + 1 < album.tracks.size(); ++i)
        album.tracks[i].goes_on = continues(album.tracks[i], album.tracks[i + 1], options.gapless);
    album.loudest = loudest_of(album, {0, album.tracks.size()});
    album.loudest_lufs = target.loudness_lufs;
    if (target.choose_loudness && album.loudest && proposals[*album.loudest].loudness)
        album.loudest_lufs = proposals[*album.loudest].loudness->value;
    if (!album.loudest || !album.tracks[*album.loudest].match) return;
    auto loudest = target;
    loudest.loudness_lufs = album.loudest_lufs;
    hold_peaks(*album.tracks[*album.loudest].match->reference, loudest);
    target.ceiling_dbtp = loudest.ceiling_dbtp;
}

std::optional<std::size_t> loudest_of(const Album& album, const AlbumGroup& group) {
    std::optional<std::size_t> loudest;
    for (auto i = group.first; i < group.end; ++i) {
        const double lufs = album.tracks[i].before.integrated_lufs;
        if (lufs > silence_db && (!loudest || lufs > album.tracks[*loudest].before.integrated_lufs)) loudest = i;
    }
    return loudest;
}

std::vector<AlbumGroup> album_groups(const Album& album) {
    std::vector<AlbumGroup> groups;
    for (std::size_t i = 0; i < album.tracks.size(); ++i) {
        if (i == 0 || !album.tracks[i - 1].goes_on) groups.push_back({i, i});
        groups.back().end = i + 1;
    }
    return groups;
}

CueSheet finished_sheet(const Album& album) {
    auto sheet = album.options.sheet;
    sheet.tracks.clear();
    for (std::size_t i = 0; i < album.tracks.size(); ++i) {
        const auto& track = album.tracks[i];
        CueTrack cue = track.entry.cue;
        cue.file = track.entry.name;
        if (track.entry.is_part) cue.start_sectors = 0;  // it has a file of its own now
        if (i > 0 && album.tracks[i - 1].goes_on) cue.pregap_sectors = 0;
        if (cue.title.empty()) cue.title = std::filesystem::path(track.entry.name).stem().string();
        sheet.tracks.push_back(std::move(cue));
    }
    return sheet;
}

}  // namespace burnish
