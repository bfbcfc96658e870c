#include "dsp/saturator.h"

#include <cassert>
#include <cmath>
#include <numbers>

#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr double offset_corner_hz = 5.0;

double slope_of(double drive_db) noexcept { return std::sqrt(std::pow(10.0, drive_db / 10.0) - 1.0); }

/// Replaces x by x - saturate(x), without a difference that would leave rounding noise under quiet passages.
///
/// With y = d x / 2 and the continued fraction tanh(y) = y p/q (Lambert, 1770; five terms), and doubling:
///
///     tanh(d x) = 2 tanh(y) / (1 + tanh(y)^2)
///     bend = 1 - tanh(d x) / (d x) = (q (q - p) + y^2 p^2) / (q^2 + y^2 p^2)
///
/// All terms are positive. The fraction reaches 1 at y = 3.647, where doubling makes the curve level out smoothly; from
/// there on it stays. Error against tanh: below 2e-6.
BURNISH_VECTORIZED
void take_away(float* io, int count, float d, float a) noexcept {
    const float limit = 2.0F * 3.64674F / d;
    for (int n = 0; n < count; ++n) {
        const float x = io[n];
        const float below = x < limit ? x : limit;
        const float bounded = below > -limit ? below : -limit;
        const float y = 0.5F * d * bounded;
        const float y2 = y * y;
        const float p = 945.0F + y2 * (105.0F + y2);
        const float q_less_p = y2 * (315.0F + y2 * 14.0F);
        const float q = p + q_less_p;
        const float y2_p2 = y2 * p * p;
        const float bend = (q * q_less_p + y2_p2) / (q * q + y2_p2);
        const float at = a * (d * bounded) * (1.0F - bend);
        io[n] = ((x - bounded) + bounded * bend + x * at) / (1.0F + at);
    }
}

BURNISH_VECTORIZED
void subtract(float* io, const float* taken, int count, float mix) noexcept {
    for (int n = 0; n < count; ++n) io[n] -= mix * taken[n];
}

}  // namespace

double saturate(double x, double drive_db, double asymmetry) noexcept {
    const double d = slope_of(drive_db);
    if (d == 0.0) return x;
    const double t = std::tanh(d * x);
    return t / d / (1.0 + asymmetry * t / 2.0);
}

void Saturator::prepare(const ProcessSpec& spec) {
    oversampler_.prepare(spec);
    for (DelayLine& dry : dry_) dry.prepare(latency_frames());
    taken_.assign(spec.max_block_frames, 0.0F);
    offset_coefficient_ = 1.0 - std::exp(-2.0 * std::numbers::pi * offset_corner_hz / spec.sample_rate_hz);
    reset();
    set({});
}

void Saturator::set(const Settings& settings) noexcept {
    settings_ = settings;
    if (changes_nothing()) forget_saturation();  // so that it starts afresh when it is needed again
}

void Saturator::process(AudioView io) noexcept {
    assert(io.frames() <= static_cast<int>(taken_.size()));
    const auto taken = std::span(taken_).first(io.frames());
    for (int c = 0; c < io.channels(); ++c) {
        const auto audio = io.channel(c);
        if (changes_nothing()) {
            dry_[c].process(audio);
            continue;
        }
        const auto high = oversampler_.up(c, audio);
        take_away(high.data(), static_cast<int>(high.size()), static_cast<float>(slope_of(settings_.drive_db)),
                  static_cast<float>(settings_.asymmetry / 2.0));
        oversampler_.down(c, high, taken);
        if (settings_.asymmetry != 0.0) block_offset(taken, offset_[c]);
        dry_[c].process(audio);
        subtract(audio.data(), taken.data(), io.frames(), static_cast<float>(settings_.mix));
    }
}

void Saturator::block_offset(std::span<float> io, double& offset) const noexcept {
    double level = offset;
    for (float& sample : io) {
        level = (1.0 - offset_coefficient_) * level + offset_coefficient_ * sample;
        sample = static_cast<float>(sample - level);
    }
    offset = level;
}

void Saturator::forget_saturation() noexcept {
    oversampler_.reset();
    offset_ = {};
}

void Saturator::reset() noexcept {
    forget_saturation();
    for (DelayLine& dry : dry_) dry.reset();
}

}  // namespace burnish
