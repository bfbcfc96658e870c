#pragma once

#include <optional>
#include <span>
#include <string>

#include "analysis/track_analysis.h"
#include "cli/console.h"

namespace burnish {

/// Every single number of an analysis in groups, the spectrum as a chart, the small curves as tables.
[[nodiscard]] std::string analysis_text(const TrackAnalysis& analysis, const TextStyle& style);

/// Every single number of two analyses side by side, or of the first alone.
[[nodiscard]] std::string comparison_text(const TrackAnalysis& before, const std::optional<TrackAnalysis>& after,
                                          const TextStyle& style);

/// Columns for levels over frequency, 48 dB high; a label under every third one.
[[nodiscard]] std::string spectrum_chart(std::span<const double> centres_hz, std::span<const double> levels_db,
                                         const TextStyle& style);

}  // namespace burnish
