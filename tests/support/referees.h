#pragma once

#include "core/audio_buffer.h"

/// Meters that share no code with the program.
namespace burnish::test {

/// libebur128's integrated loudness in LUFS and largest true peak over the channels in dBTP.
struct Ebur128Reading {
    double integrated_lufs;
    double true_peak_dbtp;
};
[[nodiscard]] Ebur128Reading ebur128_reading(const AudioBuffer& audio, double sample_rate_hz);

/// Largest magnitude at 32 points per sample, in dBTP: Kaiser-windowed sinc (beta 8) of 128 taps a phase, in double,
/// wherever it can matter. The signal is silent before its start and after its end.
[[nodiscard]] double true_peak_32x_dbtp(const AudioBuffer& audio);

/// Largest magnitude by the four-fold filter of ITU-R BS.1770-5 annex 2, in dBTP.
[[nodiscard]] double true_peak_itu_dbtp(const AudioBuffer& audio);

/// Largest magnitude after conversion to eight times the rate by libsoxr at its best, in dBTP.
[[nodiscard]] double true_peak_soxr_8x_dbtp(const AudioBuffer& audio);

}  // namespace burnish::test
