#pragma once

#include <functional>
#include <string>

#include "mastering/level_desk.h"
#include "mastering/patch.h"
#include "mastering/report.h"
#include "mastering/target.h"

namespace burnish {

/// How a programme is brought to its loudness.
struct LevelSolution {
    SoftClipper::Settings clipper;
    LimiterSettings limiter;
    LevelReport report;
    double achieved_lufs = 0.0;
    bool limited = false;
    std::string reason;  ///< why it is limited
};

/// Finds the gain that brings a programme to its loudness under the ceiling, and leaves the programme loaded on the
/// desk, ready for the pass that writes it.
///
/// Loudness rises with the drive, ever more slowly as the limiter works: a bracketed secant on the difference to the
/// target. Beyond the reduction budget the clipper takes the tops of the peaks first, 3 dB above the ceiling or higher,
/// as its own budget allows; what is still beyond them is not done, and said.
/// @param lead_frames  see LevelDesk::load
/// @param settings  clipper and limiter settings to start from; pinned numbers are kept as they are
/// @param tick      called with the share 0..1 of the expected work; false cancels
[[nodiscard]] Result<LevelSolution> solve_level(LevelDesk& desk, AudioSource& programme, int lead_frames,
                                                const Target& target, const ChainSettings& settings, const Patch& patch,
                                                const std::function<bool(double)>& tick);

}  // namespace burnish
