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
    bool limited = false;
    std::string reason;      ///< why it is limited
    bool delivered = false;  ///< what the delivering pass wrote is the solution
};

/// A pass that also writes what comes out.
/// @param limits  whether any peak is turned down
/// @param tick    called with the frames done; false cancels
using DeliveringPass = std::function<Result<LevelPass>(const LimiterSettings& settings, bool limits,
                                                       const std::function<bool(std::int64_t)>& tick)>;

/// What a solution starts from.
struct LevelTask {
    AudioSource& programme;
    int lead_frames = 0;  ///< see LevelDesk::LoadSettings
    const Target& target;
    const ChainSettings& settings;  ///< clipper and limiter to start from
    const Patch& patch;             ///< numbers to be kept as they are
    double expected_lufs;           ///< of the programme, by its source: a good guess saves a pass, a bad one costs one
    double expected_dbtp;
    DeliveringPass deliver{};  ///< if given, takes the first pass: that is the last one too, as a rule
};

/// Finds the gain that brings a programme to its loudness under the ceiling, and leaves the programme loaded on the
/// desk, ready for the pass that writes it.
///
/// Loudness rises with the drive, ever more slowly as the limiter works. The drive is found on the desk's model, tried
/// on the programme itself, and found again with what the model was off by, until the programme is on target: one
/// pass as a rule, five at most before the one that writes. Beyond the reduction budget the clipper takes the tops of
/// the peaks first, as far down as its own budget allows; what is still beyond the two is not done, and said.
/// @param tick  called with the share 0..1 of the expected work; false cancels
[[nodiscard]] Result<LevelSolution> solve_level(LevelDesk& desk, const LevelTask& task,
                                                const std::function<bool(double)>& tick);

}  // namespace burnish
