#pragma once

#include "mixing/voice.h"

namespace burnish::test {

/// A mono voice of one cell, with these powers in its octaves.
[[nodiscard]] inline Voice made_up_voice(const OctavePowers& octaves) {
    Voice voice;
    voice.cells.octaves.push_back(octaves);
    return voice;
}

}  // namespace burnish::test
