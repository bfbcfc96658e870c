#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/audio_buffer.h"

namespace burnish::test {

/// A signal that limiters let through, a third of a second or so at any rate.
struct WorstPeaks {
    std::string name;
    std::function<AudioBuffer(double rate_hz)> make;
};
[[nodiscard]] const std::vector<WorstPeaks>& worst_peaks();

/// The signal with silence around it, so that what filters smear over its edges is heard and not cut off.
[[nodiscard]] AudioBuffer in_silence(const AudioBuffer& audio);

}  // namespace burnish::test
