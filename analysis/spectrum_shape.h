#pragma once

#include <span>

#include "analysis/track_analysis.h"

namespace burnish {

/// Slope of the third-octave levels over octaves, least squares from 63 Hz to 12.5 kHz; silent bands are left out.
[[nodiscard]] double spectral_tilt_db_per_octave(const Curve<third_octaves_hz.size()>& levels_db) noexcept;

/// Mean frequency of a power spectrum, weighted by power; 0 for silence.
[[nodiscard]] double spectral_centroid_hz(std::span<const double> power, double bin_hz) noexcept;

/// Frequency below which a `share` of the power lies; 0 for silence.
[[nodiscard]] double spectral_rolloff_hz(std::span<const double> power, double bin_hz, double share) noexcept;

/// Where a lossy codec cut the spectrum off: a cliff of 25 dB within 300 Hz, between 14 and 20.7 kHz, with nothing
/// above it up to half the sample rate. 0 if there is none.
///
/// The level below is what three quarters of 1850 Hz exceed, so that the foot of a single line is no cliff; that above
/// is a median over 850 Hz.
[[nodiscard]] double codec_cutoff_hz(std::span<const double> power, double bin_hz);

}  // namespace burnish
