#include "dsp/peak_referee.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numbers>

#include "dsp/simd.h"
#include "dsp/window.h"

namespace burnish {

namespace {
constexpr int points = 16;
constexpr int taps = 2 * PeakReferee::half_taps;

BURNISH_VECTORIZED
float dot(const float* a, const float* b) noexcept {
    std::array<float, 16> sum{};
    for (int i = 0; i < taps; i += 16)
        for (int k = 0; k < 16; ++k) sum[k] += a[i + k] * b[i + k];
    float total = 0.0F;
    for (const float part : sum) total += part;
    return total;
}
}  // namespace

PeakReferee::PeakReferee() : taps_(static_cast<std::size_t>(points - 1) * taps) {
    for (int phase = 0; phase < points - 1; ++phase)
        for (int tap = 0; tap < taps; ++tap) {
            const double distance = (phase + 1.0) / points - (tap - (half_taps - 1));
            const double sinc = std::sin(std::numbers::pi * distance) / (std::numbers::pi * distance);
            taps_[static_cast<std::size_t>(phase) * taps + tap] =
                static_cast<float>(sinc * kaiser(distance / half_taps, 8.0));
        }
}

double PeakReferee::gap_peak(std::span<const float> x) const noexcept {
    assert(x.size() == taps);
    float peak = std::max(std::abs(x[half_taps - 1]), std::abs(x[half_taps]));
    for (int phase = 0; phase < points - 1; ++phase)
        peak = std::max(peak, std::abs(dot(taps_.data() + static_cast<std::size_t>(phase) * taps, x.data())));
    return peak;
}

}  // namespace burnish
