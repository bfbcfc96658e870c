#include "dsp/saturator.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr double offset_corner_hz = 5.0;

double slope_of(double drive_db) noexcept { return std::sqrt(std::pow(10.0, drive_db / 10.0) - 1.0); }

/// x - saturate(x), without a difference that would leave rounding noise under quiet passages.
///
/// With y = d x / 2 and the continued fraction tanh(y) = y p/q (Lambert, 1770; five terms), and doubling:
///
///     tanh(d x) = 2 tanh(y) / (1 + tanh(y)^2) = d x p q / (bend + p q)
///     1 - tanh(d x) / (d x) = bend / (bend + p q)        bend = q (q - p) + y^2 p^2
///
/// All terms but the asymmetric one are positive, and one division does for all. The fraction reaches 1 at y = 3.647,
/// where doubling makes the curve level out smoothly; from there on it stays. Error against tanh: below 2e-6.
struct Bend {
    float half_slope;
    float asymmetry;
    float limit;

    [[nodiscard]] float of(float x) const noexcept {
        const float below = x < limit ? x : limit;
        const float bounded = below > -limit ? below : -limit;
        const float y = half_slope * bounded;
        const float y2 = y * y;
        const float p = 945.0F + y2 * (105.0F + y2);
        const float q_less_p = y2 * (315.0F + y2 * 14.0F);
        const float q = p + q_less_p;
        const float pq = p * q;
        const float bend = q * q_less_p + y2 * p * p;
        const float whole = bend + pq;
        const float bias = asymmetry * y * pq;
        return ((x - bounded) * whole + bounded * bend + x * bias) / (whole + bias);
    }
};

/// taken[n] = what the curve takes away from x[n].
BURNISH_VECTORIZED
void take_away(const float* x, float* taken, int count, const Bend& curve) noexcept {
    const Bend bend = curve;
    for (int n = 0; n < count; ++n) taken[n] = bend.of(x[n]);
}

/// The same half way between x[n + 1] and x[n + 2], on the cubic through four frames.
BURNISH_VECTORIZED
void take_away_halfway(const float* x, float* taken, int count, const Bend& curve) noexcept {
    const Bend bend = curve;
    for (int n = 0; n < count; ++n) taken[n] = bend.of(0.5625F * (x[n + 1] + x[n + 2]) - 0.0625F * (x[n] + x[n + 3]));
}

/// Low-pass of the sequence frame, halfway, frame, ..., read at every frame: half of it and half of the cubic through
/// the halfway points around it.
BURNISH_VECTORIZED
void join_halves(const float* frames, const float* halfway, float* out, int count) noexcept {
    for (int n = 0; n < count; ++n)
        out[n] = (0.5F * frames[n] + 0.28125F * (halfway[n + 1] + halfway[n + 2])) -
                 0.03125F * (halfway[n] + halfway[n + 3]);
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
    oversampler_.prepare(spec, inner_delay);
    for (Channel& channel : channels_) channel.dry.prepare(latency_frames());
    const auto high_frames = static_cast<std::size_t>(Oversampler::factor) * spec.max_block_frames;
    halfway_.assign(halfway_history + high_frames, 0.0F);
    at_frames_.assign(inner_delay + high_frames, 0.0F);
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
        Channel& channel = channels_[c];
        const auto audio = io.channel(c);
        if (changes_nothing()) {
            channel.dry.process(audio);
            continue;
        }
        const auto high = oversampler_.up(c, audio);
        take_from(channel, high);
        oversampler_.down(c, high, taken);
        if (settings_.asymmetry != 0.0) block_offset(taken, channel.offset);
        channel.dry.process(audio);
        subtract(audio.data(), taken.data(), io.frames(), static_cast<float>(settings_.mix));
    }
}

void Saturator::take_from(Channel& channel, std::span<float> high) noexcept {
    if (high.empty()) return;
    const int count = static_cast<int>(high.size());
    const auto slope = static_cast<float>(slope_of(settings_.drive_db));
    const Bend bend{.half_slope = 0.5F * slope,
                    .asymmetry = static_cast<float>(settings_.asymmetry),
                    .limit = 2.0F * 3.64674F / slope};

    std::copy(channel.at_frames.begin(), channel.at_frames.end(), at_frames_.begin());
    take_away(high.data(), at_frames_.data() + inner_delay, count, bend);
    std::copy_n(at_frames_.begin() + count, inner_delay, channel.at_frames.begin());

    // The first points lie between the last block and this one.
    std::array<float, 2 * input_history> seam{};
    std::copy(channel.input.begin(), channel.input.end(), seam.begin());
    std::copy_n(high.begin(), input_history, seam.begin() + input_history);
    std::copy(high.end() - input_history, high.end(), channel.input.begin());

    float* const halfway = halfway_.data() + halfway_history;
    std::copy(channel.halfway.begin(), channel.halfway.end(), halfway_.begin());
    take_away_halfway(seam.data(), halfway, input_history, bend);
    take_away_halfway(high.data(), halfway + input_history, count - input_history, bend);
    std::copy_n(halfway_.begin() + count, halfway_history, channel.halfway.begin());

    join_halves(at_frames_.data(), halfway_.data(), high.data(), count);
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
    for (Channel& channel : channels_) {
        channel.input = {};
        channel.halfway = {};
        channel.at_frames = {};
        channel.offset = 0.0;
    }
}

void Saturator::reset() noexcept {
    forget_saturation();
    for (Channel& channel : channels_) channel.dry.reset();
}

}  // namespace burnish
