#pragma once

#include <functional>
#include <string>

#include "analysis/track_analysis.h"
#include "core/audio_stream.h"
#include "mastering/delivery_target.h"

namespace burnish {

/// What a service does to a track when it plays it.
struct PlaybackForecast {
    std::string mode;
    double wanted_db = 0.0;         ///< the gain to the service's loudness
    double gain_db = 0.0;           ///< the gain that is applied
    double loudness_lufs = 0.0;     ///< of what is heard
    double peak_dbtp = 0.0;         ///< of what is heard
    bool is_limited = false;        ///< a limiter has work to do
    double reduction_max_db = 0.0;  ///< of that limiter, 0 or above
    double reduction_share = 0.0;   ///< of the time it works
};

/// The gain of a playback mode, by its measurements alone: turned down to its loudness; raised where the mode does
/// that, until the peak meets the ceiling, or beyond if it limits. What a limiter does then is not yet known:
/// see limit_playback.
[[nodiscard]] PlaybackForecast forecast_playback(const TrackAnalysis& analysis, const PlaybackMode& mode);

/// Plays a track through the limiter of a mode: a peak limiter on sample values, 5 ms attack and 100 ms decay, no
/// look-ahead, so that short peaks get through.
/// Source: Spotify, "Loudness normalization" (support.spotify.com), which gives threshold and times and no more.
/// @param tick  called with the share that is done; false cancels
[[nodiscard]] Status limit_playback(AudioSource& source, const PlaybackMode& mode, PlaybackForecast& forecast,
                                    const std::function<bool(double)>& tick);

}  // namespace burnish
