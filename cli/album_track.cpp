#include "cli/album_track.h"

#include <cmath>

#include "io/audio_file.h"
#include "io/trimmed_file.h"

namespace burnish {

std::int64_t frames_of(std::int64_t sectors, double sample_rate_hz) {
    return std::llround(static_cast<double>(sectors) * sample_rate_hz / sectors_per_second);
}

Result<std::unique_ptr<AudioSource>> open_track(AlbumTrack& track, bool trims, std::vector<std::string>& warnings) {
    const auto& entry = track.entry;
    auto file = trims ? open_trimmed(entry.file) : open_audio(entry.file);
    if (!file) return file.error();
    warnings.insert(warnings.end(), (*file)->warnings().begin(), (*file)->warnings().end());
    track.first_frame = (*file)->first_frame();
    if (!entry.is_part) return std::unique_ptr<AudioSource>(*std::move(file));
    const auto info = (*file)->info();
    const auto first = frames_of(entry.first_sectors, info.sample_rate_hz);
    const auto end = entry.end_sectors ? frames_of(*entry.end_sectors, info.sample_rate_hz) : info.frames;
    if (end > info.frames || first >= end)
        return Error{ErrorCode::input, entry.file.string() + ": " + std::to_string(info.frames) +
                                           " frames found, but the cue sheet has a track from frame " +
                                           std::to_string(first) + " to " + std::to_string(end)};
    return std::unique_ptr<AudioSource>(std::make_unique<PartSource>(*std::move(file), first, end));
}

Status measure_track(AlbumTrack& track, const MasterOptions& options, const References& references,
                     const JobProgress& progress) {
    auto opened = open_track(track, options.trim, track.warnings);
    if (!opened) return opened.error();
    track.info = (*opened)->info();
    const double duration_s = static_cast<double>(track.info.frames) / track.info.sample_rate_hz;
    const double analyzing = references == nullptr ? 1.0 : 0.3;
    EdgeRecorder recorder(**opened);
    auto analysis = analyze_source(
        recorder, false, [&](double fraction) { return progress("analyzing", analyzing * fraction, duration_s); });
    if (!analysis) return analysis.error();
    track.before = *analysis;
    track.edges = recorder.edges();
    if (references == nullptr || analysis->integrated_lufs <= silence_db) return success();
    MasterRequest request{.target = options.target, .patch = {}, .predictor = {}};
    request.references = references;
    request.concurrent = false;
    request.analysis = &track.before;
    auto match = study_track(**opened, request, [&](double fraction) {
        return progress("matching", analyzing + (1.0 - analyzing) * fraction, duration_s);
    });
    if (!match) return match.error();
    track.match = *std::move(match);
    return success();
}

bool continues(const AlbumTrack& a, const AlbumTrack& b, Gapless gapless) {
    const bool fit = a.info.sample_rate_hz == b.info.sample_rate_hz && a.info.channels == b.info.channels;
    if (!fit || gapless == Gapless::none) return false;
    const bool one_file = a.entry.is_part && b.entry.is_part && a.entry.file == b.entry.file;
    if (one_file || gapless == Gapless::all) return true;
    return b.entry.cue.pregap_sectors == 0 && goes_on(a.edges, b.edges);
}

Result<Metadata> track_metadata(const AlbumOptions& options, const AlbumTrack& track, std::size_t number) {
    const auto& entry = track.entry;
    auto metadata = read_metadata(entry.file);
    if (!metadata) return metadata;
    if (entry.is_part) {
        const auto rate_hz = track.info.sample_rate_hz;
        metadata = cropped(*std::move(metadata), frames_of(entry.first_sectors, rate_hz), track.info.frames);
        for (const auto* of_the_whole : {"TITLE", "TRACKNUMBER", "ISRC", "CUESHEET"})
            std::erase_if(metadata->tags, [&](const Tag& tag) { return tag.key == of_the_whole; });
    } else if (options.master.trim) {
        metadata = cropped(*std::move(metadata), track.first_frame, track.info.frames);
    }
    const auto tell = [&](const char* key, const std::string& value) {
        if (!value.empty()) set_tag(*metadata, {key, value});
    };
    const auto& sheet = options.sheet;
    tell("TITLE", entry.cue.title);
    tell("ARTIST", entry.cue.performer.empty() ? sheet.performer : entry.cue.performer);
    tell("ALBUM", sheet.title);
    tell("ISRC", entry.cue.isrc);
    if (!sheet.tracks.empty()) tell("TRACKNUMBER", std::to_string(number));
    for (const auto& tag : options.master.tags) set_tag(*metadata, tag);
    return metadata;
}

}  // namespace burnish
