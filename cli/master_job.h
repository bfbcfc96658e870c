#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/master_plan.h"
#include "cli/progress_bar.h"
#include "core/progress.h"
#include "io/audio_file.h"
#include "io/output_file.h"
#include "mastering/delivery_check.h"
#include "mastering/master.h"

namespace burnish {

/// How one job came out.
struct MasterOutcome {
    MasterReport report;  ///< of no meaning if there is an error other than a missed target
    std::optional<Error> error;
    StreamInfo source;
    AudioFormat source_format;
    std::string encoding;              ///< of the output, in words; empty in a dry run
    std::optional<CheckReport> check;  ///< how the file stands to its delivery target
    bool skipped = false;              ///< the master was there already, and nothing was done
    double elapsed_s = 0.0;

    /// True if there is a master, be it one that misses its target.
    [[nodiscard]] bool finished() const noexcept { return !error || error->code == ErrorCode::target; }
    [[nodiscard]] double duration_s() const noexcept {
        return source.sample_rate_hz > 0.0 ? static_cast<double>(source.frames) / source.sample_rate_hz : 0.0;
    }
};

/// Scratch space and rate conversion, for the engine.
[[nodiscard]] MasterServices file_services();

/// The predictor asked for; rules stand in for a model that cannot be used, with a warning.
[[nodiscard]] Predictor predictor_for(const MasterOptions& options, std::vector<std::string>& warnings);

/// What the engine is to do for options and an output; `warnings` tells if the predictor asked for cannot be had.
[[nodiscard]] MasterRequest master_request(const MasterOptions& options, const OutputSpec& spec, bool concurrent,
                                           std::vector<std::string>& warnings);

/// What is told of a master in its own file.
[[nodiscard]] MeasuredLoudness loudness_of(const TrackAnalysis& after, bool as_replaygain);

/// Makes the masters of one input and the files around them. It is opened, measured and judged once. A master that
/// fails or is stopped leaves no file behind, and the next one is made all the same. Never throws.
/// @param jobs       of one input
/// @param progress   for a job of these
/// @param outcomes   one for each job
void run_jobs(std::span<const MasterJob> jobs, bool concurrent,
              const std::function<JobProgress(std::size_t job)>& progress, std::span<MasterOutcome> outcomes) noexcept;

/// The same for a sound that is in no file; `job.input` is a name for it in messages.
[[nodiscard]] MasterOutcome run_sound_job(AudioSource& sound, const MasterJob& job, const MasterOptions& options,
                                          bool concurrent, const JobProgress& progress) noexcept;

/// "24-bit WAV", "Opus".
[[nodiscard]] std::string encoding_text(const OutputEncoding& encoding);

/// How a master misses what was asked for, in words; nothing if it does not.
[[nodiscard]] std::optional<std::string> missed_target(const MasterReport& report);

/// What a list of results tells of one: status, files and the numbers that count, in one line.
[[nodiscard]] std::string outcome_line(const MasterJob& job, const MasterOutcome& outcome);

/// The report with the names of its files in front.
[[nodiscard]] nlohmann::ordered_json outcome_json(const MasterJob& job, const MasterOutcome& outcome);

/// JSON as it goes to people's files; bytes of file names that are not UTF-8 are replaced.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& json);

}  // namespace burnish
