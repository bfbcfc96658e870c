#include "analysis/loudness_meter.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "core/decibels.h"
#include "dsp/denormals.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

using Pair = double __attribute__((vector_size(16)));  // one stereo frame

[[nodiscard]] Pair both(double value) noexcept { return Pair{value, value}; }
[[nodiscard]] Pair pair(const std::array<double, max_channels>& frame) noexcept { return Pair{frame[0], frame[1]}; }
[[nodiscard]] std::array<double, max_channels> frame(Pair value) noexcept { return {value[0], value[1]}; }

constexpr double absolute_gate_lufs = -70.0;
constexpr int kept_seconds = 3600;

[[nodiscard]] double lufs_to_power(double lufs) noexcept { return db_to_power(lufs + 0.691); }

/// Mean of those powers that exceed the threshold; 0 if none does.
[[nodiscard]] double mean_above(std::span<const float> powers, double threshold) noexcept {
    double sum = 0.0;
    std::int64_t count = 0;
    for (const float power : powers)
        if (power > threshold) {
            sum += power;
            ++count;
        }
    return count > 0 ? sum / static_cast<double>(count) : 0.0;
}

// Direct form I: only a1 times the last output stands in the way of the next one, so that the two recursions of two
// channels cost little more than one.
BURNISH_VECTORIZED
void weigh(const float* left, const float* right, int frames, const std::array<BiquadCoefficients, 2>& sections,
           KWeightingState& state) noexcept {
    const Pair b0 = both(sections[0].b0), b1 = both(sections[0].b1), b2 = both(sections[0].b2);
    const Pair a1 = both(sections[0].a1), a2 = both(sections[0].a2);
    const Pair c1 = both(sections[1].a1), c2 = both(sections[1].a2);
    Pair x1 = pair(state.x1), x2 = pair(state.x2);
    Pair y1 = pair(state.y1), y2 = pair(state.y2);
    Pair z1 = pair(state.z1), z2 = pair(state.z2);
    Pair energy = pair(state.energy);
    for (int n = 0; n < frames; ++n) {
        const Pair x{left[n], right[n]};
        const Pair y = ((b0 * x + (b1 * x1 + b2 * x2)) - a2 * y2) - a1 * y1;
        const Pair z = (((y - (y1 + y1)) + y2) - c2 * z2) - c1 * z1;
        energy += z * z;
        x2 = x1, x1 = x;
        y2 = y1, y1 = y;
        z2 = z1, z1 = z;
    }
    state = {frame(x1), frame(x2), frame(y1), frame(y2), frame(z1), frame(z2), frame(energy)};
}

}  // namespace

double power_to_lufs(double power) noexcept { return power > 1e-12 ? -0.691 + 10.0 * std::log10(power) : silence_db; }

std::array<BiquadCoefficients, 2> k_weighting(double sample_rate_hz) noexcept {
    // Both sections have the denominator s^2 + s/Q + 1; the shelf's numerator is Vh s^2 + Vb s/Q + 1.
    const auto warped = [&](double frequency_hz) { return std::tan(std::numbers::pi * frequency_hz / sample_rate_hz); };

    constexpr double shelf_q = 0.7071752369554196;
    const double shelf_gain = db_to_gain(3.999843853973347);
    const double band_gain = std::pow(shelf_gain, 0.4996667741545416);
    const double k = warped(1681.974450955533);
    const double a0 = 1.0 + k / shelf_q + k * k;
    const BiquadCoefficients shelf{.b0 = (shelf_gain + band_gain * k / shelf_q + k * k) / a0,
                                   .b1 = 2.0 * (k * k - shelf_gain) / a0,
                                   .b2 = (shelf_gain - band_gain * k / shelf_q + k * k) / a0,
                                   .a1 = 2.0 * (k * k - 1.0) / a0,
                                   .a2 = (1.0 - k / shelf_q + k * k) / a0};

    constexpr double cut_q = 0.5003270373238773;
    const double c = warped(38.13547087602444);
    const double c0 = 1.0 + c / cut_q + c * c;
    // The standard leaves the numerator 1, -2, 1 as it is, a gain of some 0.04 dB that belongs to the definition.
    const BiquadCoefficients cut{
        .b0 = 1.0, .b1 = -2.0, .b2 = 1.0, .a1 = 2.0 * (c * c - 1.0) / c0, .a2 = (1.0 - c / cut_q + c * c) / c0};
    return {shelf, cut};
}

void LoudnessMeter::prepare(double sample_rate_hz, int channels, LoudnessDetail detail) {
    assert(channels >= 1 && channels <= max_channels);
    sample_rate_hz_ = sample_rate_hz;
    channels_ = channels;
    detail_ = detail;
    sections_ = k_weighting(sample_rate_hz);
    constexpr int kept = kept_seconds * steps_per_second / gate_steps;
    block_powers_.reserve(kept);
    if (detail == LoudnessDetail::full) short_term_powers_.reserve(kept);
    reset();
}

void LoudnessMeter::reset() noexcept {
    state_ = {};
    frames_ = 0;
    step_ = 0;
    step_end_ = std::llround(sample_rate_hz_ / steps_per_second);
    energies_ = {};
    steps_energy_ = 0.0;
    next_energy_ = 0;
    max_momentary_ = 0.0;
    max_short_term_ = 0.0;
    block_powers_.clear();
    short_term_powers_.clear();
}

void LoudnessMeter::process(ConstAudioView in) noexcept {
    assert(in.channels() == channels_);
    const FlushDenormals flush;
    const float* const left = in.channel(0).data();
    const float* const right = in.channel(channels_ - 1).data();
    for (int done = 0; done < in.frames();) {
        const int count = static_cast<int>(std::min<std::int64_t>(in.frames() - done, step_end_ - frames_));
        weigh(left + done, right + done, count, sections_, state_);
        done += count;
        frames_ += count;
        if (frames_ == step_end_) end_step();
    }
}

void LoudnessMeter::end_step() noexcept {
    const double energy = channels_ == 2 ? state_.energy[0] + state_.energy[1] : state_.energy[0];
    state_.energy = {};
    steps_energy_ += energy;
    energies_[next_energy_] = energies_[next_energy_ + short_term_steps] = energy;
    next_energy_ = (next_energy_ + 1) % short_term_steps;
    ++step_;
    step_end_ = std::llround(static_cast<double>(step_ + 1) * sample_rate_hz_ / steps_per_second);

    const bool gate = step_ % gate_steps == 0;
    if (gate && step_ >= momentary_steps) block_powers_.push_back(static_cast<float>(recent_power(momentary_steps)));
    if (detail_ == LoudnessDetail::integrated) return;
    max_momentary_ = std::max(max_momentary_, recent_power(momentary_steps));
    const double short_term = recent_power(short_term_steps);
    max_short_term_ = std::max(max_short_term_, short_term);
    if (gate && step_ >= short_term_steps) short_term_powers_.push_back(static_cast<float>(short_term));
}

double LoudnessMeter::recent_power(int steps) const noexcept {
    const double* const oldest = &energies_[static_cast<std::size_t>(next_energy_ + short_term_steps - steps)];
    std::array<double, 4> sum{};
    int i = 0;
    for (; i + 4 <= steps; i += 4)
        for (int k = 0; k < 4; ++k) sum[k] += oldest[i + k];
    for (; i < steps; ++i) sum[0] += oldest[i];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) * steps_per_second / (steps * sample_rate_hz_);
}

double gated_loudness_lufs(std::span<const float> block_powers) noexcept {
    const double absolute = lufs_to_power(absolute_gate_lufs);
    const double ungated = mean_above(block_powers, absolute);
    return power_to_lufs(mean_above(block_powers, std::max(absolute, 0.1 * ungated)));
}

double LoudnessMeter::energy() const noexcept {
    return steps_energy_ + (channels_ == 2 ? state_.energy[0] + state_.energy[1] : state_.energy[0]);
}

double LoudnessMeter::integrated_lufs() const noexcept { return gated_loudness_lufs(block_powers_); }

double LoudnessMeter::momentary_lufs() const noexcept { return power_to_lufs(recent_power(momentary_steps)); }
double LoudnessMeter::short_term_lufs() const noexcept { return power_to_lufs(recent_power(short_term_steps)); }
double LoudnessMeter::max_momentary_lufs() const noexcept { return power_to_lufs(max_momentary_); }
double LoudnessMeter::max_short_term_lufs() const noexcept { return power_to_lufs(max_short_term_); }

double LoudnessMeter::loudness_range_lu() const {
    if (short_term_powers_.empty()) return 0.0;
    std::vector<float> powers = short_term_powers_;
    // The silence that follows enters 100 ms at a time: what remains of the window is ever less of the end.
    constexpr int following_steps = 150;
    for (int silent = gate_steps; silent <= following_steps; silent += gate_steps) {
        const int heard = short_term_steps - silent;
        powers.push_back(static_cast<float>(recent_power(heard) * heard / short_term_steps));
    }
    const double absolute = lufs_to_power(absolute_gate_lufs);
    const double threshold = std::max(absolute, 0.01 * mean_above(powers, absolute));
    std::erase_if(powers, [&](float power) { return power <= threshold; });
    if (powers.empty()) return 0.0;
    std::sort(powers.begin(), powers.end());
    const auto percentile = [&](double share) {
        return powers[static_cast<std::size_t>(std::lround(share * static_cast<double>(powers.size() - 1)))];
    };
    return power_to_lufs(percentile(0.95)) - power_to_lufs(percentile(0.10));
}

}  // namespace burnish
