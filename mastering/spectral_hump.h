#pragma once

#include <optional>

#include "analysis/track_analysis.h"

namespace burnish {

/// A bell that may have been put onto a spectrum, or may be the music's own.
enum class Hump {
    mud,        ///< 280 Hz, Q of 1
    harshness,  ///< 3.5 kHz, Q of 1
};

/// How high the hump stands in a track's third octaves, in dB over what the rest of its spectrum lets expect.
///
///     height = weights . (levels - their mean - usual)
///
/// The linear estimate of least variance under the mean and covariance of 552 finished tracks: weights = C^-1 s / (s .
/// C^-1 s) with the bell's shape s. Of tracks without any it scatters by 4.5 dB, so that only large ones can be told
/// (bench/usual_hump prints the tables, and how often which threshold errs).
/// @return  nothing below 32 kHz or for silence
[[nodiscard]] std::optional<double> hump_height_db(const TrackAnalysis& track, Hump hump);

}  // namespace burnish
