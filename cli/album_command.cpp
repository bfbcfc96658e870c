#include "cli/album_command.h"

#include <algorithm>

#include "cli/album_job.h"
#include "cli/album_text.h"
#include "cli/batch.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
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
    return *options.master.output / (name + ".cue");
}

/// The stretch with the loudest track first, since what it reaches sets the level of all; then side by side.
std::optional<Error> master_all(Album& album, const Console& console) {
    const auto& options = album.options.master;
    auto groups = album_groups(album);
    const auto leads = [&](const AlbumGroup& group) {
        return album.loudest && group.first <= *album.loudest && *album.loudest < group.end;
    };
    std::ranges::stable_partition(groups, leads);
    const int count = static_cast<int>(groups.size());
    ProgressBar bar(console, options.verbosity != Verbosity::quiet, count);
    std::vector<std::optional<Error>> errors(groups.size());
    const auto work = [&](int i, bool concurrent) {
        const auto status = master_group(album, groups[static_cast<std::size_t>(i)], concurrent,
                                         [&](std::string_view stage, double fraction, double duration_s) {
                                             bar.update(i, stage, fraction, duration_s);
                                             return !interrupt_requested();
                                         });
        if (!status) errors[static_cast<std::size_t>(i)] = status.error();
        bar.finish(i);
    };
    work(0, options.jobs > 1);
    if (errors.front()) return errors.front();
    const int workers = std::min(options.jobs, count - 1);
    if (count > 1)
        run_batch(
            count - 1, workers, [&](int i) { work(i + 1, workers == 1 && options.jobs > 1); }, [](int) {});
    const auto failed = std::ranges::find_if(errors, [](const auto& error) { return error.has_value(); });
    return failed == errors.end() ? std::nullopt : *failed;
}

Result<Album> measure(const AlbumOptions& options, const Console& console) {
    ProgressBar bar(console, options.master.verbosity != Verbosity::quiet, static_cast<int>(options.tracks.size()));
    return measure_album(options, [&](int i, std::string_view stage, double fraction, double duration_s) {
        bar.update(i, stage, fraction, duration_s);
        return !interrupt_requested();
    });
}

Status write_side_files(const Album& album) {
    const auto& options = album.options.master;
    if (album.options.cd)
        if (auto status = write_text(sheet_path(album.options), cue_sheet_text(finished_sheet(album)), options.force);
            !status)
            return status;
    if (options.report) return write_text(*options.report, json_text(album_json(album)), options.force);
    return success();
}

void say(const Album& album, const Console& console) {
    const auto& options = album.options.master;
    if (options.json) {
        console.out << json_text(album_json(album));
    } else if (options.verbosity != Verbosity::quiet) {
        console.out << album_table(album, console.out_style);
    }
    if (options.verbosity == Verbosity::quiet) return;
    for (const auto& track : album.tracks) {
        const auto place = track.entry.name + ": ";
        if (!track.reason.empty() && track.status == MasterStatus::limited) console.warning(place + track.reason);
        for (const auto& warning : track.warnings) console.warning(place + warning);
    }
}

}  // namespace

ExitCode run_album(const AlbumFlags& flags, const Console& console) {
    const auto options = read_album_flags(flags);
    if (!options) return fail(options.error(), console);
    for (const auto& path : {options->cd ? std::optional(sheet_path(*options)) : std::nullopt, options->master.report})
        if (path && std::filesystem::exists(*path))
            if (auto status = may_be_written(*path, options->master.force); !status)
                return fail(status.error(), console);
    const auto made_directories = make_directories(options->master);
    if (!made_directories) return fail(made_directories.error(), console);
    auto album = measure(*options, console);
    std::optional<Error> error;
    if (!album) error = album.error();
    if (!error) error = master_all(*album, console);
    if (!error)
        if (auto status = write_side_files(*album); !status) error = status.error();
    remove_empty(*made_directories);  // where nothing came to be
    if (error) return fail(*error, console);
    say(*album, console);
    const bool missed = options->master.strict && std::ranges::any_of(album->tracks, [](const AlbumTrack& track) {
                            return track.status == MasterStatus::limited;
                        });
    return missed ? ExitCode::target : ExitCode::done;
}

}  // namespace burnish
