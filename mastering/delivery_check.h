#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/track_analysis.h"
#include "mastering/delivery_target.h"

namespace burnish {

/// What is known of a file besides its sound.
struct FileFacts {
    std::string extension;  ///< lower case, with the dot
    bool lossy = false;
    double bitrate_kbps = 0.0;  ///< of a lossy file, on average
    bool has_replaygain = false;
    double replaygain_db = 0.0;  ///< as its tags say
};

enum class Verdict {
    met,
    note,     ///< a recommendation is missed
    unknown,  ///< cannot be judged
    failed,
};
[[nodiscard]] std::string_view verdict_name(Verdict verdict) noexcept;

/// One demand, and how a file stands to it.
struct CheckFinding {
    std::string number;  ///< its name in the tables: "true_peak_dbtp"
    std::string label;   ///< for people
    std::string found;   ///< value and unit: "-0.21 dBTP"
    Verdict verdict = Verdict::met;
    double value = 0.0;
    double excess = 0.0;  ///< how far outside: above if positive, below if negative
    std::string problem;  ///< "0.79 dB above -1.00", and why it matters; empty if it is met
};

/// How a file stands to a target.
struct CheckReport {
    std::string target;
    std::vector<CheckFinding> findings;
    [[nodiscard]] Verdict worst() const noexcept;
};

/// The numbers that a limit can be about: those of an analysis, and what is derived from it and from the file.
[[nodiscard]] std::vector<std::string_view> check_number_names();

/// Judges what was measured of a file. A number may miss its range by half of its last printed digit.
/// @param has_dialogue  false: somebody has said that there is none worth measuring
[[nodiscard]] CheckReport check_delivery(const TrackAnalysis& analysis, const FileFacts& facts,
                                         const DeliveryTarget& target, bool has_dialogue = true);

/// The demands that a file misses, in words.
[[nodiscard]] std::vector<std::string> missed_demands(const CheckReport& report);

[[nodiscard]] nlohmann::ordered_json check_json(const CheckReport& report);

}  // namespace burnish
