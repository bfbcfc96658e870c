#include "mastering/level_reading.h"

#include <algorithm>

#include "analysis/loudness_meter.h"
#include "dsp/true_peak.h"

namespace burnish {

Result<LevelReading> read_levels(AudioSource& source, const std::function<bool(double)>& tick) {
    constexpr int block_frames = 8192;
    if (auto status = source.rewind(); !status) return status.error();
    const auto& info = source.info();
    LoudnessMeter loudness;
    loudness.prepare(info.sample_rate_hz, info.channels, LoudnessDetail::integrated);
    TruePeakMeter peak;
    peak.prepare(info.sample_rate_hz, info.channels);
    AudioBuffer block(info.channels, block_frames);
    for (std::int64_t done = 0;;) {
        const auto got = source.read(block.view());
        if (!got) return got.error();
        if (*got == 0) break;
        loudness.process(block.view().part(0, *got));
        peak.process(block.view().part(0, *got));
        done += *got;
        if (!tick(static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(1, info.frames))))
            return Error{ErrorCode::canceled, "stopped"};
    }
    return LevelReading{loudness.integrated_lufs(), gain_to_db(peak.peak())};
}

}  // namespace burnish
