#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/track_analysis.h"
#include "mastering/level_reading.h"
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

/// What becomes of a master in a lossy codec.
struct CodecReading {
    std::string codec;  ///< in words: "AAC at 256 kbit/s"
    LevelReading levels{};
};

/// The proof of what was done.
struct MasterReport {
    TrackAnalysis before;
    std::optional<TrackAnalysis> after;        ///< AnalysisScope::master, of the written file; none in a dry run
    std::vector<CodecReading> codecs;          ///< measured after encoding and decoding the written file
    std::optional<RefereeReading> referee;     ///< libebur128's word on it, where it was asked for
    std::optional<ReferenceReport> reference;  ///< how near it came to references, where there were any
    Target target;
    std::string predictor;  ///< who decided: "learned", "rules" or "off"; empty: references
    ChainSettings settings;
    std::vector<Decision> decisions;
    double treatment_share = 1.0;      ///< of the intensity asked for, if all of it would have made the track no better
    std::optional<Decision> loudness;  ///< why this loudness, where nobody asked for one
    std::vector<GenreShare> genres;    ///< what the track sounds like, the likeliest first
    std::vector<Judgement> judgements;  ///< how sound the predictor found it, dimension by dimension
    LevelReport level;
    MasterStatus status = MasterStatus::done;
    int attempts = 1;                        ///< masters that were made until codecs were met
    double aimed_ceiling_dbtp = silence_db;  ///< the limiter's; lower than the target's where a codec took it
    std::string reason;                      ///< why the status is `limited`
    std::vector<std::string> warnings;       ///< what the user should know and might not expect
};

[[nodiscard]] nlohmann::ordered_json decision_json(const Decision& decision);
/// @param scope  what was not measured is left out
[[nodiscard]] nlohmann::ordered_json analysis_json(const TrackAnalysis& analysis,
                                                   AnalysisScope scope = AnalysisScope::track);
[[nodiscard]] nlohmann::ordered_json report_json(const MasterReport& report);

}  // namespace burnish
