#pragma once

#include <string>
#include <vector>

#include "core/param.h"
#include "mastering/chain.h"
#include "mastering/mix_aim.h"
#include "mastering/treatment_aim.h"

namespace burnish {

/// How much of a genre a track is.
struct GenreShare {
    std::string name;
    double share = 0.0;  ///< 0..1
};

/// What the user asked for.
struct Target {
    double loudness_lufs = -14.0;
    double ceiling_dbtp = -1.0;
    double intensity_percent = 50.0;
    double reduction_budget_db = 6.0;
    double clipping_budget_db = -30.0;

    double preset_share = 1.0;     ///< how far the preset is meant, 0..1: less if nobody but the sound tells the genre
    bool choose_loudness = false;  ///< the predictor's word on the loudness, where it has one, beats loudness_lufs
    bool normalize = true;         ///< false: the level is left as it is, whatever loudness_lufs says
    bool limit_peaks = true;       ///< false: the ceiling is not guarded, so that neutral settings change no sample

    TreatmentAim aim{};
    MixAim mix{};               ///< of the mix that is to be mastered, where it is made here
    ChainSettings character{};  ///< what a preset and a style put on top of any proposal: its departure from neutral

    std::vector<GenreShare>
        genres{};  ///< what somebody says it is, adding up to 1, the largest first; else a preset may

    std::string preset{};  ///< names, for the report; empty: none
    std::string style{};
    std::string delivery{};
};

/// Ranges of the target's numbers; the names are those of the command line's flags with their units.
inline constexpr auto target_params = std::to_array<Param<Target>>({
    {"loudness_lufs", -40.0, -5.0, Scale::linear, &Target::loudness_lufs, "integrated loudness of the master, LUFS"},
    {"ceiling_dbtp", -12.0, 0.0, Scale::linear, &Target::ceiling_dbtp,
     "true peak that the master must not exceed, dBTP"},
    {"intensity_percent", 0.0, 100.0, Scale::linear, &Target::intensity_percent,
     "how strong the treatment is: 0 none, 25 what is surely a fault, 50 what is proposed, 100 what may well be a "
     "fault, up to twice as much"},
    {"reduction_budget_db", 0.0, 24.0, Scale::linear, &Target::reduction_budget_db,
     "limiter gain reduction that 95 % of the frames must stay within"},
    {"clipping_budget_db", -80.0, -20.0, Scale::linear, &Target::clipping_budget_db,
     "level of what the clipper may take off, relative to the whole"},
});

/// How much of what is proposed in a dimension is to be done: 0 nothing, 1 all of it.
///
/// Grows evenly from 0 at intensity 0 to 1 at 50, and on to the dimension's most at 100; times its percentage.
[[nodiscard]] constexpr double amount_of(const Target& target, Dimension dimension) noexcept {
    const auto& row = dimensions[static_cast<std::size_t>(dimension)];
    const double intensity = target.intensity_percent / 50.0;
    const double amount = intensity <= 1.0 ? intensity : 1.0 + (intensity - 1.0) * (row.most - 1.0);
    return amount * target.aim.*row.percent / 100.0;
}

/// True if anything may be proposed at all.
[[nodiscard]] constexpr bool wants_treatment(const Target& target) noexcept {
    for (const auto& row : dimensions)
        if (amount_of(target, row.dimension) > 0.0) return true;
    return false;
}

}  // namespace burnish
