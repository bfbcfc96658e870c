#include "cli/master_command.h"

#include <algorithm>
#include <vector>

#include "cli/batch.h"
#include "cli/interrupt.h"
#include "cli/master_job.h"
#include "cli/progress_bar.h"
#include "cli/summary_text.h"

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

void say_outcome(const MasterJob& job, const MasterOutcome& outcome, const MasterOptions& options,
                 const Console& console) {
    const bool is_quiet = options.verbosity == Verbosity::quiet;
    if (outcome.finished() && !is_quiet) {
        if (!options.json) {
            const bool in_full = options.inputs.size() == 1 || options.verbosity == Verbosity::verbose;
            console.out << (in_full ? summary_text(job, outcome, options, console.out_style)
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

}  // namespace

ExitCode run_master(const MasterFlags& flags, const Console& console) {
    const auto options = read_master_flags(flags);
    if (!options) return fail(options.error(), console);
    const auto jobs = plan_jobs(*options);
    if (!jobs) return fail(jobs.error(), console);
    ProgressBar listening(console, options->verbosity != Verbosity::quiet, 1);
    const auto references =
        measure_references(*options, [&](std::string_view stage, double fraction, double duration_s) {
            listening.update(0, stage, fraction, duration_s);
            return !interrupt_requested();
        });
    listening.print([] {});
    if (!references) return fail(references.error(), console);
    const auto made_directories = make_directories(*options);
    if (!made_directories) return fail(made_directories.error(), console);

    const int count = static_cast<int>(jobs->size());
    const int workers = std::min(options->jobs, count);
    const bool concurrent = workers == 1 && options->jobs > 1;
    std::vector<MasterOutcome> outcomes(jobs->size());
    ProgressBar bar(console, options->verbosity != Verbosity::quiet, count);
    const auto work = [&](int i) {
        outcomes[i] = run_job((*jobs)[i], *options, *references, concurrent,
                              [&](std::string_view stage, double fraction, double s) {
                                  bar.update(i, stage, fraction, s);
                                  return !interrupt_requested();
                              });
        bar.finish(i);
    };
    run_batch(count, workers, work,
              [&](int i) { bar.print([&] { say_outcome((*jobs)[i], outcomes[i], *options, console); }); });

    remove_empty(*made_directories);  // where nothing came to be

    if (options->json) say_json(*jobs, outcomes, console);
    const auto failed =
        std::find_if(outcomes.begin(), outcomes.end(), [](const auto& o) { return o.error.has_value(); });
    const bool interrupted = std::any_of(outcomes.begin(), outcomes.end(), [](const MasterOutcome& outcome) {
        return outcome.error && outcome.error->code == ErrorCode::canceled;
    });
    if (interrupted) return fail({ErrorCode::canceled, "interrupted"}, console);
    return failed == outcomes.end() ? ExitCode::done : exit_code_for(failed->error->code);
}

}  // namespace burnish
