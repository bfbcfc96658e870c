#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/track_analysis.h"

namespace burnish {

/// How much a fault matters to the master, worst first.
enum class Severity {
    repair,   ///< damage or a wiring fault: no master can undo it, go back to the mix
    improve,  ///< a master can soften it, the mix can cure it
    tidy,     ///< costs little and is put right in passing
};
[[nodiscard]] std::string_view severity_name(Severity severity) noexcept;

/// What a check has found.
struct Complaint {
    std::string found;     ///< in words, with numbers
    double urgency = 0.0;  ///< 1 where the check begins to speak, more the worse; ranks among equal severities
    std::string remedy{};  ///< where it is not the check's usual one
};

/// A complaint with the check that raised it.
struct Advice {
    std::string_view check;
    Severity severity;
    double urgency;
    std::string found;
    std::string remedy;
};

/// A row of the table of checks.
struct AdviceCheck {
    std::string_view name;
    Severity severity;
    std::string_view help;    ///< what it listens for, and where it begins to speak
    std::string_view remedy;  ///< what to do, in the mix if possible
    /// Nothing where there is nothing to fix. @param is_lossy  the file itself says so: MP3, Ogg Vorbis ...
    std::optional<Complaint> (*look)(const TrackAnalysis& track, bool is_lossy);
};

/// Every check. What is normal of a finished file is no fault: peaks at full scale, the loudness of a master, the
/// cut-off of an MP3 that says it is one, 16 bits.
[[nodiscard]] std::span<const AdviceCheck> advice_checks() noexcept;

/// What a mix engineer would fix first, ranked by severity and urgency; empty when nothing is wrong.
///
/// Thresholds lie beyond what 50 finished tracks show and below planted faults (bench/advice prints both).
[[nodiscard]] std::vector<Advice> advise(const TrackAnalysis& track, bool is_lossy);

[[nodiscard]] nlohmann::ordered_json advice_json(const std::vector<Advice>& advice);

}  // namespace burnish
