#pragma once

#include <functional>
#include <string>

#include "mastering/master.h"

namespace burnish {

/// How far a finished master is from what is wanted of it, as somebody has found who listened on.
struct Miss {
    double peak_db = 0.0;      ///< above what is allowed; 0 or below: none
    double loudness_lu = 0.0;  ///< that is lacking; negative: too loud
    /// The loudness is but the means to another level: where that one is met, the loudness that it took was wanted.
    bool loudness_is_means = false;
    std::string what{};                 ///< where the peak was found: "after MP3 at 128 kbit/s"
    double unwanted_limiting_db = 0.0;  ///< gain reduction where none is wanted: the drive comes down by it
};
using Audit = std::function<Result<Miss>(MasterReport& report)>;

/// Makes a master, has it audited, and makes it again with another aim until it misses nothing: a lossy codec moves
/// peaks and loudness, by how much is known only afterwards.
///
/// The ceiling is lowered by what the peaks stand over and a little more, to adaptive_floor_dbtp at the least; five
/// masters are made at the most. What is then still missed makes the status `limited`, with the reason; the last
/// master stands. A pinned ceiling is not moved.
/// @param audit  called with each report, which it may add to; the finished file is open to it
[[nodiscard]] Result<MasterReport> master_adaptively(AudioSource& source, MasterRequest request,
                                                     const MasterServices& services, Delivery& delivery,
                                                     const Audit& audit, const Progress& progress);

inline constexpr double adaptive_floor_dbtp = -6.0;
inline constexpr int adaptive_attempts = 5;

}  // namespace burnish
