#include "tests/support/referees.h"

#include <ebur128.h>
#include <soxr.h>

#include <algorithm>
#include <array>
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
    std::vector<std::array<double, factor>> taps(2 * half);  // [sample][phase]: the phases run side by side
    for (int phase = 1; phase < factor; ++phase)
        for (int k = 0; k < 2 * half; ++k) {
            const double d = static_cast<double>(phase) / factor - (k - half + 1);
            const double window = i0(8.0 * std::sqrt(std::max(0.0, 1.0 - d * d / (half * half)))) / i0(8.0);
            taps[k][phase] = window * std::sin(std::numbers::pi * d) / (std::numbers::pi * d);
        }
    double largest = 0.0;
    for (int c = 0; c < audio.channels(); ++c)
        for (const float sample : audio.channel(c)) largest = std::max(largest, std::abs(double{sample}));
    for (int c = 0; c < audio.channels(); ++c) {
        std::vector<double> x(static_cast<std::size_t>(audio.frames()) + 4 * half, 0.0);
        std::copy(audio.channel(c).begin(), audio.channel(c).end(), x.begin() + 2 * half);
        for (std::size_t n = 0; n + 2 * half < x.size(); ++n) {
            // A band-limited signal falls from its largest magnitude no faster than a cosine at half the rate (Duffin
            // and Schaeffer, 1937): a quarter of a sample away it is 3 dB down at most. So the gap that holds the
            // largest of the file is at least that high at an end or in its middle. Its ends alone tell nothing: at
            // 0.45 of the rate both can be 16 dB down.
            double middle = 0.0;
            for (int k = 0; k < 2 * half; ++k) middle += taps[k][factor / 2] * x[n + k];
            const double seen = std::max({std::abs(x[n + half - 1]), std::abs(middle), std::abs(x[n + half])});
            if (seen < 0.65 * largest) continue;
            std::array<double, factor> sums{};
            for (int k = 0; k < 2 * half; ++k)
                for (int phase = 0; phase < factor; ++phase) sums[phase] += taps[k][phase] * x[n + k];
            for (const double sum : sums) largest = std::max(largest, std::abs(sum));
        }
    }
    return gain_to_db(largest);
}

double true_peak_itu_dbtp(const AudioBuffer& audio) {
    // As the recommendation prints them; phases 2 and 3 are 1 and 0 backwards.
    constexpr double phase_0[12] = {0.0017089843750,  0.0109863281250,  -0.0196533203125, 0.0332031250000,
                                    -0.0594482421875, 0.1373291015625,  0.9721679687500,  -0.1022949218750,
                                    0.0476074218750,  -0.0266113281250, 0.0148925781250,  -0.0083007812500};
    constexpr double phase_1[12] = {-0.0291748046875, 0.0292968750000,  -0.0517578125000, 0.0891113281250,
                                    -0.1665039062500, 0.4650878906250,  0.7797851562500,  -0.2003173828125,
                                    0.1015625000000,  -0.0582275390625, 0.0330810546875,  -0.0189208984375};
    double largest = 0.0;
    for (int c = 0; c < audio.channels(); ++c) {
        std::vector<double> x(static_cast<std::size_t>(audio.frames()) + 22, 0.0);
        std::copy(audio.channel(c).begin(), audio.channel(c).end(), x.begin() + 11);
        for (std::size_t n = 0; n + 12 <= x.size(); ++n) {
            double sum[4] = {};
            for (std::size_t k = 0; k < 12; ++k) {
                sum[0] += phase_0[k] * x[n + 11 - k];
                sum[1] += phase_1[k] * x[n + 11 - k];
                sum[2] += phase_1[11 - k] * x[n + 11 - k];
                sum[3] += phase_0[11 - k] * x[n + 11 - k];
            }
            for (const double value : sum) largest = std::max(largest, std::abs(value));
        }
    }
    return gain_to_db(largest);
}

double true_peak_soxr_8x_dbtp(const AudioBuffer& audio) {
    constexpr std::size_t factor = 8;
    const auto quality = soxr_quality_spec(SOXR_VHQ, 0);
    double largest = 0.0;
    for (int c = 0; c < audio.channels(); ++c) {
        const auto in = audio.channel(c);
        std::vector<float> out(factor * in.size() + 64);
        std::size_t used = 0;
        std::size_t made = 0;
        soxr_oneshot(1.0, static_cast<double>(factor), 1, in.data(), in.size(), &used, out.data(), out.size(), &made,
                     nullptr, &quality, nullptr);
        for (std::size_t n = 0; n < made; ++n) largest = std::max(largest, std::abs(double{out[n]}));
    }
    return gain_to_db(largest);
}

}  // namespace burnish::test
