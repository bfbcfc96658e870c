#pragma once

#include <functional>

#include "core/audio_stream.h"
#include "mastering/report.h"

namespace burnish {

/// Measures a source with libebur128, from its start to its end: a second opinion that shares no code with ours.
/// @param tick  called with the share that is done; false stops
[[nodiscard]] Result<RefereeReading> ask_referee(AudioSource& source, const std::function<bool(double)>& tick);

}  // namespace burnish
