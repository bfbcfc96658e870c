#pragma once

#include "core/param.h"

namespace burnish {

/// What the user asked for.
struct Target {
    double loudness_lufs = -14.0;
    double ceiling_dbtp = -1.0;
    double amount_percent = 100.0;
    double reduction_budget_db = 6.0;
    double clipping_budget_db = -30.0;

    bool normalize = true;    ///< false: the level is left as it is, whatever loudness_lufs says
    bool limit_peaks = true;  ///< false: the ceiling is not guarded, so that neutral settings change no sample
};

/// Ranges of the target's numbers; the names are those of the command line's flags with their units.
inline constexpr auto target_params = std::to_array<Param<Target>>({
    {"loudness_lufs", -40.0, -5.0, Scale::linear, &Target::loudness_lufs, "integrated loudness of the master, LUFS"},
    {"ceiling_dbtp", -12.0, 0.0, Scale::linear, &Target::ceiling_dbtp,
     "true peak that the master must not exceed, dBTP"},
    {"amount_percent", 0.0, 100.0, Scale::linear, &Target::amount_percent,
     "how much of the proposed treatment is applied; loudness and peak are reached at any"},
    {"reduction_budget_db", 0.0, 24.0, Scale::linear, &Target::reduction_budget_db,
     "limiter gain reduction that 95 % of the frames must stay within"},
    {"clipping_budget_db", -80.0, -20.0, Scale::linear, &Target::clipping_budget_db,
     "level of what the clipper may take off, relative to the whole"},
});

}  // namespace burnish
