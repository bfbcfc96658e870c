#include "mastering/playback.h"

#include <algorithm>
#include <cmath>

#include "analysis/loudness_meter.h"
#include "core/decibels.h"
#include "dsp/true_peak.h"

namespace burnish {

namespace {
constexpr int block_frames = 8192;
constexpr double attack_s = 0.005;
constexpr double decay_s = 0.100;
constexpr double works_beyond_db = 0.1;  // a reduction below this is none
}  // namespace

PlaybackForecast forecast_playback(const TrackAnalysis& analysis, const PlaybackMode& mode) {
    PlaybackForecast forecast;
    forecast.mode = mode.name;
    const bool has_loudness = analysis.integrated_lufs > silence_db;
    if (mode.loudness_lufs && has_loudness) {
        forecast.wanted_db = *mode.loudness_lufs - analysis.integrated_lufs;
        forecast.gain_db = forecast.wanted_db;
        if (forecast.wanted_db > 0.0) {
            const double room_db = std::max(0.0, mode.ceiling_dbtp - analysis.true_peak_dbtp);
            if (!mode.raises)
                forecast.gain_db = 0.0;
            else if (!mode.limits)
                forecast.gain_db = std::min(forecast.wanted_db, room_db);
            else
                forecast.is_limited = forecast.wanted_db > room_db;
        }
    }
    forecast.loudness_lufs = has_loudness ? analysis.integrated_lufs + forecast.gain_db : silence_db;
    forecast.peak_dbtp = analysis.true_peak_dbtp > silence_db ? analysis.true_peak_dbtp + forecast.gain_db : silence_db;
    return forecast;
}

Status limit_playback(AudioSource& source, const PlaybackMode& mode, PlaybackForecast& forecast,
                      const std::function<bool(double)>& tick) {
    if (auto status = source.rewind(); !status) return status;
    const auto& info = source.info();
    LoudnessMeter loudness;
    loudness.prepare(info.sample_rate_hz, info.channels, LoudnessDetail::integrated);
    TruePeakMeter peak;
    peak.prepare(info.sample_rate_hz, info.channels);
    const double attack = std::exp(-1.0 / (attack_s * info.sample_rate_hz));
    const double decay = std::exp(-1.0 / (decay_s * info.sample_rate_hz));
    const double gain = db_to_gain(forecast.gain_db);
    AudioBuffer block(info.channels, block_frames);
    double held_db = 0.0;  // the last crests above the ceiling, decaying
    double reduction_db = 0.0;
    std::int64_t done = 0;
    std::int64_t working = 0;
    forecast.reduction_max_db = 0.0;
    while (true) {
        const auto got = source.read(block.view());
        if (!got) return got.error();
        if (*got == 0) break;
        const auto part = block.view().part(0, *got);
        for (int n = 0; n < *got; ++n) {
            double largest = 0.0;
            for (int c = 0; c < part.channels(); ++c)
                largest = std::max(largest, gain * std::abs(static_cast<double>(part.channel(c)[n])));
            const double over_db = std::max(0.0, gain_to_db(largest) - mode.ceiling_dbtp);
            held_db = std::max(over_db, decay * held_db);
            const double pole = held_db > reduction_db ? attack : decay;
            reduction_db = held_db + pole * (reduction_db - held_db);
            forecast.reduction_max_db = std::max(forecast.reduction_max_db, reduction_db);
            working += reduction_db > works_beyond_db ? 1 : 0;
            const double total = gain * db_to_gain(-reduction_db);
            for (int c = 0; c < part.channels(); ++c)
                part.channel(c)[n] = static_cast<float>(total * static_cast<double>(part.channel(c)[n]));
        }
        loudness.process(part);
        peak.process(part);
        done += *got;
        if (!tick(static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(1, info.frames))))
            return Error{ErrorCode::canceled, "stopped"};
    }
    forecast.loudness_lufs = loudness.integrated_lufs();
    forecast.peak_dbtp = gain_to_db(peak.peak());
    forecast.reduction_share = done > 0 ? static_cast<double>(working) / static_cast<double>(done) : 0.0;
    return success();
}

}  // namespace burnish
