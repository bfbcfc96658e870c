#pragma once

#include <string_view>

#include "core/audio_buffer.h"

/// Test signals, all seeded or closed-form. Stereo signals carry the same samples in both channels unless said.
namespace burnish::test {

[[nodiscard]] AudioBuffer sine(double frequency_hz, double amplitude, double seconds, double sample_rate_hz,
                               int channels = 2, double phase_radians = 0.0);
/// Uniform white noise in [-amplitude, amplitude), independent in every channel.
[[nodiscard]] AudioBuffer white_noise(double amplitude, double seconds, double sample_rate_hz, int channels = 2,
                                      unsigned seed = 1);
/// Noise with equal power per octave from 10 Hz up, independent in every channel, at an rms level of rms_db.
[[nodiscard]] AudioBuffer pink_noise(double rms_db, double seconds, double sample_rate_hz, int channels = 2,
                                     unsigned seed = 1);
/// +-amplitude at random, independent in every channel: the worst case for inter-sample peaks.
[[nodiscard]] AudioBuffer random_signs(double amplitude, double seconds, double sample_rate_hz, int channels = 2,
                                       unsigned seed = 1);
/// A made-up but music-like mix: kick, hat, bass line, two detuned chords panned apart. Peaks near -6 dBFS.
[[nodiscard]] AudioBuffer toy_music(double seconds, double sample_rate_hz, int channels = 2, unsigned seed = 1);
/// What a drummer plays: which eighths of a bar of four beats have a hit, marked x.
struct Groove {
    double beats_per_minute = 120.0;
    std::string_view kick = "x.x.x.x.";
    std::string_view snare = "..x...x.";
};
/// A made-up drum kit, hats in eighths, and under it a distorted bass guitar, whose plain level is bass_amplitude. With
/// 0.21 peaks stand 14 dB over the loudness.
[[nodiscard]] AudioBuffer drums_and_bass(double bass_amplitude, double seconds, double sample_rate_hz,
                                         const Groove& groove = {});
[[nodiscard]] AudioBuffer impulse(int at_frame, int frames, int channels = 2);

/// Largest |sample|.
[[nodiscard]] double peak(const AudioBuffer& audio);
/// Root mean square over all channels, frames first..first+count.
[[nodiscard]] double rms(const AudioBuffer& audio, int first, int count);
[[nodiscard]] double rms(const AudioBuffer& audio);
/// Level of a - b over the level of a, in dB.
[[nodiscard]] double null_depth_db(const AudioBuffer& a, const AudioBuffer& b);
/// Complex amplitude's magnitude of one frequency in a stretch of a channel (Hann-windowed single-bin DFT; a pure
/// sine of amplitude a reads a).
[[nodiscard]] double tone_amplitude(const AudioBuffer& audio, int channel, double frequency_hz, double sample_rate_hz,
                                    int first, int count);

}  // namespace burnish::test
