#include "analysis/band_dynamics.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/statistics.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr int kept_blocks = 1 << 16;  // 55 minutes in full, 1.3 MB
constexpr double absolute_gate_db = -70.0;
constexpr double relative_gate_db = -20.0;

using Lanes = BandFilterSection::Lanes;

/// What comes out of the filters, summed over a stretch of time.
struct Output {
    Lanes energy{};
    Lanes highest{};
    Lanes lowest{};

    [[nodiscard]] float peak(int lane) const noexcept { return std::max(highest[lane], -lowest[lane]); }
};

/// As in Crossover.
inline void step(BandFilterSection& f, const Lanes& in, Lanes& low, Lanes& high) noexcept {
    high = ((in - f.low) - f.damping * f.band) * f.high_gain;
    const Lanes band = f.band + f.g * high;
    low = f.low + f.g * band;
    f.band = band + f.g * high;
    f.low = low + f.g * band;
}

/// The lowest band is let through the high-passes by a g of zero, the highest past the low-passes.
BURNISH_VECTORIZED
void run_filters(const float* left, const float* right, int frames, std::array<BandFilterSection, 2>& high_passes,
                 std::array<BandFilterSection, 2>& low_passes, Output& output) noexcept {
    auto highs = high_passes;
    auto lows = low_passes;
    Output sum;
    Lanes low, high;
    for (int n = 0; n < frames; ++n) {
        const float l = left[n];
        const float r = right[n];
        Lanes x{l, r, l, r, l, r, l, r};
        for (auto& f : highs) {
            step(f, x, low, high);
            x = high;
        }
        const Lanes highest = x;
        for (auto& f : lows) {
            step(f, x, low, high);
            x = low;
        }
        x = __builtin_shufflevector(x, highest, 0, 1, 2, 3, 4, 5, 14, 15);
        sum.energy += x * x;
        sum.highest = x > sum.highest ? x : sum.highest;
        sum.lowest = x < sum.lowest ? x : sum.lowest;
    }
    high_passes = highs;
    low_passes = lows;
    output = sum;
}

/// For both channels of one band.
void tune(BandFilterSection& section, int band, double frequency_hz, double sample_rate_hz) noexcept {
    const double g = std::tan(std::numbers::pi * std::min(frequency_hz / sample_rate_hz, 0.45));
    const double damping = g + std::numbers::sqrt2;  // Butterworth
    for (const int lane : {2 * band, 2 * band + 1}) {
        section.g[lane] = static_cast<float>(g);
        section.damping[lane] = static_cast<float>(damping);
        section.high_gain[lane] = static_cast<float>(1.0 / (1.0 + g * damping));
    }
}

}  // namespace

void BandDynamics::prepare(double sample_rate_hz, int channels) {
    high_passes_ = {};
    low_passes_ = {};
    for (int split = 0; split + 1 < bands; ++split)
        for (const std::size_t pass : {0U, 1U}) {
            tune(high_passes_[pass], split + 1, dynamics_splits_hz[split], sample_rate_hz);
            tune(low_passes_[pass], split, dynamics_splits_hz[split], sample_rate_hz);
        }
    channels_ = channels;
    frames_ = 0;
    energy_ = {};
    peak_ = {};
    levels_.prepare(bands + 1, kept_blocks);
}

void BandDynamics::process(ConstAudioView in, double energy) noexcept {
    const float* const left = in.channel(0).data();
    const float* const right = in.channel(channels_ - 1).data();
    Output output;
    run_filters(left, right, in.frames(), high_passes_, low_passes_, output);
    energy_[whole] += energy;
    for (int c = 0; c < channels_; ++c) {
        for (int b = 0; b < bands; ++b) {
            energy_[b] += output.energy[2 * b + c];
            peak_[b] = std::max(peak_[b], double{output.peak(2 * b + c)});
        }
    }
    frames_ += in.frames();
}

void BandDynamics::end_block() {
    if (frames_ == 0) return;
    std::array<float, bands + 1> row{};
    for (int b = 0; b <= whole; ++b) row[b] = static_cast<float>(power_to_db(energy_[b] / (frames_ * channels_)));
    if (row[whole] > silence_db) levels_.add(row);  // hours of silence do not thin out the rest
    energy_ = {};
    frames_ = 0;
}

DynamicsCurves BandDynamics::curves() const {
    const auto mean_power = [&](int band, double threshold_db) {
        double sum = 0.0;
        int count = 0;
        for (int i = 0; i < levels_.rows(); ++i)
            if (levels_.row(i)[whole] > threshold_db) {
                sum += db_to_power(levels_.row(i)[static_cast<std::size_t>(band)]);
                ++count;
            }
        return count > 0 ? sum / count : 0.0;
    };
    const double gate_db =
        std::max(absolute_gate_db, power_to_db(mean_power(whole, absolute_gate_db)) + relative_gate_db);

    DynamicsCurves curves;
    std::vector<float> values;
    for (int b = 0; b < bands; ++b) {
        values.clear();
        for (int i = 0; i < levels_.rows(); ++i)
            if (levels_.row(i)[whole] > gate_db) values.push_back(levels_.row(i)[static_cast<std::size_t>(b)]);
        if (values.empty()) continue;
        curves.level_db[b] = power_to_db(mean_power(b, gate_db));
        curves.p50_db[b] = percentile(values, 0.50);
        curves.p95_db[b] = percentile(values, 0.95);
        curves.spread_db[b] = curves.p95_db[b] - curves.p50_db[b];
        curves.crest_db[b] = std::max(0.0, gain_to_db(peak_[b]) - curves.level_db[b]);
    }
    return curves;
}

double BandDynamics::noise_floor_db() const {
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(levels_.rows()));
    for (int i = 0; i < levels_.rows(); ++i) values.push_back(levels_.row(i)[whole]);
    return values.empty() ? silence_db : percentile(values, 0.01);
}

double BandDynamics::hiss_level_db() const {
    constexpr int fewest_blocks = 100;  // 5 s: a percentile needs some
    constexpr double steady_db = 0.5;
    constexpr double music_above_db = 6.0;
    constexpr double pause_below_db = 20.0;
    constexpr double lowest_db = -100.0;  // below the dither of 16 bits
    if (levels_.rows() < fewest_blocks) return silence_db;
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(levels_.rows()));
    for (int i = 0; i < levels_.rows(); ++i) values.push_back(levels_.row(i)[bands - 1]);
    const double floor_db = percentile(values, 0.01);
    const bool steady = percentile(values, 0.03) - floor_db < steady_db;
    if (!steady || floor_db < lowest_db) return silence_db;
    if (percentile(values, 0.95) - floor_db > music_above_db) return floor_db;
    // Music that has next to nothing up there bares it when it pauses.
    for (int i = 0; i < levels_.rows(); ++i) values[static_cast<std::size_t>(i)] = levels_.row(i)[whole];
    return percentile(values, 0.95) - percentile(values, 0.01) > pause_below_db ? floor_db : silence_db;
}

}  // namespace burnish
