#pragma once

#include <algorithm>

#include "core/audio_buffer.h"
#include "dsp/tone_curve.h"

namespace burnish::test {

/// Through a smooth filter, up and down by as much as 4 and 6 dB.
inline AudioBuffer filtered(AudioBuffer audio, double rate_hz) {
    constexpr int block_frames = 4096;
    ToneCurve filter;
    filter.prepare({rate_hz, 2, block_frames});
    filter.set({.mid_80_hz_db = 4,
                .mid_320_hz_db = -4,
                .mid_1280_hz_db = -2,
                .mid_2560_hz_db = 3,
                .mid_10240_hz_db = 6,
                .side_150_hz_db = 0});
    filter.reset();
    for (int n = 0; n < audio.frames(); n += block_frames)
        filter.process(audio.view().part(n, std::min(block_frames, audio.frames() - n)));
    return audio;
}

}  // namespace burnish::test
