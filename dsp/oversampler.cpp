#include "dsp/oversampler.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "dsp/simd.h"
#include "dsp/window.h"

namespace burnish {

namespace {

constexpr int steep_pairs = 40;  // transition 0.458 .. 0.542 of the base rate
constexpr int wide_pairs = 8;    // transition 0.26 .. 0.74 of twice that
constexpr double kaiser_beta = 11.2;
constexpr int pairs_at_once = 8;

/// out[n] = start[n] + the sum of taps[j] (x[n + j] + x[n + span - j]), j = 0..7: as many taps as there are registers
/// for.
BURNISH_VECTORIZED
void add_tap_pairs(const float* x, int span, const float* taps, const float* start, float* out, int count) noexcept {
    const float t0 = taps[0], t1 = taps[1], t2 = taps[2], t3 = taps[3];
    const float t4 = taps[4], t5 = taps[5], t6 = taps[6], t7 = taps[7];
    const float* y = x + span - 7;
    for (int n = 0; n < count; ++n) {
        const float a = t0 * (x[n] + y[n + 7]) + t1 * (x[n + 1] + y[n + 6]);
        const float b = t2 * (x[n + 2] + y[n + 5]) + t3 * (x[n + 3] + y[n + 4]);
        const float c = t4 * (x[n + 4] + y[n + 3]) + t5 * (x[n + 5] + y[n + 2]);
        const float d = t6 * (x[n + 6] + y[n + 1]) + t7 * (x[n + 7] + y[n]);
        out[n] = start[n] + ((a + b) + (c + d));
    }
}

/// out[n] = start[n] + the symmetric filter over x[n .. n + 2 pairs - 1].
void filter(const float* x, const std::vector<float>& taps, const float* start, float* out, int count) noexcept {
    const int pairs = static_cast<int>(taps.size());
    for (int j = 0; j < pairs; j += pairs_at_once)
        add_tap_pairs(x + j, 2 * (pairs - j) - 1, taps.data() + j, j == 0 ? start : out, out, count);
}

BURNISH_VECTORIZED
void interleave(const float* even, const float* odd, float* out, int count) noexcept {
    for (int n = 0; n < count; ++n) {
        out[2 * n] = 2.0F * even[n];
        out[2 * n + 1] = odd[n];
    }
}

BURNISH_VECTORIZED
void deinterleave(const float* in, float* even, float* half_odd, int count) noexcept {
    for (int n = 0; n < count; ++n) {
        even[n] = in[2 * n];
        half_odd[n] = 0.5F * in[2 * n + 1];
    }
}

/// Moves the last `history` of history + count samples to the front.
void keep_history(std::vector<float>& buffer, int history, int count) noexcept {
    std::copy_n(buffer.begin() + count, history, buffer.begin());
}

}  // namespace

void HalfBand::prepare(int pairs, int max_low_frames, int extra_delay) {
    assert(pairs % pairs_at_once == 0);
    pairs_ = pairs;
    extra_delay_ = extra_delay;
    const int history = 2 * pairs - 1 + extra_delay;
    up_.assign(history + max_low_frames, 0.0F);
    down_even_.assign(history + max_low_frames, 0.0F);
    down_odd_.assign(pairs + extra_delay + max_low_frames, 0.0F);
    filtered_.assign(max_low_frames, 0.0F);
    zeros_.assign(max_low_frames, 0.0F);

    // h[m] = sin(pi m / 2) / (pi m) at odd distances m from the centre, windowed.
    std::vector<double> ideal(pairs);
    double sum = 0.0;
    for (int j = 0; j < pairs; ++j) {
        const int m = 2 * (pairs - j) - 1;
        const double sign = m % 4 == 1 ? 1.0 : -1.0;
        ideal[j] = sign / (std::numbers::pi * m) * kaiser(static_cast<double>(m) / (2 * pairs), kaiser_beta);
        sum += ideal[j];
    }
    // Exactly 1/2 over all these taps makes the image of a constant vanish.
    taps_.resize(pairs);
    for (int j = 0; j < pairs; ++j) taps_[j] = static_cast<float>(ideal[j] * 0.25 / sum);
}

void HalfBand::reset() noexcept {
    std::fill(up_.begin(), up_.end(), 0.0F);
    std::fill(down_even_.begin(), down_even_.end(), 0.0F);
    std::fill(down_odd_.begin(), down_odd_.end(), 0.0F);
}

void HalfBand::up(std::span<const float> low, std::span<float> high) noexcept {
    assert(high.size() == 2 * low.size());
    const int count = static_cast<int>(low.size());
    const int history = 2 * pairs_ - 1;
    std::copy(low.begin(), low.end(), up_.begin() + history);
    filter(up_.data(), taps_, zeros_.data(), filtered_.data(), count);
    interleave(filtered_.data(), up_.data() + pairs_, high.data(), count);
    keep_history(up_, history, count);
}

void HalfBand::down(std::span<const float> high, std::span<float> low) noexcept {
    assert(high.size() == 2 * low.size());
    const int count = static_cast<int>(low.size());
    const int even_history = 2 * pairs_ - 1 + extra_delay_;
    const int odd_history = pairs_ + extra_delay_;
    deinterleave(high.data(), down_even_.data() + even_history, down_odd_.data() + odd_history, count);
    filter(down_even_.data(), taps_, down_odd_.data(), low.data(), count);
    keep_history(down_even_, even_history, count);
    keep_history(down_odd_, odd_history, count);
}

void Oversampler::prepare(const ProcessSpec& spec, int inner_delay) {
    assert(inner_delay % 2 == 0);
    // Both filters, up and down, in frames at four times the rate; the rest to a whole frame is added to `down`.
    const int delay = 2 * (2 * (2 * steep_pairs - 1)) + 2 * (2 * wide_pairs - 1) + inner_delay;
    const int rest = (factor - delay % factor) % factor;
    latency_frames_ = (delay + rest) / factor;
    for (Channel& channel : channels_) {
        channel.steep.prepare(steep_pairs, spec.max_block_frames);
        channel.wide.prepare(wide_pairs, 2 * spec.max_block_frames, rest / 2);
    }
    double_rate_.assign(std::size_t{2} * spec.max_block_frames, 0.0F);
    quadruple_rate_.assign(std::size_t{4} * spec.max_block_frames, 0.0F);
}

void Oversampler::reset() noexcept {
    for (Channel& channel : channels_) {
        channel.steep.reset();
        channel.wide.reset();
    }
}

std::span<float> Oversampler::up(int channel, std::span<const float> in) noexcept {
    const auto doubled = std::span(double_rate_).first(2 * in.size());
    const auto quadrupled = std::span(quadruple_rate_).first(4 * in.size());
    channels_[channel].steep.up(in, doubled);
    channels_[channel].wide.up(doubled, quadrupled);
    return quadrupled;
}

void Oversampler::down(int channel, std::span<const float> high, std::span<float> out) noexcept {
    const auto doubled = std::span(double_rate_).first(2 * out.size());
    channels_[channel].wide.down(high, doubled);
    channels_[channel].steep.down(doubled, out);
}

}  // namespace burnish
