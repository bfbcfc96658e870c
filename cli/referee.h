#pragma once

#include "core/audio_stream.h"
#include "mastering/report.h"

namespace burnish {

/// Measures a source with libebur128, from its start to its end: a second opinion that shares no code with ours.
[[nodiscard]] Result<RefereeReading> ask_referee(AudioSource& source);

}  // namespace burnish
