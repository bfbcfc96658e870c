#include "cli/master_job.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <utility>

#include "cli/delivery_audit.h"
#include "cli/file_check.h"
#include "cli/file_delivery.h"
#include "cli/master_request.h"
#include "cli/master_track.h"
#include "cli/referee.h"
#include "cli/text_file.h"
#include "io/output_file.h"
#include "mastering/settings_json.h"

namespace burnish {

namespace {

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

/// Side files without a master are what a kill has left of an unfinished job.
bool may_replace_side_files(const MasterOptions& options) { return options.force || options.skip_existing; }

Status check_existing(const MasterJob& job) {
    const std::optional<std::filesystem::path> output = job.options->dry_run ? std::nullopt : job.output;
    if (output)
        if (auto status = may_be_written(*output, job.options->force); !status) return status;
    for (const auto* path : {&job.report, &job.settings})
        if (*path)
            if (auto status = may_be_written(**path, may_replace_side_files(*job.options)); !status) return status;
    return success();
}

bool is_done_already(const MasterJob& job) {
    std::error_code missing;
    return job.options->skip_existing && job.output && std::filesystem::is_regular_file(*job.output, missing);
}

/// The depth that the engine rounds to: that of the output, or in a dry run without one, that of a file like any other.
Result<OutputSpec> spec_for(const MasterJob& job, const StreamInfo& source) {
    return output_spec(job.output.value_or("plan.wav"), *job.options, source);
}

/// The side files and then the master, so that one that is there is complete.
Status commit_all(const MasterJob& job, const MasterOutcome& outcome, OutputFile* file) {
    const bool replace = may_replace_side_files(*job.options);
    if (job.report)
        if (auto status = write_text(*job.report, json_text(outcome_json(job, outcome)), replace); !status)
            return status;
    auto status = success();
    if (job.settings) status = write_text(*job.settings, json_text(settings_json(outcome.report.settings)), replace);
    if (status && file != nullptr) status = file->commit();
    std::error_code gone;
    const bool is_orphan = !status && !replace && job.output && !std::filesystem::exists(*job.output, gone);
    if (is_orphan)
        for (const auto* path : {&job.report, &job.settings})
            if (*path) std::filesystem::remove(**path, gone);
    return status;
}

/// What the file that is there now says to its target.
Status check_written(const OutputFile& file, const MasterOptions& options, std::int64_t frames,
                     MasterOutcome& outcome) {
    const auto written = file.reopen();
    if (!written) return Error{ErrorCode::output, written.error().message};
    if ((*written)->info().frames != frames)
        return Error{ErrorCode::internal, "the tags have damaged the file: " + std::to_string(frames) +
                                              " frames were written, " + std::to_string((*written)->info().frames) +
                                              " can be read"};
    if (!options.delivery) return success();
    const auto facts = facts_of(**written);
    if (!facts) return facts.error();
    outcome.check = check_delivery(*outcome.report.after, *facts, *options.delivery, false);
    return success();
}

/// The loudness that brings a track to an rms level, by what lies between the two now.
void aim_at_rms(double rms_db, const TrackAnalysis& found, Target& target) {
    if (found.integrated_lufs <= silence_db) return;
    target.loudness_lufs = std::clamp(rms_db + found.integrated_lufs - found.rms_db, -40.0, -5.0);
}

Error stopped(const MasterJob& job) { return {ErrorCode::canceled, job.input.string() + ": stopped"}; }

/// What was measured of a loop as it is played, told of the file.
void tell_of_file(const StreamInfo& file, TrackAnalysis& analysis) {
    analysis.frames = static_cast<double>(file.frames);
    analysis.duration_s = analysis.frames / file.sample_rate_hz;
}

/// @param channels  of the master
/// @param loop      in the master, if it is one
Result<MasterReport> render(const MasterJob& job, MasterTrack& track, int channels, MasterRequest request,
                            const std::optional<LoopPlan>& loop, FileDelivery* delivery, const JobProgress& progress) {
    const auto& options = *job.options;
    const auto& sound = track.sound().info();
    const double duration_s = static_cast<double>(sound.frames) / sound.sample_rate_hz;
    const auto study = track.study(channels, request,
                                   [&](double fraction) { return progress("analyzing", 0.2 * fraction, duration_s); });
    if (!study) return study.error();
    request.study = *study;
    if (options.delivery && options.delivery->rms_db)
        aim_at_rms(*options.delivery->rms_db, (*study)->analysis, request.target);
    const auto engine_progress = [&](std::string_view stage, double fraction) {
        return progress(stage, fraction, duration_s);
    };
    auto& source = track.source(channels);
    if (delivery == nullptr) return master(source, request, file_services(), nullptr, engine_progress);
    std::optional<LoopDelivery> one_round;
    if (loop) one_round.emplace(*delivery, *loop);
    return master_adaptively(
        source, std::move(request), file_services(), one_round ? static_cast<Delivery&>(*one_round) : *delivery,
        [&](MasterReport& report) {
            const OutputFile* file = &delivery->file();
            return audit_delivery({&file, 1}, options, report,
                                  [&](double) { return progress("listening through the codec", 1.0, duration_s); });
        },
        engine_progress);
}

Status ask_second_opinion(OutputFile& file, const std::optional<LoopPlan>& loop, const JobProgress& progress,
                          MasterOutcome& outcome) {
    const auto written = file.reopen();
    if (!written) return Error{ErrorCode::output, written.error().message};
    std::optional<LoopedSource> played;
    if (loop) played.emplace(**written, *loop);
    auto reading = ask_referee(played ? static_cast<AudioSource&>(*played) : **written, [&](double fraction) {
        return progress("asking libebur128", fraction, outcome.duration_s());
    });
    if (!reading) return reading.error();
    outcome.report.referee = *reading;
    return success();
}

Status make_master(const MasterJob& job, MasterTrack& track, bool concurrent, const JobProgress& progress,
                   MasterOutcome& outcome) {
    const auto& options = *job.options;
    if (!progress("opening", 0.0, 0.0)) return stopped(job);
    if (is_done_already(job)) {
        outcome.skipped = true;
        return success();
    }
    // Somebody else may be quicker at any time.
    const auto unless_done = [&](const Error& error) -> Status {
        outcome.skipped = is_done_already(job);
        return outcome.skipped ? success() : error;
    };
    if (auto status = check_existing(job); !status) return unless_done(status.error());
    if (auto status = track.open(job.input, options.trim, options.loop); !status) return status;
    outcome.source = track.sound().info();
    std::vector<std::string> warnings;
    if (const auto* file = track.file()) {
        outcome.source_format = file->format();
        warnings = file->warnings();
    }

    const auto spec = spec_for(job, outcome.source);
    if (!spec) return spec.error();
    const auto chosen = choose_encoding(job.output.value_or("plan.wav"), *spec);
    if (!chosen) return chosen.error();
    const auto& encoding = *chosen;
    std::optional<LoopPlan> loop;
    if (track.loop()) {
        auto written = written_loop(job.input, *track.loop(), outcome.source.sample_rate_hz, spec->sample_rate_hz,
                                    encoding.format->container);
        if (!written) return written.error();
        loop = *written;
    }
    auto created = create_delivery(job, track.file(), *spec, warnings);
    if (!created) return unless_done(created.error());
    const auto delivery = *std::move(created);
    if (options.rate_hz == 0.0 && spec->sample_rate_hz != outcome.source.sample_rate_hz)
        warnings.push_back((outcome.source.sample_rate_hz < least_delivery_rate_hz
                                ? number_text(outcome.source.sample_rate_hz) + " Hz is no delivery rate"
                                : std::string(encoding.format->name) + " does not hold " +
                                      number_text(outcome.source.sample_rate_hz) + " Hz") +
                           ": converted to " + number_text(spec->sample_rate_hz) + " Hz");
    auto request = master_request(options, *spec, concurrent, warnings);
    request.references = job.references;
    request.source_is_mix = track.file() == nullptr;
    auto report = render(job, track, spec->channels, std::move(request), loop, delivery.get(), progress);
    if (!report) return report.error();
    outcome.report = *std::move(report);
    if (loop) {
        tell_of_file(outcome.source, outcome.report.before);
        if (outcome.report.after)
            tell_of_file({.sample_rate_hz = spec->sample_rate_hz, .frames = loop->frames}, *outcome.report.after);
    }
    append(warnings, outcome.report.warnings);
    append(warnings, options.notes);
    if (delivery) {
        OutputFile& file = delivery->file();
        if (auto status = file.finish(loudness_of(*outcome.report.after, options.replaygain)); !status) return status;
        append(warnings, file.warnings());
        outcome.encoding = encoding_text(encoding);
        const auto frames = static_cast<std::int64_t>(outcome.report.after->frames);
        if (auto status = check_written(file, options, frames, outcome); !status) return status;
        if (outcome.check) append(warnings, missed_demands(*outcome.check));
        if (options.strict)
            if (auto status = ask_second_opinion(file, loop, progress, outcome); !status) return status;
    }
    outcome.report.warnings = std::move(warnings);
    if (!progress("writing", 1.0, outcome.duration_s())) return stopped(job);
    if (auto status = commit_all(job, outcome, delivery ? &delivery->file() : nullptr); !status)
        return unless_done(status.error());

    if (!options.strict) return success();
    if (const auto missed = missed_target(outcome.report))
        return Error{ErrorCode::target, job.input.string() + ": target missed: " + *missed};
    if (outcome.check && outcome.check->worst() == Verdict::failed)
        return Error{ErrorCode::target, job.input.string() + ": target missed: it fails for " + outcome.check->target};
    return success();
}

/// Makes a master, times it, and turns what is thrown into an error.
MasterOutcome run_job(const MasterJob& job, MasterTrack& track, bool concurrent, const JobProgress& progress) noexcept {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    MasterOutcome outcome;
    try {
        if (auto status = make_master(job, track, concurrent, progress, outcome); !status)
            outcome.error = status.error();
    } catch (const std::bad_alloc&) {
        outcome.error = Error{ErrorCode::internal, job.input.string() + ": out of memory"};
    } catch (const std::exception& fault) {
        outcome.error = Error{ErrorCode::internal, job.input.string() + ": internal error: " + fault.what()};
    }
    outcome.elapsed_s = std::chrono::duration<double>(Clock::now() - start).count();
    return outcome;
}

}  // namespace

MasterOutcome run_sound_job(AudioSource& sound, const MasterJob& asked, const MasterOptions& options, bool concurrent,
                            const JobProgress& progress) noexcept {
    MasterJob job = asked;
    job.options = &options;
    MasterTrack track(sound);
    return run_job(job, track, concurrent, progress);
}

void run_jobs(std::span<const MasterJob> jobs, bool concurrent,
              const std::function<JobProgress(std::size_t job)>& progress, std::span<MasterOutcome> outcomes) noexcept {
    MasterTrack track;
    for (std::size_t i = 0; i < jobs.size(); ++i) outcomes[i] = run_job(jobs[i], track, concurrent, progress(i));
}

}  // namespace burnish
