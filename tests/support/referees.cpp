#include "tests/support/referees.h"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/decibels.h"

namespace burnish::test {

Ebur128Reading ebur128_reading(const AudioBuffer& audio, double sample_rate_hz) {
    ebur128_state* state = ebur128_init(static_cast<unsigned>(audio.channels()), std::lround(sample_rate_hz),
                                        EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
    std::vector<float> interleaved(static_cast<std::size_t>(audio.frames()) * audio.channels());
    for (int c = 0; c < audio.channels(); ++c)
        for (int n = 0; n < audio.frames(); ++n) interleaved[n * audio.channels() + c] = audio.channel(c)[n];
    ebur128_add_frames_float(state, interleaved.data(), static_cast<std::size_t>(audio.frames()));
    Ebur128Reading reading{};
    ebur128_loudness_global(state, &reading.integrated_lufs);
    double largest = 0.0;
    for (int c = 0; c < audio.channels(); ++c) {
        double peak = 0.0;
        ebur128_true_peak(state, static_cast<unsigned>(c), &peak);
        largest = std::max(largest, peak);
    }
    ebur128_destroy(&state);
    reading.true_peak_dbtp = gain_to_db(largest);
    return reading;
}

double true_peak_32x_dbtp(const AudioBuffer& audio) {
    constexpr int half = 64;
    constexpr int factor = 32;
    const auto i0 = [](double x) {
        double sum = 1.0;
        double term = 1.0;
        for (int k = 1; k < 60; ++k) sum += term *= x * x / (4.0 * k * k);
        return sum;
    };
    std::vector<std::vector<double>> taps(factor, std::vector<double>(2 * half));
    for (int phase = 1; phase < factor; ++phase)
        for (int k = 0; k < 2 * half; ++k) {
            const double d = static_cast<double>(phase) / factor - (k - half + 1);
            const double window = i0(8.0 * std::sqrt(std::max(0.0, 1.0 - d * d / (half * half)))) / i0(8.0);
            taps[phase][k] = window * std::sin(std::numbers::pi * d) / (std::numbers::pi * d);
        }
    double largest = 0.0;
    for (int c = 0; c < audio.channels(); ++c)
        for (const float sample : audio.channel(c)) largest = std::max(largest, std::abs(double{sample}));
    for (int c = 0; c < audio.channels(); ++c) {
        std::vector<double> x(static_cast<std::size_t>(audio.frames()) + 4 * half, 0.0);
        std::copy(audio.channel(c).begin(), audio.channel(c).end(), x.begin() + 2 * half);
        for (std::size_t n = 0; n + 2 * half < x.size(); ++n) {
            // A value between two samples that are both 6 dB down is never the largest of the file.
            if (std::max(std::abs(x[n + half - 1]), std::abs(x[n + half])) < 0.5 * largest) continue;
            for (int phase = 1; phase < factor; ++phase) {
                double sum = 0.0;
                for (int k = 0; k < 2 * half; ++k) sum += taps[phase][k] * x[n + k];
                largest = std::max(largest, std::abs(sum));
            }
        }
    }
    return gain_to_db(largest);
}

}  // namespace burnish::test
