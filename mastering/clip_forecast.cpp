#include "mastering/clip_forecast.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/decibels.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr int run_frames = 64;

struct Run {
    float peak;
    float energy;
};

BURNISH_VECTORIZED
Run measure(const float* x, int count) noexcept {
    std::array<float, 8> peak{};
    std::array<float, 8> energy{};
    int n = 0;
    for (; n + 8 <= count; n += 8)
        for (int k = 0; k < 8; ++k) {
            peak[k] = std::max(peak[k], std::abs(x[n + k]));
            energy[k] += x[n + k] * x[n + k];
        }
    for (; n < count; ++n) {
        peak[0] = std::max(peak[0], std::abs(x[n]));
        energy[0] += x[n] * x[n];
    }
    for (int k = 1; k < 8; ++k) energy[0] += energy[k];
    return {*std::max_element(peak.begin(), peak.end()), energy[0]};
}

}  // namespace

void ClipForecast::add(ConstAudioView audio, float floor) noexcept {
    for (int c = 0; c < audio.channels(); ++c)
        for (int first = 0; first < audio.frames(); first += run_frames) {
            const int count = std::min(run_frames, audio.frames() - first);
            const float* const x = audio.channel(c).data() + first;
            const auto run = measure(x, count);
            energy_ += run.energy;
            if (run.peak < floor) continue;
            for (int n = 0; n < count; ++n) ++counts_[std::bit_cast<std::uint32_t>(std::abs(x[n])) >> dropped_bits];
        }
}

double ClipForecast::removed_db(const SoftClipper::Settings& settings) const {
    const auto magnitude_at = [](std::size_t bin) {
        constexpr std::uint32_t half_a_step = std::uint32_t{1} << (dropped_bits - 1);
        return double{std::bit_cast<float>((static_cast<std::uint32_t>(bin) << dropped_bits) + half_a_step)};
    };
    const double knee_start = db_to_gain(settings.threshold_db - settings.knee_db);
    const auto first = std::bit_cast<std::uint32_t>(static_cast<float>(knee_start)) >> dropped_bits;
    constexpr auto infinite = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::infinity()) >> dropped_bits;
    double removed = 0.0;
    if (counts_.empty()) return silence_db;
    for (std::size_t bin = first; bin < infinite; ++bin) {
        if (counts_[bin] == 0) continue;
        const double magnitude = magnitude_at(bin);
        const double cut = magnitude - soft_clip(magnitude, settings);
        removed += static_cast<double>(counts_[bin]) * cut * cut;
    }
    return energy_ > 0.0 && removed > 0.0 ? power_to_db(removed / energy_) : silence_db;
}

}  // namespace burnish
