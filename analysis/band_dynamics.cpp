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
    Lanes peak{};
};

BURNISH_VECTORIZED
void run_filters(const float* left, const float* right, int frames, std::array<BandFilterSection, 4>& sections,
                 Output& output) noexcept {
    auto filters = sections;
    Output sum;
    for (int n = 0; n < frames; ++n) {
        const float l = left[n];
        const float r = right[n];
        Lanes x{l, r, l, r, l, r, l, r};
        for (auto& f : filters) {
            const Lanes rest = x - f.low;
            const Lanes band = f.band_gain * f.band + f.in_to_band * rest;
            const Lanes low = f.low + f.in_to_band * f.band + f.in_to_low * rest;
            f.band = band + band - f.band;
            f.low = low + low - f.low;
            x = f.of_in * x + f.of_band * band + f.of_low * low;
        }
        sum.energy += x * x;
        const Lanes magnitude = x < 0.0F ? -x : x;
        sum.peak = magnitude > sum.peak ? magnitude : sum.peak;
    }
    sections = filters;
    output = sum;
}

BURNISH_VECTORIZED
float energy_of(const float* samples, int frames) noexcept {
    constexpr int lanes = 8;
    std::array<float, lanes> energy{};
    for (int n = 0; n < frames; ++n) energy[n % lanes] += samples[n] * samples[n];
    return ((energy[0] + energy[4]) + (energy[1] + energy[5])) + ((energy[2] + energy[6]) + (energy[3] + energy[7]));
}

enum class Pass { all, high, low };

/// Butterworth, for both channels of one band.
void tune(BandFilterSection& section, int band, Pass pass, double frequency_hz, double sample_rate_hz) noexcept {
    constexpr double k = std::numbers::sqrt2;
    const double g = std::tan(std::numbers::pi * std::min(frequency_hz / sample_rate_hz, 0.45));
    const double band_gain = 1.0 / (1.0 + g * (g + k));
    for (const int lane : {2 * band, 2 * band + 1}) {
        section.band_gain[lane] = static_cast<float>(band_gain);
        section.in_to_band[lane] = static_cast<float>(g * band_gain);
        section.in_to_low[lane] = static_cast<float>(g * g * band_gain);
        // low + k band + high = in
        section.of_in[lane] = pass == Pass::low ? 0.0F : 1.0F;
        section.of_band[lane] = pass == Pass::high ? static_cast<float>(-k) : 0.0F;
        section.of_low[lane] = pass == Pass::low ? 1.0F : pass == Pass::high ? -1.0F : 0.0F;
    }
}

}  // namespace

void BandDynamics::prepare(double sample_rate_hz, int channels) {
    constexpr double anywhere_hz = 1000.0;
    sections_ = {};
    for (int band = 0; band < bands; ++band)
        for (const std::size_t pass : {0U, 1U}) {
            if (band == 0)
                tune(sections_[pass], band, Pass::all, anywhere_hz, sample_rate_hz);
            else
                tune(sections_[pass], band, Pass::high, dynamics_splits_hz[band - 1], sample_rate_hz);
            if (band == bands - 1)
                tune(sections_[2 + pass], band, Pass::all, anywhere_hz, sample_rate_hz);
            else
                tune(sections_[2 + pass], band, Pass::low, dynamics_splits_hz[band], sample_rate_hz);
        }
    channels_ = channels;
    frames_ = 0;
    energy_ = {};
    peak_ = {};
    levels_.prepare(bands + 1, kept_blocks);
}

void BandDynamics::process(ConstAudioView in) noexcept {
    const float* const left = in.channel(0).data();
    const float* const right = in.channel(channels_ - 1).data();
    Output output;
    run_filters(left, right, in.frames(), sections_, output);
    for (int c = 0; c < channels_; ++c) {
        energy_[whole] += energy_of(in.channel(c).data(), in.frames());
        for (int b = 0; b < bands; ++b) {
            energy_[b] += output.energy[2 * b + c];
            peak_[b] = std::max(peak_[b], double{output.peak[2 * b + c]});
        }
    }
    frames_ += in.frames();
}

void BandDynamics::end_block() {
    if (frames_ == 0) return;
    std::array<float, bands + 1> row{};
    for (int b = 0; b <= whole; ++b) row[b] = static_cast<float>(power_to_db(energy_[b] / (frames_ * channels_)));
    levels_.add(row);
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
    for (int i = 0; i < levels_.rows(); ++i)
        if (levels_.row(i)[whole] > silence_db) values.push_back(levels_.row(i)[whole]);
    return values.empty() ? silence_db : percentile(values, 0.01);
}

}  // namespace burnish
