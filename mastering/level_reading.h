#pragma once

#include <functional>

#include "core/audio_stream.h"
#include "core/decibels.h"

namespace burnish {

/// The two numbers that a delivery is judged by first.
struct LevelReading {
    double integrated_lufs = silence_db;
    double true_peak_dbtp = silence_db;
};

/// Measures a source from its start to its end, without all that an analysis looks for: a fifth of its cost.
/// @param tick  called with the share that is done; false cancels
[[nodiscard]] Result<LevelReading> read_levels(AudioSource& source, const std::function<bool(double)>& tick);

}  // namespace burnish
