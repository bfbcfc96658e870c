#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/track_analysis.h"
#include "mastering/prediction.h"
#include "mastering/reference_report.h"

namespace burnish {

/// How a master came out.
enum class MasterStatus {
    done,     ///< as asked for
    limited,  ///< the loudness asked for lies beyond the distortion budget: the report says what was reached and why
    planned,  ///< a dry run: nothing was written
};
[[nodiscard]] std::string_view status_name(MasterStatus status) noexcept;

/// How the level was found.
struct LevelReport {
    double drive_db = 0.0;              ///< gain into the limiter
    double achieved_lufs = silence_db;  ///< before dither and encoding
    double reduction_p95_db = 0.0;      ///< limiter gain reduction that 95 % of the frames stay within, 0 or above
    double reduction_max_db = 0.0;
    double clipper_threshold_db = 24.0;  ///< before the drive; 24 is off
    double clipped_db = silence_db;      ///< what the clipper took off, relative to the whole
    int passes = 0;                      ///< limiter passes that were needed
    int corrected_peaks = 0;             ///< frames turned down further after looking at the finished signal
};

/// What another meter read from the written file.
struct RefereeReading {
    double integrated_lufs = silence_db;
    double true_peak_dbtp = silence_db;
};

/// The proof of what was done.
struct MasterReport {
    TrackAnalysis before;
    std::optional<TrackAnalysis> after;        ///< measured on the written file, but for its texture; none in a dry run
    std::optional<RefereeReading> referee;     ///< libebur128's word on it, where it was asked for
    std::optional<ReferenceReport> reference;  ///< how near it came to references, where there were any
    Target target;
    ChainSettings settings;
    std::vector<Decision> decisions;
    LevelReport level;
    MasterStatus status = MasterStatus::done;
    std::string reason;                 ///< why the status is `limited`
    std::vector<std::string> warnings;  ///< what the user should know and might not expect
};

/// @param texture  left_out leaves its curves out of the document too
[[nodiscard]] nlohmann::ordered_json analysis_json(const TrackAnalysis& analysis, Texture texture = Texture::measured);
[[nodiscard]] nlohmann::ordered_json report_json(const MasterReport& report);

}  // namespace burnish
