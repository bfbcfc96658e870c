#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/exit_code.h"
#include "cli/master_plan.h"
#include "io/audio_file.h"
#include "io/output_file.h"
#include "mastering/delivery_check.h"
#include "mastering/report.h"

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

/// What is told of a master in its own file.
[[nodiscard]] MeasuredLoudness loudness_of(const TrackAnalysis& after, bool as_replaygain);

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
