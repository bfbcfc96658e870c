#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/master_plan.h"
#include "core/progress.h"
#include "io/audio_file.h"
#include "mastering/master.h"

namespace burnish {

/// How one job came out.
struct MasterOutcome {
    MasterReport report;  ///< of no meaning if there is an error other than a missed target
    std::optional<Error> error;
    StreamInfo source;
    AudioFormat source_format;
    std::string encoding;  ///< of the output, in words; empty in a dry run
    double elapsed_s = 0.0;

    /// True if there is a master, be it one that misses its target.
    [[nodiscard]] bool finished() const noexcept { return !error || error->code == ErrorCode::target; }
    [[nodiscard]] double duration_s() const noexcept {
        return source.sample_rate_hz > 0.0 ? static_cast<double>(source.frames) / source.sample_rate_hz : 0.0;
    }
};

/// Told how far a job is, and how long its sound; returns false to stop it.
using JobProgress = std::function<bool(std::string_view stage, double fraction, double duration_s)>;

/// What the engine needs of files: scratch space and sample-rate conversion.
[[nodiscard]] MasterServices file_services();
/// The predictor of that kind; rules stand in for a model that cannot be used, with a warning.
[[nodiscard]] Predictor predictor_for(PredictorKind kind, std::vector<std::string>& warnings);
/// An encoding in words: "24-bit WAV".
[[nodiscard]] std::string encoding_text(const OutputEncoding& encoding);

/// Measures the files that the options refer to; each is told to `progress` as a stage of its own.
[[nodiscard]] Result<std::vector<Reference>> measure_references(const MasterOptions& options,
                                                                const JobProgress& progress);

/// Makes one master and the files around it. A master that fails or is stopped leaves no file behind. Never throws.
[[nodiscard]] MasterOutcome run_job(const MasterJob& job, const MasterOptions& options,
                                    std::span<const Reference> references, bool concurrent,
                                    const JobProgress& progress) noexcept;

/// How a master misses what was asked for, in words; nothing if it does not.
[[nodiscard]] std::optional<std::string> missed_target(const MasterReport& report);

/// The report with the names of its files in front.
[[nodiscard]] nlohmann::ordered_json outcome_json(const MasterJob& job, const MasterOutcome& outcome);

/// JSON as it goes to people's files; bytes of file names that are not UTF-8 are replaced.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& json);

}  // namespace burnish
