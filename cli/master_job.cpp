#include "cli/master_job.h"

#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <new>
#include <utility>

#include "cli/number_format.h"
#include "cli/referee.h"
#include "cli/text_file.h"
#include "io/metadata.h"
#include "io/output_file.h"
#include "io/resampler.h"
#include "io/scratch.h"
#include "mastering/learned_predictor.h"
#include "mastering/loop.h"
#include "mastering/rule_predictor.h"
#include "mastering/settings_json.h"
#include "mastering/shaped_prediction.h"

namespace burnish {

namespace {

constexpr double loudness_tolerance_lu = 0.05;
constexpr double peak_tolerance_db = 0.005;  // half of the last digit that is printed

/// A file being written, as the engine sees it.
class FileDelivery final : public Delivery {
public:
    using Create = std::function<Result<std::unique_ptr<OutputFile>>()>;

    FileDelivery(std::unique_ptr<OutputFile> file, Create create)
        : file_(std::move(file)), create_(std::move(create)) {}

    [[nodiscard]] Status write(ConstAudioView from) override { return file_->write(from); }
    [[nodiscard]] Status restart() override {
        file_.reset();
        auto created = create_();
        if (!created) return created.error();
        file_ = *std::move(created);
        return success();
    }
    [[nodiscard]] Result<std::unique_ptr<AudioSource>> finish() override {
        if (auto status = file_->finish(); !status) return status.error();
        auto written = file_->reopen();
        if (!written) return Error{ErrorCode::output, written.error().message};
        return std::unique_ptr<AudioSource>(*std::move(written));
    }
    [[nodiscard]] OutputFile& file() { return *file_; }

private:
    std::unique_ptr<OutputFile> file_;
    Create create_;
};

MasterRequest request_for(const MasterOptions& options, std::span<const Reference> references, const OutputSpec& spec,
                          bool concurrent, std::vector<std::string>& warnings) {
    return {.target = options.target,
            .patch = options.patch,
            .predictor = predictor_for(options.predictor, warnings),
            .references = references,
            .as_loud_as_references = options.as_loud_as_references,
            .delivery_rate_hz = spec.sample_rate_hz,
            .delivery_bits = spec.depth ? integer_bits(*spec.depth) : 0,
            .concurrent = concurrent};
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

Status check_existing(const MasterJob& job, const MasterOptions& options) {
    const std::optional<std::filesystem::path> output = options.dry_run ? std::nullopt : job.output;
    for (const auto* path : {&output, &job.report, &job.settings})
        if (*path)
            if (auto status = may_be_written(**path, options.force); !status) return status;
    return success();
}

/// A file to write to, its metadata carried over; none in a dry run.
Result<std::unique_ptr<FileDelivery>> create_delivery(const MasterJob& job, const MasterOptions& options,
                                                      const OutputSpec& spec, std::vector<std::string>& warnings) {
    if (options.dry_run) return std::unique_ptr<FileDelivery>();
    auto metadata = read_metadata(job.input);
    if (!metadata) return metadata.error();
    append(warnings, metadata->warnings);
    const auto create = [&job, &options, spec, metadata = *std::move(metadata)] {
        return OutputFile::create(*job.output, spec, metadata, options.force);
    };
    auto created = create();
    if (!created) return created.error();
    return std::make_unique<FileDelivery>(*std::move(created), create);
}

/// The depth that the engine rounds to: that of the output, or in a dry run without one, that of a file like any other.
Result<OutputSpec> spec_for(const MasterJob& job, const MasterOptions& options, const StreamInfo& source) {
    return output_spec(job.output.value_or("plan.wav"), options, source);
}

Status write_side_files(const MasterJob& job, const MasterOptions& options, const MasterOutcome& outcome) {
    if (job.report)
        if (auto status = write_text(*job.report, json_text(outcome_json(job, outcome)), options.force); !status)
            return status;
    if (job.settings)
        return write_text(*job.settings, json_text(settings_json(outcome.report.settings)), options.force);
    return success();
}

/// The loop that a file's sampler chunk tells, or the whole file; none where it is not asked for.
Result<std::optional<LoopPlan>> loop_in(const MasterJob& job, const MasterOptions& options, const OutputSpec& spec,
                                        const StreamInfo& source) {
    if (!options.loop) return std::optional<LoopPlan>();
    const auto metadata = read_metadata(job.input);
    if (!metadata) return metadata.error();
    auto plan = plan_loop(source.sample_rate_hz, source.frames, 0, source.frames);
    const bool has_points = metadata->sampler && !metadata->sampler->loops.empty();
    if (has_points) {
        const auto& loop = metadata->sampler->loops.front();
        if (loop.kind != Loop::Kind::forward)
            return Error{ErrorCode::input,
                         job.input.string() + ": the loop does not run forward, as --loop needs it to"};
        if (loop.first < 0 || loop.first > loop.last || loop.last >= source.frames)
            return Error{ErrorCode::input, job.input.string() + ": the loop from frame " + std::to_string(loop.first) +
                                               " to " + std::to_string(loop.last) + " lies outside of its " +
                                               std::to_string(source.frames) + " frames"};
        plan = plan_loop(source.sample_rate_hz, source.frames, loop.first, loop.last + 1);
    }
    if (!at_rate(plan, source.sample_rate_hz, spec.sample_rate_hz))
        return Error{ErrorCode::usage, job.input.string() + ": a loop of " + std::to_string(plan.loop_frames()) +
                                           " frames at " + number_text(source.sample_rate_hz) +
                                           " Hz has no whole number of frames at " + number_text(spec.sample_rate_hz) +
                                           " Hz: keep the rate"};
    return std::optional(plan);
}

/// What was measured of a loop as it is played, told of the file.
void tell_of_file(const StreamInfo& file, TrackAnalysis& analysis) {
    analysis.frames = static_cast<double>(file.frames);
    analysis.duration_s = analysis.frames / file.sample_rate_hz;
}

Status make_master(const MasterJob& job, const MasterOptions& options, std::span<const Reference> references,
                   bool concurrent, const JobProgress& progress, MasterOutcome& outcome) {
    if (!progress("opening", 0.0, 0.0)) return Error{ErrorCode::canceled, job.input.string() + ": stopped"};
    if (auto status = check_existing(job, options); !status) return status;
    auto input = open_audio(job.input);
    if (!input) return input.error();
    outcome.source = (*input)->info();
    outcome.source_format = (*input)->format();
    auto warnings = (*input)->warnings();

    const auto spec = spec_for(job, options, outcome.source);
    if (!spec) return spec.error();
    auto created = create_delivery(job, options, *spec, warnings);
    if (!created) return created.error();
    const auto delivery = *std::move(created);
    const auto encoding = *choose_encoding(job.output.value_or("plan.wav"), *spec);
    if (options.rate_hz == 0.0 && spec->sample_rate_hz != outcome.source.sample_rate_hz)
        warnings.push_back(std::string(encoding.format->name) + " does not hold " +
                           number_text(outcome.source.sample_rate_hz) + " Hz: converted to " +
                           number_text(spec->sample_rate_hz) + " Hz");

    const double duration_s = outcome.duration_s();
    const auto loop = loop_in(job, options, *spec, outcome.source);
    if (!loop) return loop.error();
    std::optional<LoopedSource> looped;
    std::optional<LoopDelivery> loop_delivery;
    std::optional<LoopPlan> delivered_loop;
    if (*loop) {
        looped.emplace(**input, **loop);
        delivered_loop = at_rate(**loop, outcome.source.sample_rate_hz, spec->sample_rate_hz);
        if (delivery) loop_delivery.emplace(*delivery, *delivered_loop);
    }
    AudioSource& source = looped ? static_cast<AudioSource&>(*looped) : **input;
    Delivery* const sink = loop_delivery ? &*loop_delivery : static_cast<Delivery*>(delivery.get());
    auto report =
        master(source, request_for(options, references, *spec, concurrent, warnings), file_services(), sink,
               [&](std::string_view stage, double fraction) { return progress(stage, fraction, duration_s); });
    if (!report) return report.error();
    outcome.report = *std::move(report);
    if (looped) {
        tell_of_file(outcome.source, outcome.report.before);
        if (outcome.report.after)
            tell_of_file({.sample_rate_hz = spec->sample_rate_hz, .frames = delivered_loop->frames},
                         *outcome.report.after);
    }
    if (delivery) {
        OutputFile& file = delivery->file();
        append(warnings, file.warnings());
        outcome.encoding = encoding_text(encoding);
        if (options.strict) {
            const auto written = file.reopen();
            if (!written) return Error{ErrorCode::output, written.error().message};
            std::optional<LoopedSource> played;
            if (delivered_loop) played.emplace(**written, *delivered_loop);
            auto reading = ask_referee(played ? static_cast<AudioSource&>(*played) : **written, [&](double fraction) {
                return progress("asking libebur128", fraction, duration_s);
            });
            if (!reading) return reading.error();
            outcome.report.referee = *reading;
        }
        if (!progress("writing", 1.0, duration_s)) return Error{ErrorCode::canceled, job.input.string() + ": stopped"};
        if (auto status = file.commit(); !status) return status;
    }
    append(warnings, outcome.report.warnings);
    outcome.report.warnings = std::move(warnings);
    if (auto status = write_side_files(job, options, outcome); !status) return status;

    const auto missed = options.strict ? missed_target(outcome.report) : std::nullopt;
    if (missed) return Error{ErrorCode::target, job.input.string() + ": target missed: " + *missed};
    return success();
}

std::optional<std::string> missed_by(const Target& target, double found_lufs, double peak_dbtp) {
    if (target.normalize && std::abs(found_lufs - target.loudness_lufs) > loudness_tolerance_lu)
        return fixed_text(found_lufs, 2) + " LUFS measured, " + fixed_text(target.loudness_lufs, 2) + " LUFS asked for";
    if (target.limit_peaks && peak_dbtp > target.ceiling_dbtp + peak_tolerance_db)
        return "a true peak of " + fixed_text(peak_dbtp, 2) + " dBTP measured, " + fixed_text(target.ceiling_dbtp, 2) +
               " dBTP asked for";
    return std::nullopt;
}

}  // namespace

MasterServices file_services() {
    return {.make_scratch =
                [](int channels, double sample_rate_hz) {
                    return make_scratch(channels, sample_rate_hz, usual_scratch_bytes_per_channel(sample_rate_hz));
                },
            .convert_rate = convert_rate};
}

/// A model that cannot be used is no reason to stop: the rules stand in for it.
Predictor predictor_for(PredictorKind kind, std::vector<std::string>& warnings) {
    if (kind == PredictorKind::off) return predict_nothing;
    if (kind == PredictorKind::rules) return shaped(predict_by_rules);
    auto learned = learned_predictor();
    if (learned) return shaped(*std::move(learned));
    warnings.push_back(learned.error().message + "; rules take its place");
    return shaped(predict_by_rules);
}

std::string encoding_text(const OutputEncoding& encoding) {
    const auto name = std::string(encoding.format->name);
    if (!encoding.depth) return name;
    const int bits = integer_bits(*encoding.depth);
    return (bits > 0 ? std::to_string(bits) + "-bit " : "32-bit float ") + name;
}

Result<std::vector<Reference>> measure_references(const MasterOptions& options, const JobProgress& progress) {
    std::vector<Reference> references;
    for (const auto& [path, weight] : options.references) {
        auto file = open_audio(path);
        if (!file) return file.error();
        const auto& info = (*file)->info();
        const double duration_s = static_cast<double>(info.frames) / info.sample_rate_hz;
        const auto stage = "listening to " + path.filename().string();
        auto sound = measure_reference(**file, options.jobs > 1,
                                       [&](double fraction) { return progress(stage, fraction, duration_s); });
        if (!sound) return sound.error();
        if (sound->whole.integrated_lufs <= silence_db)
            return Error{ErrorCode::input, path.string() +
                                               ": too short or too quiet to be a reference (400 ms above "
                                               "-70 LUFS are needed)"};
        references.push_back({.name = path.filename().string(), .weight = weight, .sound = *sound});
    }
    return references;
}

MasterOutcome run_job(const MasterJob& job, const MasterOptions& options, std::span<const Reference> references,
                      bool concurrent, const JobProgress& progress) noexcept {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    MasterOutcome outcome;
    try {
        if (auto status = make_master(job, options, references, concurrent, progress, outcome); !status)
            outcome.error = status.error();
    } catch (const std::bad_alloc&) {
        outcome.error = Error{ErrorCode::internal, job.input.string() + ": out of memory"};
    } catch (const std::exception& fault) {
        outcome.error = Error{ErrorCode::internal, job.input.string() + ": internal error: " + fault.what()};
    }
    outcome.elapsed_s = std::chrono::duration<double>(Clock::now() - start).count();
    return outcome;
}

std::optional<std::string> missed_target(const MasterReport& report) {
    if (report.status == MasterStatus::limited) return report.reason;
    if (!report.after) return std::nullopt;
    auto missed = missed_by(report.target, report.after->integrated_lufs, report.after->true_peak_dbtp);
    if (missed || !report.referee) return missed;
    missed = missed_by(report.target, report.referee->integrated_lufs, report.referee->true_peak_dbtp);
    if (missed) *missed += " (by libebur128)";
    return missed;
}

nlohmann::ordered_json outcome_json(const MasterJob& job, const MasterOutcome& outcome) {
    nlohmann::ordered_json json;
    json["input"] = job.input.string();
    if (outcome.error) {
        json["error"] = outcome.error->message;
        json["exit_code"] = static_cast<int>(exit_code_for(outcome.error->code));
    }
    if (!outcome.finished()) return json;
    if (job.output) json["output"] = job.output->string();
    json.update(report_json(outcome.report));
    return json;
}

std::string json_text(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace burnish
