#pragma once

#include "core/audio_buffer.h"
#include "core/random.h"
#include "mastering/chain.h"

/// What the benchmarks are run on.
namespace burnish::bench {

/// Brown-ish noise with bursts, at about -14 dBFS: every frequency and many levels.
inline AudioBuffer signal(int frames) {
    Random random(1);
    AudioBuffer audio(2, frames);
    for (int c = 0; c < 2; ++c) {
        double low = 0.0;
        for (int n = 0; n < frames; ++n) {
            const double noise = random.uniform(-1.0, 1.0);
            low += 0.05 * (noise - low);
            const double burst = (n / 5000) % 4 == 0 ? 1.0 : 0.3;
            audio.channel(c)[n] = static_cast<float>(burst * (0.9 * low + 0.1 * noise));
        }
    }
    return audio;
}

/// What keeps every stage at work: more than a heavy-handed master would use.
inline ChainSettings busy_settings() {
    ChainSettings settings;
    settings.repair.cutoff_hz = 15.0;
    settings.tone.mid_80_hz_db = 2.0;
    settings.tone.side_9600_hz_db = 1.0;
    settings.eq.bell_1_db = 1.0;
    settings.eq.bell_2_db = -1.0;
    settings.dynamic_eq.harsh_range_db = 3.0;
    settings.dynamic_eq.resonance_1_range_db = 3.0;
    settings.multiband.low_ratio = 2.0;
    settings.multiband.high_ratio = 2.0;
    settings.glue.ratio = 2.0;
    settings.glue.threshold_db = -20.0;
    settings.saturation.drive_db = 3.0;
    settings.width.mid_db = 1.0;
    settings.clipper.threshold_db = -6.0;
    settings.limiter.drive_db = 6.0;
    settings.limiter.ceiling_dbtp = -1.0;
    settings.limiter.high_cut_hz = 20000.0;
    settings.dither.bits = 24.0;
    return settings;
}

}  // namespace burnish::bench
