#include "cli/album_command.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "cli/album_job.h"
#include "cli/album_render.h"
#include "cli/album_text.h"
#include "cli/batch.h"
#include "cli/interrupt.h"
#include "cli/master_job.h"
#include "cli/master_outcome.h"
#include "cli/progress_bar.h"
#include "cli/reference_files.h"
#include "cli/text_file.h"

namespace burnish {

namespace {

ExitCode fail(const Error& error, const Console& console) {
    console.error(error.code == ErrorCode::canceled ? "interrupted" : error.message);
    return exit_code_for(error.code);
}

std::filesystem::path sheet_path(const AlbumOptions& options) {
    auto name = options.sheet.title.empty() ? "album" : options.sheet.title;
    std::replace(name.begin(), name.end(), '/', '-');
    return options.master.output.value_or("") / options.folder / (name + ".cue");
}

/// Its files as those of a batch.
std::vector<MasterJob> album_jobs(const AlbumOptions& options) {
    std::vector<MasterJob> jobs;
    for (const auto& track : options.tracks) {
        auto& job = jobs.emplace_back();
        job.input = track.file;
        if (options.master.output) job.output = *options.master.output / options.folder / track.name;
        job.options = &options.master;
    }
    return jobs;
}

/// A stretch's work: an error if it fails.
using GroupWork = std::function<Status(const AlbumGroup& group, bool concurrent, const JobProgress& progress)>;

/// The stretch with the loudest track first, since what it reaches sets the level of all; then side by side.
Status work_on_all(const Album& album, const Console& console, const GroupWork& work_on) {
    const auto& options = album.options.master;
    auto groups = album_groups(album);
    const auto leads = [&](const AlbumGroup& group) {
        return album.loudest && group.first <= *album.loudest && *album.loudest < group.end;
    };
    std::stable_partition(groups.begin(), groups.end(), leads);
    const int count = static_cast<int>(groups.size());
    ProgressBar bar(console, options.verbosity != Verbosity::quiet, count);
    std::vector<std::optional<Error>> errors(groups.size());
    const auto work = [&](int i, bool concurrent) {
        const auto status = work_on(groups[static_cast<std::size_t>(i)], concurrent,
                                    [&](std::string_view stage, double fraction, double duration_s) {
                                        bar.update(i, stage, fraction, duration_s);
                                        return !interrupt_requested();
                                    });
        if (!status) errors[static_cast<std::size_t>(i)] = status.error();
        bar.finish(i);
    };
    work(0, options.jobs > 1);
    if (errors.front()) return *errors.front();
    const int workers = std::min(options.jobs, count - 1);
    if (count > 1)
        run_batch(
            count - 1, workers, [&](int i) { work(i + 1, workers == 1 && options.jobs > 1); }, [](int) {});
    const auto failed = std::ranges::find_if(errors, [](const auto& error) { return error.has_value(); });
    return failed == errors.end() ? success() : Status(**failed);
}

/// Where a delivery wants no limiting, the whole album is turned down by what its most limited stretch would take.
Status turn_down(Album& album, const Console& console) {
    const auto& options = album.options.master;
    const bool is_free = !options.delivery || options.delivery->may_limit || options.patch.pins("limiter", "drive_db");
    if (is_free || !options.target.limit_peaks) return success();
    constexpr double margin_db = 0.05;
    double most_db = 0.0;
    std::mutex guard;
    auto status = work_on_all(album, console,
                              [&](const AlbumGroup& group, bool concurrent, const JobProgress& progress) -> Status {
                                  const auto limiting_db = limiting_of_group(album, group, concurrent, progress);
                                  if (!limiting_db) return limiting_db.error();
                                  const std::lock_guard lock(guard);
                                  most_db = std::max(most_db, *limiting_db);
                                  return success();
                              });
    if (!status || most_db <= 0.0) return status;
    album.turned_down_db = most_db + margin_db;
    if (options.target.normalize) album.loudest_lufs -= album.turned_down_db;
    return success();
}

/// Listens to what the album is to sound like, before anything is done.
Status take_references(std::vector<Album>& albums, const Console& console) {
    const auto& options = albums.front().options.master;
    ProgressBar bar(console, options.verbosity != Verbosity::quiet, 1);
    ReferenceShelf shelf;
    const auto references =
        shelf.take(options.references, options.jobs > 1, [&](std::string_view stage, double fraction, double s) {
            bar.update(0, stage, fraction, s);
            return !interrupt_requested();
        });
    if (!references) return references.error();
    for (auto& album : albums) album.references = *references;
    return success();
}

Status measure(Album& album, const Console& console) {
    const auto& options = album.options.master;
    ProgressBar bar(console, options.verbosity != Verbosity::quiet, static_cast<int>(album.tracks.size()));
    return measure_album(album, [&](int i, std::string_view stage, double fraction, double duration_s) {
        bar.update(i, stage, fraction, duration_s);
        return !interrupt_requested();
    });
}

/// An error if something is there already that must not be replaced.
Status check_existing(const Album& album) {
    const auto& options = album.options;
    const bool force = options.master.force;
    const bool writes = !options.master.dry_run;
    if (writes)
        for (const auto& track : album.tracks)
            if (auto status = may_be_written(track.output, force); !status) return status;
    const bool writes_sheet = options.cd && writes;
    for (const auto& path : {writes_sheet ? std::optional(sheet_path(options)) : std::nullopt, options.master.report})
        if (path && std::filesystem::exists(*path))
            if (auto status = may_be_written(*path, force); !status) return status;
    return success();
}

nlohmann::ordered_json json_of(const std::vector<Album>& albums) {
    auto documents = nlohmann::ordered_json::array();
    for (const auto& album : albums) documents.push_back(album_json(album));
    return documents.size() == 1 ? documents[0] : documents;
}

/// How the ceiling is missed, or our reading of the loudness by libebur128; nothing if neither is.
std::optional<std::string> contradicted(const AlbumTrack& track, const Target& target) {
    if (!track.referee || !track.after || track.after->integrated_lufs <= silence_db) return std::nullopt;
    MasterReport report;
    report.target = target;
    report.target.loudness_lufs = track.after->integrated_lufs;
    report.after = track.after;
    report.referee = track.referee;
    return missed_target(report);
}

bool misses(const AlbumTrack& track, const Target& target) {
    return track.status == MasterStatus::limited || (track.check && track.check->worst() == Verdict::failed) ||
           contradicted(track, target);
}

void say(const std::vector<Album>& albums, const Console& console) {
    const auto& options = albums.front().options.master;
    if (options.json) console.out << json_text(json_of(albums));
    if (options.verbosity == Verbosity::quiet) return;
    for (const auto& album : albums) {
        if (!options.json) console.out << album_table(album, console.out_style);
        if (options.verbosity == Verbosity::verbose) console.out << album_reasons(album, console.out_style);
        for (const auto& track : album.tracks) {
            const auto place = track.output.filename().string() + ": ";
            if (!track.reason.empty() && track.status == MasterStatus::limited) console.warning(place + track.reason);
            for (const auto& warning : track.warnings) console.warning(place + warning);
            if (const auto how = contradicted(track, album.options.master.target)) console.warning(place + *how);
        }
    }
}

/// Measures the tracks once, and makes an album of them for each delivery.
Status make_albums(std::vector<Album>& albums, const Console& console) {
    if (auto status = take_references(albums, console); !status) return status;
    if (auto status = measure(albums.front(), console); !status) return status;
    for (auto& album : albums) {
        if (&album != &albums.front()) take_measurements(albums.front(), album);
        settle_album(album);
        if (auto status = turn_down(album, console); !status) return status;
        const auto mastering = [&album](const AlbumGroup& group, bool concurrent, const JobProgress& progress) {
            return master_group(album, group, concurrent, progress);
        };
        if (auto status = work_on_all(album, console, mastering); !status) return status;
        const auto& options = album.options;
        if (!options.cd || options.master.dry_run) continue;
        const auto sheet = cue_sheet_text(finished_sheet(album));
        if (auto status = write_text(sheet_path(options), sheet, options.master.force); !status) return status;
    }
    const auto& options = albums.front().options.master;
    return options.report ? write_text(*options.report, json_text(json_of(albums)), options.force) : success();
}

}  // namespace

ExitCode run_album(const AlbumFlags& flags, const Console& console) {
    const auto deliveries = read_album_deliveries(flags);
    if (!deliveries) return fail(deliveries.error(), console);
    std::vector<Album> albums;
    std::vector<MasterJob> jobs;
    for (const auto& options : *deliveries) {
        auto album = plan_album(options);
        if (!album) return fail(album.error(), console);
        albums.push_back(*std::move(album));
        if (!options.master.dry_run)
            for (auto& job : album_jobs(options)) jobs.push_back(std::move(job));
    }
    const auto made_directories = make_directories(jobs);
    if (!made_directories) return fail(made_directories.error(), console);
    auto status = success();
    for (const auto& album : albums)
        if (status) status = check_existing(album);
    if (status) status = make_albums(albums, console);
    remove_empty(*made_directories);  // where nothing came to be
    if (!status) return fail(status.error(), console);
    say(albums, console);
    for (const auto& album : albums)
        for (const auto& track : album.tracks)
            if (album.options.master.strict && misses(track, album.options.master.target)) return ExitCode::target;
    return ExitCode::done;
}

}  // namespace burnish
