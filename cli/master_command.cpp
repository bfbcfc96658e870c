#include "cli/master_command.h"

#include <algorithm>
#include <set>
#include <vector>

#include "cli/batch.h"
#include "cli/interrupt.h"
#include "cli/manifest.h"
#include "cli/master_job.h"
#include "cli/progress_bar.h"
#include "cli/reference_files.h"
#include "cli/summary_text.h"
#include "cli/text_file.h"
#include "io/temporary_file.h"

namespace burnish {

namespace {

ExitCode fail(const Error& error, const Console& console) {
    console.error(error.message);
    return exit_code_for(error.code);
}

/// Warnings that come from files name their file; the others are told which one they are about.
std::string with_place(const std::string& warning, const MasterJob& job) {
    const bool has_place = warning.starts_with(job.input.string() + ":") ||
                           (job.output && warning.starts_with(job.output->string() + ":"));
    return has_place ? warning : job.input.string() + ": " + warning;
}

void say_outcome(const MasterJob& job, const MasterOutcome& outcome, bool is_single, const Console& console) {
    const auto& options = *job.options;
    const bool is_quiet = options.verbosity == Verbosity::quiet;
    if (options.json_lines && (!outcome.error || outcome.error->code != ErrorCode::canceled))
        console.out << outcome_line(job, outcome) << std::flush;
    if (outcome.finished() && !is_quiet) {
        if (!options.json && !options.json_lines) {
            const bool in_full = is_single || options.verbosity == Verbosity::verbose;
            console.out << (in_full ? summary_text(job, outcome, console.out_style)
                                    : summary_line(job, outcome, console.out_style))
                        << std::flush;
        }
        for (const auto& warning : outcome.report.warnings) console.warning(with_place(warning, job));
    }
    if (outcome.error && outcome.error->code != ErrorCode::canceled) console.error(outcome.error->message);
}

void say_json(const std::vector<MasterJob>& jobs, const std::vector<MasterOutcome>& outcomes, const Console& console) {
    auto documents = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < jobs.size(); ++i) documents.push_back(outcome_json(jobs[i], outcomes[i]));
    console.out << json_text(jobs.size() == 1 ? documents[0] : documents);
}

/// What is to be done: the inputs of the command line, or a row for each line of a manifest.
Result<std::vector<MasterRow>> read_rows(const MasterFlags& flags) {
    std::vector<MasterFlags> tracks{flags};
    if (flags.manifest) {
        if (!flags.inputs.empty())
            return Error{ErrorCode::usage,
                         "--manifest and inputs contradict each other: the manifest names the inputs"};
        const auto text = read_text(*flags.manifest, ErrorCode::usage);
        if (!text) return text.error();
        auto listed = read_manifest(*flags.manifest, *text, flags);
        if (!listed) return listed.error();
        tracks = *std::move(listed);
    }
    std::vector<MasterRow> rows;
    for (const auto& track : tracks) {
        auto row = read_deliveries(track);
        if (!row) return row.error();
        rows.push_back(*std::move(row));
    }
    return rows;
}

/// Jobs of one input, which share its analysis.
struct Group {
    std::size_t first;
    std::size_t count;
};

std::vector<Group> group_by_input(const std::vector<MasterJob>& jobs) {
    std::vector<Group> groups;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const bool goes_on = !groups.empty() && jobs[groups.back().first].row == jobs[i].row &&
                             jobs[groups.back().first].input == jobs[i].input;
        if (goes_on)
            ++groups.back().count;
        else
            groups.push_back({i, 1});
    }
    return groups;
}

/// What killed runs have left where the masters go.
void clean_up(const std::vector<MasterJob>& jobs) {
    std::set<std::filesystem::path> directories;
    for (const auto& job : jobs)
        if (job.output && job.options->skip_existing) directories.insert(job.output->parent_path());
    for (const auto& directory : directories) remove_abandoned_files(directory.empty() ? "." : directory);
}

std::vector<MasterOutcome> run_all(const std::vector<MasterJob>& jobs, int most_jobs, const Console& console) {
    const auto groups = group_by_input(jobs);
    const int count = static_cast<int>(groups.size());
    const int workers = std::min(most_jobs, count);
    const bool concurrent = workers == 1 && most_jobs > 1;
    std::vector<MasterOutcome> outcomes(jobs.size());
    ProgressBar bar(console, jobs.front().options->verbosity != Verbosity::quiet, static_cast<int>(jobs.size()));
    const auto work = [&](int i) {
        const auto [first, size] = groups[i];
        const auto progress_of = [&, first = first](std::size_t job) -> JobProgress {
            return [&, index = static_cast<int>(first + job)](std::string_view stage, double fraction, double s) {
                bar.update(index, stage, fraction, s);
                return !interrupt_requested();
            };
        };
        run_jobs({&jobs[first], size}, concurrent, progress_of, {&outcomes[first], size});
        for (std::size_t job = first; job < first + size; ++job) bar.finish(static_cast<int>(job));
    };
    run_batch(count, workers, work, [&](int i) {
        for (std::size_t job = groups[i].first; job < groups[i].first + groups[i].count; ++job)
            bar.print([&] { say_outcome(jobs[job], outcomes[job], jobs.size() == 1, console); });
    });
    return outcomes;
}

/// Listens to what the jobs are to sound like, before anything is done.
Status take_references(std::vector<MasterJob>& jobs, bool concurrent, const Console& console) {
    ProgressBar bar(console, jobs.front().options->verbosity != Verbosity::quiet, 1);
    ReferenceShelf shelf;
    for (auto& job : jobs) {
        auto references =
            shelf.take(job.options->references, concurrent, [&](std::string_view stage, double fraction, double s) {
                bar.update(0, stage, fraction, s);
                return !interrupt_requested();
            });
        if (!references) return references.error();
        job.references = *std::move(references);
    }
    return success();
}

}  // namespace

ExitCode run_master(const MasterFlags& flags, const Console& console) {
    const auto rows = read_rows(flags);
    if (!rows) return fail(rows.error(), console);
    auto jobs = plan_jobs(*rows);
    if (!jobs) return fail(jobs.error(), console);
    const auto& common = rows->front().front();
    if (auto status = take_references(*jobs, common.jobs > 1, console); !status)
        return fail(
            status.error().code == ErrorCode::canceled ? Error{ErrorCode::canceled, "interrupted"} : status.error(),
            console);
    const auto made_directories = make_directories(*jobs);
    if (!made_directories) return fail(made_directories.error(), console);
    clean_up(*jobs);

    const auto outcomes = run_all(*jobs, common.jobs, console);
    remove_empty(*made_directories);  // where nothing came to be

    if (common.json) say_json(*jobs, outcomes, console);
    const auto failed =
        std::find_if(outcomes.begin(), outcomes.end(), [](const auto& o) { return o.error.has_value(); });
    const bool interrupted = std::any_of(outcomes.begin(), outcomes.end(), [](const MasterOutcome& outcome) {
        return outcome.error && outcome.error->code == ErrorCode::canceled;
    });
    if (interrupted) return fail({ErrorCode::canceled, "interrupted"}, console);
    return failed == outcomes.end() ? ExitCode::done : exit_code_for(failed->error->code);
}

}  // namespace burnish
