#include "cli/album_job.h"

#include <algorithm>
#include <cmath>

#include "cli/batch.h"
#include "cli/split_delivery.h"
#include "cli/text_file.h"
#include "io/metadata.h"
#include "mastering/channel_source.h"

namespace burnish {

namespace {

constexpr int max_attempts = 3;
constexpr double loudness_tolerance_lu = 0.05;

std::int64_t frames_of(std::int64_t sectors, double sample_rate_hz) {
    return std::llround(static_cast<double>(sectors) * sample_rate_hz / sectors_per_second);
}

/// A track's sound, be it a file or a part of one.
Result<std::unique_ptr<AudioSource>> open_track(const AlbumEntry& entry, std::vector<std::string>& warnings) {
    auto file = open_audio(entry.file);
    if (!file) return file.error();
    warnings.insert(warnings.end(), (*file)->warnings().begin(), (*file)->warnings().end());
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

Status measure_track(AlbumTrack& track, const JobProgress& progress) {
    auto opened = open_track(track.entry, track.warnings);
    if (!opened) return opened.error();
    track.info = (*opened)->info();
    const double duration_s = static_cast<double>(track.info.frames) / track.info.sample_rate_hz;
    EdgeRecorder recorder(**opened);
    auto analysis =
        analyze_source(recorder, false, [&](double fraction) { return progress("analyzing", fraction, duration_s); });
    if (!analysis) return analysis.error();
    track.before = *analysis;
    track.edges = recorder.edges();
    return success();
}

bool continues(const AlbumTrack& a, const AlbumTrack& b, Gapless gapless) {
    const bool fit = a.info.sample_rate_hz == b.info.sample_rate_hz && a.info.channels == b.info.channels;
    if (!fit || gapless == Gapless::none) return false;
    const bool one_file = a.entry.is_part && b.entry.is_part && a.entry.file == b.entry.file;
    if (one_file || gapless == Gapless::all) return true;
    return b.entry.cue.pregap_sectors == 0 && goes_on(a.edges, b.edges);
}

/// What the track's file holds besides its sound, with what the cue sheet and the command line know of the track.
Result<Metadata> metadata_for(const Album& album, std::size_t index) {
    const auto& track = album.tracks[index];
    const auto& entry = track.entry;
    auto metadata = read_metadata(entry.file);
    if (!metadata) return metadata;
    if (entry.is_part) {
        const auto rate_hz = track.info.sample_rate_hz;
        metadata = cropped(*std::move(metadata), frames_of(entry.first_sectors, rate_hz), track.info.frames);
        for (const auto* of_the_whole : {"TITLE", "TRACKNUMBER", "ISRC", "CUESHEET"})
            std::erase_if(metadata->tags, [&](const Tag& tag) { return tag.key == of_the_whole; });
    }
    const auto tell = [&](const char* key, const std::string& value) {
        if (!value.empty()) set_tag(*metadata, {key, value});
    };
    const auto& sheet = album.options.sheet;
    tell("TITLE", entry.cue.title);
    tell("ARTIST", entry.cue.performer.empty() ? sheet.performer : entry.cue.performer);
    tell("ALBUM", sheet.title);
    tell("ISRC", entry.cue.isrc);
    if (!sheet.tracks.empty()) tell("TRACKNUMBER", std::to_string(index + 1));
    for (const auto& tag : album.options.master.tags) set_tag(*metadata, tag);
    return metadata;
}

/// Where the tracks of a render end, in frames of the delivery. On a CD they end with a sector: inside the render at
/// the nearest one, at its end at the next.
std::vector<std::int64_t> ends_of(const Album& album, const AlbumGroup& group, double delivery_rate_hz) {
    std::vector<std::int64_t> ends;
    std::int64_t source_frames = 0;
    for (auto i = group.first; i < group.end; ++i) {
        const auto& track = album.tracks[i];
        source_frames += track.info.frames;
        auto end = std::llround(static_cast<double>(source_frames) * delivery_rate_hz / track.info.sample_rate_hz);
        if (album.options.cd) {
            const auto half = i + 1 == group.end ? frames_per_sector - 1 : frames_per_sector / 2;
            end = (end + half) / frames_per_sector * frames_per_sector;
        }
        ends.push_back(end);
    }
    return ends;
}

/// The loudest track of a stretch; none if all are silent.
std::optional<std::size_t> loudest_of(const Album& album, const AlbumGroup& group) {
    std::optional<std::size_t> loudest;
    for (auto i = group.first; i < group.end; ++i) {
        const double lufs = album.tracks[i].before.integrated_lufs;
        if (lufs > silence_db && (!loudest || lufs > album.tracks[*loudest].before.integrated_lufs)) loudest = i;
    }
    return loudest;
}

/// A stretch at work, with all that it needs.
class GroupRender {
public:
    GroupRender(Album& album, const AlbumGroup& group, bool concurrent, const JobProgress& progress)
        : album_(album), group_(group), concurrent_(concurrent), progress_(progress) {}

    /// Opens it, and measures it as the one piece that it is rendered in.
    Status open();
    /// Renders and writes, without names yet. @param loudness_lufs  of the whole stretch
    Result<MasterReport> run(double loudness_lufs);
    /// Measures what was written, track by track.
    Status measure(const MasterReport& report);
    Status commit();

    /// Of the stretch as it came, in one piece.
    [[nodiscard]] double source_lufs() const noexcept { return study_.analysis.integrated_lufs; }

private:
    [[nodiscard]] AlbumTrack& track(std::size_t i) { return album_.tracks[group_.first + i]; }
    [[nodiscard]] MasterRequest request() const;

    Album& album_;
    AlbumGroup group_;
    bool concurrent_;
    const JobProgress& progress_;
    std::unique_ptr<JoinedSource> joined_;
    std::unique_ptr<ChannelSource> remixed_;
    AudioSource* source_ = nullptr;
    Study study_;
    double duration_s_ = 0.0;
    OutputSpec spec_;
    std::vector<std::int64_t> ends_;
    std::vector<Metadata> metadata_;
    std::unique_ptr<SplitDelivery> delivery_;
};

MasterRequest GroupRender::request() const {
    std::vector<std::string> told;  // with the album's measurements
    const auto& options = album_.options.master;
    auto request = master_request(options, spec_, concurrent_, told);
    request.target.choose_loudness = false;
    request.predictor = [this, base = std::move(request.predictor)](const TrackAnalysis& stretch,
                                                                    const Target& target) {
        return album_prediction(base(stretch, target), stretch, album_.centre, target);
    };
    return request;
}

Status GroupRender::open() {
    std::vector<std::unique_ptr<AudioSource>> sources;
    for (auto i = group_.first; i < group_.end; ++i) {
        std::vector<std::string> known;  // from the analysis
        auto source = open_track(album_.tracks[i].entry, known);
        if (!source) return source.error();
        sources.push_back(*std::move(source));
        auto metadata = metadata_for(album_, i);
        if (!metadata) return metadata.error();
        auto& warnings = album_.tracks[i].warnings;
        warnings.insert(warnings.end(), metadata->warnings.begin(), metadata->warnings.end());
        metadata_.push_back(*std::move(metadata));
    }
    joined_ = std::make_unique<JoinedSource>(std::move(sources));
    source_ = joined_.get();
    const auto& info = joined_->info();
    duration_s_ = static_cast<double>(info.frames) / info.sample_rate_hz;
    const auto spec = output_spec(album_.tracks[group_.first].output, album_.options.master, info);
    if (!spec) return spec.error();
    spec_ = *spec;
    if (spec_.channels != info.channels) {
        remixed_ = std::make_unique<ChannelSource>(*joined_, spec_.channels);
        source_ = remixed_.get();
    }
    ends_ = ends_of(album_, group_, spec_.sample_rate_hz);
    auto asked = request();
    const bool is_known = group_.end - group_.first == 1 && remixed_ == nullptr;
    if (is_known) asked.analysis = &album_.tracks[group_.first].before;
    auto study = study_track(*source_, asked,
                             [&](double fraction) { return progress_("analyzing", 0.1 * fraction, duration_s_); });
    if (!study) return study.error();
    study_ = *std::move(study);
    return success();
}

Result<MasterReport> GroupRender::run(double loudness_lufs) {
    const auto& options = album_.options.master;
    delivery_.reset();
    auto delivery = SplitDelivery::create(ends_, spec_.channels, [this, &options](std::size_t i) {
        auto spec = spec_;
        spec.frames = ends_[i] - (i > 0 ? ends_[i - 1] : 0);
        return OutputFile::create(track(i).output, spec, metadata_[i], options.force);
    });
    if (!delivery) return delivery.error();
    delivery_ = *std::move(delivery);
    auto asked = request();
    asked.study = &study_;
    asked.target.loudness_lufs = loudness_lufs;
    if (auto status = source_->rewind(); !status) return status.error();
    return master(*source_, asked, file_services(), delivery_.get(), [&](std::string_view stage, double fraction) {
        return progress_(stage, 0.95 * fraction, duration_s_);
    });
}

Status GroupRender::measure(const MasterReport& report) {
    const auto& files = delivery_->files();
    for (std::size_t i = 0; i < files.size(); ++i) {
        track(i).settings = report.settings;
        track(i).status = report.status;
        track(i).reason = report.reason;
        if (files.size() == 1) {
            track(i).after = report.after;
            continue;
        }
        auto file = files[i]->reopen();
        if (!file) return Error{ErrorCode::output, file.error().message};
        auto after = analyze_source(
            **file, concurrent_, [&](double) { return progress_("verifying", 0.95, duration_s_); },
            AnalysisScope::master);
        if (!after) return after.error();
        track(i).after = *after;
    }
    return success();
}

Status GroupRender::commit() {
    const auto& files = delivery_->files();
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto measured = loudness_of(*track(i).after, album_.options.master.replaygain);
        if (auto status = files[i]->finish(measured); !status) return status;
        const auto& warnings = files[i]->warnings();
        track(i).warnings.insert(track(i).warnings.end(), warnings.begin(), warnings.end());
    }
    for (const auto& file : files)
        if (auto status = file->commit(); !status) return status;
    return success();
}

}  // namespace

Result<Album> plan_album(const AlbumOptions& options) {
    Album album{.options = options};
    const auto directory = *options.master.output / options.folder;
    for (const auto& entry : options.tracks) {
        album.tracks.push_back({.entry = entry, .output = directory / entry.name});
        for (const auto& other : options.tracks)
            if (same_file(other.file, album.tracks.back().output))
                return Error{ErrorCode::usage, album.tracks.back().output.string() +
                                                   ": cannot be a master and a track of the album at once"};
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
            const auto status = measure_track(album.tracks[at], [&](std::string_view stage, double fraction, double s) {
                return progress(i, stage, fraction, s);
            });
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
        to.before = from.before;
        to.edges = from.edges;
        to.warnings = from.warnings;
    }
}

void settle_album(Album& album) {
    const auto& options = album.options;
    const auto& target = options.master.target;
    std::vector<TrackAnalysis> analyses;
    std::vector<Prediction> proposals;
    const auto predict = predictor_for(options.master, album.tracks.front().warnings);
    for (const auto& track : album.tracks) {
        analyses.push_back(track.before);
        proposals.push_back(predict(track.before, target));
    }
    album.centre = album_centre(analyses, proposals, options.anchor);
    for (std::size_t i = 0; i + 1 < album.tracks.size(); ++i)
        album.tracks[i].goes_on = continues(album.tracks[i], album.tracks[i + 1], options.gapless);
    album.loudest = loudest_of(album, {0, album.tracks.size()});
    album.loudest_lufs = target.loudness_lufs;
    if (target.choose_loudness && album.loudest && proposals[*album.loudest].loudness)
        album.loudest_lufs = proposals[*album.loudest].loudness->value;
}

std::vector<AlbumGroup> album_groups(const Album& album) {
    std::vector<AlbumGroup> groups;
    for (std::size_t i = 0; i < album.tracks.size(); ++i) {
        if (i == 0 || !album.tracks[i - 1].goes_on) groups.push_back({i, i});
        groups.back().end = i + 1;
    }
    return groups;
}

Status master_group(Album& album, const AlbumGroup& group, bool concurrent, const JobProgress& progress) {
    GroupRender render(album, group, concurrent, progress);
    if (auto status = render.open(); !status) return status;
    const bool normalizes = album.options.master.target.normalize && album.loudest;
    const double loudest_found_lufs = album.loudest ? album.tracks[*album.loudest].before.integrated_lufs : silence_db;
    const auto leader = loudest_of(album, group);
    if (normalizes)
        for (auto i = group.first; i < group.end; ++i)
            if (const double lufs = album.tracks[i].before.integrated_lufs; lufs > silence_db)
                album.tracks[i].asked_lufs = album_loudness_lufs(lufs, loudest_found_lufs, album.loudest_lufs);
    double loudness_lufs = album_loudness_lufs(render.source_lufs(), loudest_found_lufs, album.loudest_lufs);
    for (int attempt = 1;; ++attempt) {
        auto report = render.run(loudness_lufs);
        if (!report) return report.error();
        if (auto status = render.measure(*report); !status) return status;
        // In a stretch of several tracks, its loudest one is to be right.
        const double off_lu = leader ? album.deviation_lu(album.tracks[*leader]) : 0.0;
        const bool limited = report->status == MasterStatus::limited && off_lu < 0.0;
        if (std::abs(off_lu) <= loudness_tolerance_lu || limited || attempt == max_attempts) {
            auto& warnings = album.tracks[group.first].warnings;
            warnings.insert(warnings.end(), report->warnings.begin(), report->warnings.end());
            break;
        }
        loudness_lufs -= off_lu;
    }
    // What the loudest cannot reach, the others must not either.
    const bool leads = album.loudest && leader == album.loudest;
    if (leads && normalizes && album.tracks[*album.loudest].status == MasterStatus::limited)
        album.loudest_lufs = album.tracks[*album.loudest].after->integrated_lufs;
    return render.commit();
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
