#pragma once

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "core/decibels.h"
#include "tests/support/signals.h"

// What compressors make of tones, read off as gain over time and as distortion.

namespace burnish::test {

/// A tone whose amplitude changes at given times; level in dBFS peak.
inline AudioBuffer stepped_tone(double frequency_hz, double rate_hz,
                                const std::vector<std::pair<double, double>>& steps) {
    double total_s = 0.0;
    for (const auto& [seconds, level_db] : steps) total_s += seconds;
    auto audio = sine(frequency_hz, 1.0, total_s, rate_hz);
    int n = 0;
    double until_s = 0.0;
    for (const auto& [seconds, level_db] : steps) {
        until_s += seconds;
        for (; n < audio.frames() && n < until_s * rate_hz; ++n)
            for (const int c : {0, 1}) audio.channel(c)[n] *= static_cast<float>(db_to_gain(level_db));
    }
    return audio;
}

/// Gain from in to out in dB, read where the wave is away from zero and held in between.
inline std::vector<double> gain_over_time(const AudioBuffer& in, const AudioBuffer& out) {
    std::vector<double> gain(in.frames());
    const double away_from_zero = 1e-3 * peak(in);
    double held = 0.0;
    for (int n = 0; n < in.frames(); ++n) {
        if (std::abs(in.channel(0)[n]) > away_from_zero)
            held = gain_to_db(std::abs(double{out.channel(0)[n]} / in.channel(0)[n]));
        gain[n] = held;
    }
    return gain;
}

/// Milliseconds from `from_s` until the gain has covered 1 - 1/e of the way to where it is at `settled_s`; the first
/// `blind_s` are not looked at.
inline double time_constant_ms(const std::vector<double>& gain, double from_s, double settled_s, double rate_hz,
                               double blind_s = 0.0) {
    const auto first = static_cast<int>(from_s * rate_hz);
    const double start = gain[first - static_cast<int>(0.005 * rate_hz)];
    const double end = gain[static_cast<int>(settled_s * rate_hz)];
    const double goal = end + (start - end) / std::numbers::e;
    int n = first + static_cast<int>(blind_s * rate_hz);
    while ((gain[n] - goal) * (start - end) > 0.0) ++n;
    return (n - first) * 1000.0 / rate_hz;
}

/// What is left of a steady tone when its fundamental is taken out, over that fundamental; whole cycles only.
inline double distortion(const AudioBuffer& audio, double frequency_hz, double rate_hz, int first, int count) {
    double in_phase = 0.0, quadrature = 0.0, power = 0.0;
    for (int n = first; n < first + count; ++n) {
        const double sample = audio.channel(0)[n];
        const double angle = 2 * std::numbers::pi * frequency_hz / rate_hz * n;
        in_phase += sample * std::cos(angle);
        quadrature += sample * std::sin(angle);
        power += sample * sample;
    }
    const double fundamental = 2.0 * (in_phase * in_phase + quadrature * quadrature) / count;
    return std::sqrt((power - fundamental) / fundamental);
}

}  // namespace burnish::test
