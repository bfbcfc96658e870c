#include "cli/album_render.h"

#include <algorithm>
#include <cmath>

#include "cli/delivery_audit.h"
#include "cli/file_check.h"
#include "cli/master_job.h"
#include "cli/master_request.h"
#include "cli/referee.h"
#include "cli/split_delivery.h"
#include "mastering/adaptive_master.h"
#include "mastering/channel_source.h"

namespace burnish {

namespace {

constexpr int max_attempts = 3;
constexpr double loudness_tolerance_lu = 0.05;

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

/// A stretch at work, with all that it needs.
class GroupRender {
public:
    GroupRender(Album& album, const AlbumGroup& group, bool concurrent, const JobProgress& progress)
        : album_(album), group_(group), concurrent_(concurrent), progress_(progress) {}

    /// Opens it, and measures it as the one piece that it is rendered in.
    Status open();
    /// Does all but write. @param loudness_lufs  of the whole stretch
    Result<MasterReport> plan(double loudness_lufs);
    /// Renders and writes, without names yet, as often as codecs ask for it.
    Result<MasterReport> run(double loudness_lufs);
    /// Takes up what was done, and measures what was written, track by track.
    Status take(const MasterReport& report);
    Status commit();

    /// Of the stretch as it came, in one piece.
    [[nodiscard]] double source_lufs() const noexcept { return study_.analysis.integrated_lufs; }

private:
    [[nodiscard]] const MasterOptions& options() const noexcept { return album_.options.master; }
    [[nodiscard]] std::size_t size() const noexcept { return group_.end - group_.first; }
    [[nodiscard]] AlbumTrack& track(std::size_t i) { return album_.tracks[group_.first + i]; }
    [[nodiscard]] MasterRequest request() const;
    [[nodiscard]] Result<MasterRequest> request_at(double loudness_lufs);
    [[nodiscard]] Result<Study> study();
    [[nodiscard]] Status measure(std::size_t i, const MasterReport& report);
    [[nodiscard]] Progress engine_progress() const;

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
    auto request = master_request(options(), spec_, concurrent_, told);
    request.target.choose_loudness = false;
    request.references = album_.references;
    request.predictor = [this, base = std::move(request.predictor)](const TrackAnalysis& stretch,
                                                                    const Target& target) {
        return album_prediction(base(stretch, target), stretch, album_.centre, target);
    };
    return request;
}

Status GroupRender::open() {
    std::vector<std::unique_ptr<AudioSource>> sources;
    for (auto i = group_.first; i < group_.end; ++i) {
        auto& track = album_.tracks[i];
        std::vector<std::string> known;  // from the analysis
        auto source = open_track(track, options().trim, known);
        if (!source) return source.error();
        sources.push_back(*std::move(source));
        auto metadata = track_metadata(album_.options, track, i + 1);
        if (!metadata) return metadata.error();
        if (!options().dry_run)
            track.warnings.insert(track.warnings.end(), metadata->warnings.begin(), metadata->warnings.end());
        metadata_.push_back(*std::move(metadata));
    }
    joined_ = std::make_unique<JoinedSource>(std::move(sources));
    source_ = joined_.get();
    const auto& info = joined_->info();
    duration_s_ = static_cast<double>(info.frames) / info.sample_rate_hz;
    const auto spec = output_spec(track(0).output, options(), info);
    if (!spec) return spec.error();
    spec_ = *spec;
    if (spec_.channels != info.channels) {
        remixed_ = std::make_unique<ChannelSource>(*joined_, spec_.channels);
        source_ = remixed_.get();
    }
    ends_ = ends_of(album_, group_, spec_.sample_rate_hz);
    auto study = this->study();
    if (!study) return study.error();
    study_ = *std::move(study);
    return success();
}

/// What the stretch needs, within the album.
Result<Study> GroupRender::study() {
    auto asked = request();
    const bool is_known = size() == 1 && remixed_ == nullptr;
    if (is_known) asked.analysis = &track(0).before;
    auto study = is_known && track(0).match ? Result<Study>(*track(0).match)
                                            : study_track(*source_, asked, [&](double fraction) {
                                                  return progress_("analyzing", 0.1 * fraction, duration_s_);
                                              });
    // A match needs no bounds: it brings the tracks together. Of its peaks the album's ceiling has heard already.
    if (study) study->reference.reset();
    return study;
}

Result<MasterRequest> GroupRender::request_at(double loudness_lufs) {
    auto asked = request();
    asked.study = &study_;
    asked.target.loudness_lufs = loudness_lufs;
    const auto pin = [&asked](const char* param, double value) {
        return asked.patch.pins("limiter", param) ? success() : asked.patch.pin("the target", "limiter", param, value);
    };
    // The high-cut that goes with limiting takes peaks away, too: without limiting it has no business here.
    if (options().delivery && !options().delivery->may_limit)
        if (auto status = pin("high_cut_hz", 0.0); !status) return status.error();
    if (album_.turned_down_db > 0.0 && !asked.target.normalize)
        if (auto status = pin("drive_db", -album_.turned_down_db); !status) return status.error();
    if (auto status = source_->rewind(); !status) return status.error();
    return asked;
}

Progress GroupRender::engine_progress() const {
    return [this](std::string_view stage, double fraction) { return progress_(stage, 0.95 * fraction, duration_s_); };
}

Result<MasterReport> GroupRender::plan(double loudness_lufs) {
    const auto asked = request_at(loudness_lufs);
    if (!asked) return asked.error();
    return master(*source_, *asked, file_services(), nullptr, engine_progress());
}

Result<MasterReport> GroupRender::run(double loudness_lufs) {
    delivery_.reset();
    auto delivery = SplitDelivery::create(ends_, spec_.channels, [this](std::size_t i) {
        auto spec = spec_;
        spec.frames = ends_[i] - (i > 0 ? ends_[i - 1] : 0);
        return OutputFile::create(track(i).output, spec, metadata_[i], options().force);
    });
    if (!delivery) return delivery.error();
    delivery_ = *std::move(delivery);
    auto asked = request_at(loudness_lufs);
    if (!asked) return asked.error();
    const auto audit = [&](MasterReport& report) {
        std::vector<const OutputFile*> files;
        for (const auto& file : delivery_->files()) files.push_back(file.get());
        return audit_delivery(files, options(), report,
                              [&](double) { return progress_("listening through the codec", 0.95, duration_s_); });
    };
    return master_adaptively(*source_, *std::move(asked), file_services(), *delivery_, audit, engine_progress());
}

Status GroupRender::take(const MasterReport& report) {
    for (std::size_t i = 0; i < size(); ++i) {
        auto& to = track(i);
        to.settings = report.settings;
        to.decisions = report.decisions;
        to.status = report.status;
        to.reason = report.reason;
        if (delivery_ == nullptr) continue;
        to.codecs.clear();
        for (auto at = i; at < report.codecs.size(); at += size()) to.codecs.push_back(report.codecs[at]);
        if (auto status = measure(i, report); !status) return status;
    }
    return success();
}

Status GroupRender::measure(std::size_t i, const MasterReport& report) {
    auto& to = track(i);
    auto file = delivery_->files()[i]->reopen();
    if (!file) return Error{ErrorCode::output, file.error().message};
    to.after = report.after;
    if (size() > 1) {
        auto after = analyze_source(
            **file, concurrent_, [&](double) { return progress_("verifying", 0.95, duration_s_); }, request().verified);
        if (!after) return after.error();
        to.after = *after;
    }
    if (options().strict) {
        if (auto status = (*file)->rewind(); !status) return status;
        const auto reading =
            ask_referee(**file, [&](double) { return progress_("asking libebur128", 0.95, duration_s_); });
        if (!reading) return reading.error();
        to.referee = *reading;
    }
    if (!options().delivery) return success();
    const auto facts = facts_of(**file);
    if (!facts) return facts.error();
    to.check = check_delivery(*to.after, *facts, *options().delivery, false);
    // Only the loudest track is at the target: the others keep their distance to it.
    if (album_.loudest != group_.first + i)
        std::erase_if(to.check->findings, [](const CheckFinding& f) { return f.number == "integrated_lufs"; });
    return success();
}

Status GroupRender::commit() {
    const auto& files = delivery_->files();
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto measured = loudness_of(*track(i).after, options().replaygain);
        if (auto status = files[i]->finish(measured); !status) return status;
        auto& warnings = track(i).warnings;
        warnings.insert(warnings.end(), files[i]->warnings().begin(), files[i]->warnings().end());
        if (!track(i).check) continue;
        const auto missed = missed_demands(*track(i).check);
        warnings.insert(warnings.end(), missed.begin(), missed.end());
    }
    for (const auto& file : files)
        if (auto status = file->commit(); !status) return status;
    return success();
}

/// The loudness that a stretch is to have as a whole.
double group_loudness_lufs(const Album& album, const GroupRender& render) {
    return album_loudness_lufs(render.source_lufs(), album.loudest_found_lufs(), album.loudest_lufs);
}

}  // namespace

Status master_group(Album& album, const AlbumGroup& group, bool concurrent, const JobProgress& progress) {
    GroupRender render(album, group, concurrent, progress);
    if (auto status = render.open(); !status) return status;
    const auto& options = album.options.master;
    const bool normalizes = options.target.normalize && album.loudest;
    const auto leader = loudest_of(album, group);
    if (normalizes)
        for (auto i = group.first; i < group.end; ++i)
            if (const double lufs = album.tracks[i].before.integrated_lufs; lufs > silence_db)
                album.tracks[i].asked_lufs = album_loudness_lufs(lufs, album.loudest_found_lufs(), album.loudest_lufs);
    double loudness_lufs = group_loudness_lufs(album, render);
    double reached_lufs = 0.0;  // by the leader
    for (int attempt = 1;; ++attempt) {
        auto report = options.dry_run ? render.plan(loudness_lufs) : render.run(loudness_lufs);
        if (!report) return report.error();
        if (auto status = render.take(*report); !status) return status;
        // In a stretch of several tracks, its loudest one is to be right.
        const double off_lu = leader ? album.deviation_lu(album.tracks[*leader]) : 0.0;
        const bool limited = report->status == MasterStatus::limited && off_lu < 0.0;
        if (options.dry_run || std::abs(off_lu) <= loudness_tolerance_lu || limited || attempt == max_attempts) {
            auto& warnings = album.tracks[group.first].warnings;
            warnings.insert(warnings.end(), report->warnings.begin(), report->warnings.end());
            if (leader)
                reached_lufs = options.dry_run ? album.loudest_lufs + report->level.achieved_lufs - loudness_lufs
                                               : album.tracks[*leader].after->integrated_lufs;
            break;
        }
        loudness_lufs -= off_lu;
    }
    // What the loudest cannot reach, the others must not either.
    const bool leads = album.loudest && leader == album.loudest;
    if (leads && normalizes && album.tracks[*album.loudest].status == MasterStatus::limited)
        album.loudest_lufs = reached_lufs;
    return options.dry_run ? success() : render.commit();
}

Result<double> limiting_of_group(Album& album, const AlbumGroup& group, bool concurrent, const JobProgress& progress) {
    GroupRender render(album, group, concurrent, progress);
    if (auto status = render.open(); !status) return status.error();
    const auto report = render.plan(group_loudness_lufs(album, render));
    if (!report) return report.error();
    return report->level.reduction_max_db;
}

}  // namespace burnish
