#include "dsp/soft_clipper.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/decibels.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr int step_history = 3;

/// Mean of x - soft_clip(x) while x goes straight from `from` to `to`.
///
/// With q = the part of |x| inside the knee and e = the part beyond, the antiderivative is q^3/12k + e (k + e/2). Its
/// divided difference is taken factor by factor:
///
///     dq/dx (q0^2 + q0 q1 + q1^2) / 12k + de/dx (k + (e0 + e1) / 2)
///
/// As q and e come out exact, so do both slopes, and nothing cancels however short the step.
inline float mean_cut(float from, float to, const ClipKnee& knee) noexcept {
    const auto magnitude = [](float x) { return x < 0.0F ? -x : x; };
    const auto positive = [](float x) { return x > 0.0F ? x : 0.0F; };
    const float over0 = positive(magnitude(from) - knee.start);
    const float over1 = positive(magnitude(to) - knee.start);
    const float q0 = over0 < knee.width ? over0 : knee.width;
    const float q1 = over1 < knee.width ? over1 : knee.width;
    const float e0 = positive(magnitude(from) - knee.end);
    const float e1 = positive(magnitude(to) - knee.end);
    const float step = to - from;
    const bool still = magnitude(step) < 1e-20F;  // then the slopes are those where it stands
    const float sign = to < 0.0F ? -1.0F : 1.0F;
    const float inverse_step = 1.0F / (still ? 1.0F : step);
    const float q_slope = still ? (q1 < over1 ? 0.0F : sign) : (q1 - q0) * inverse_step;
    const float e_slope = still ? (e1 > 0.0F ? sign : 0.0F) : (e1 - e0) * inverse_step;
    return q_slope * (q0 * q0 + q0 * q1 + q1 * q1) * knee.inverse_12k + e_slope * (knee.half_width + 0.5F * (e0 + e1));
}

/// cuts[n] = mean cut on the way from x[n] to x[n + 1].
BURNISH_VECTORIZED
void mean_cuts(const float* x, float* cuts, int count, const ClipKnee& knee) noexcept {
    const ClipKnee k = knee;
    for (int n = 0; n < count; ++n) cuts[n] = mean_cut(x[n], x[n + 1], k);
}

/// Undoes what the averaging did to the oversampled cut: its lag of half a sample, and its droop cos(w/2).
///
/// (-1 + 5 z^-1 + 5 z^-2 - z^-3) / 8 is another half-sample lag, with a rise that cancels the droop to second order:
/// together two samples, and -0.13 dB at 0.458 of the base rate.
BURNISH_VECTORIZED
void centre(const float* cuts, float* out, int count) noexcept {
    for (int n = 0; n < count; ++n) out[n] = 0.625F * (cuts[n + 1] + cuts[n + 2]) - 0.125F * (cuts[n] + cuts[n + 3]);
}

BURNISH_VECTORIZED
float largest_magnitude(const float* x, int count) noexcept {
    std::array<float, 8> lane{};
    int n = 0;
    for (; n + 8 <= count; n += 8)
        for (int k = 0; k < 8; ++k) lane[k] = std::max(lane[k], std::abs(x[n + k]));
    for (; n < count; ++n) lane[0] = std::max(lane[0], std::abs(x[n]));
    return *std::max_element(lane.begin(), lane.end());
}

BURNISH_VECTORIZED
double sum_of_squares(const float* x, int count) noexcept {
    std::array<double, 4> lane{};
    int n = 0;
    for (; n + 4 <= count; n += 4)
        for (int k = 0; k < 4; ++k) lane[k] += double{x[n + k]} * x[n + k];
    for (; n < count; ++n) lane[0] += double{x[n]} * x[n];
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

/// A sum of zeros may come out as -0, which would turn a -0 in `io` into +0; adding +0 rules that out.
BURNISH_VECTORIZED
void subtract(float* io, const float* taken, int count) noexcept {
    for (int n = 0; n < count; ++n) io[n] -= taken[n] + 0.0F;
}

}  // namespace

ClipKnee::ClipKnee(const SoftClipperSettings& settings) noexcept {
    const double threshold = db_to_gain(settings.threshold_db);
    const double a = threshold * db_to_gain(-settings.knee_db);
    const double b = 2.0 * threshold - a;
    // On a grid of 16 bits below the threshold, subtracting a corner from any sample up to 48 dB over is exact.
    const double grid = std::exp2(std::ceil(std::log2(threshold)) - 16.0);
    start = static_cast<float>(std::round(a / grid) * grid);
    end = static_cast<float>(std::round(b / grid) * grid);
    width = end - start;
    half_width = 0.5F * width;
    inverse_12k = width > 0.0F ? 1.0F / (12.0F * half_width) : 0.0F;
}

double soft_clip(double x, const SoftClipperSettings& settings) noexcept {
    const double threshold = db_to_gain(settings.threshold_db);
    const double a = threshold * db_to_gain(-settings.knee_db);
    const double k = threshold - a;
    const double size = std::abs(x);
    if (size <= a) return x;
    const double clipped = size < a + 2.0 * k ? size - (size - a) * (size - a) / (4.0 * k) : threshold;
    return std::copysign(clipped, x);
}

void SoftClipper::prepare(const ProcessSpec& spec) {
    oversampler_.prepare(spec, 2);
    for (Channel& channel : channels_) channel.dry.prepare(latency_frames());
    const auto steps = static_cast<std::size_t>(Oversampler::factor) * spec.max_block_frames;
    cuts_.assign(step_history + steps, 0.0F);
    centred_.assign(steps, 0.0F);
    removed_.assign(spec.max_block_frames, 0.0F);
    reset();
    set({});
}

void SoftClipper::set(const Settings& settings) noexcept {
    settings_ = settings;
    if (is_off(settings_)) forget_cuts();  // so that it starts afresh when it is needed again
}

void SoftClipper::process(AudioView io) noexcept {
    assert(Oversampler::factor * io.frames() <= static_cast<int>(centred_.size()));
    const ClipKnee knee(settings_);
    loudest_ = 0.0F;
    for (int c = 0; c < io.channels(); ++c) {
        Channel& channel = channels_[c];
        const auto audio = io.channel(c);
        if (is_off(settings_)) {
            channel.dry.process(audio);
            continue;
        }
        const auto high = oversampler_.up(c, audio);
        input_power_ += sum_of_squares(audio.data(), io.frames());
        channel.dry.process(audio);

        // Below the knee nothing is cut, and filters that have forgotten the last cut would only add zeros.
        const float loudest = largest_magnitude(high.data(), static_cast<int>(high.size()));
        loudest_ = std::max(loudest_, loudest);
        if (std::max(loudest, std::abs(channel.last)) > knee.start) {
            cut(channel, knee, c, high, audio);
            channel.frames_to_silence = oversampler_.memory_frames();
        } else if (channel.frames_to_silence > 0) {
            cut(channel, knee, c, high, audio);
            channel.frames_to_silence -= io.frames();
        }
        if (!high.empty()) channel.last = high.back();
    }
}

void SoftClipper::cut(Channel& channel, const ClipKnee& knee, int index, std::span<const float> high,
                      std::span<float> audio) noexcept {
    if (high.empty()) return;
    const int steps = static_cast<int>(high.size());
    const auto centred = std::span(centred_).first(high.size());
    const auto removed = std::span(removed_).first(audio.size());

    std::copy(channel.cuts.begin(), channel.cuts.end(), cuts_.begin());
    cuts_[step_history] = mean_cut(channel.last, high[0], knee);
    mean_cuts(high.data(), cuts_.data() + step_history + 1, steps - 1, knee);
    centre(cuts_.data(), centred.data(), steps);
    std::copy_n(cuts_.begin() + steps, step_history, channel.cuts.begin());

    oversampler_.down(index, centred, removed);
    subtract(audio.data(), removed.data(), static_cast<int>(audio.size()));
    removed_power_ += sum_of_squares(removed.data(), static_cast<int>(removed.size()));
}

void SoftClipper::forget_cuts() noexcept {
    oversampler_.reset();
    for (Channel& channel : channels_) {
        channel.last = 0.0F;
        channel.cuts = {};
        channel.frames_to_silence = 0;
    }
}

void SoftClipper::reset() noexcept {
    forget_cuts();
    for (Channel& channel : channels_) channel.dry.reset();
    input_power_ = removed_power_ = 0.0;
    loudest_ = 0.0F;
}

double SoftClipper::removed_db() const noexcept {
    return input_power_ > 0.0 ? power_to_db(removed_power_ / input_power_) : silence_db;
}

double SoftClipper::gain_reduction_db() const noexcept {
    if (loudest_ <= 0.0F) return 0.0;
    return std::max(0.0, gain_to_db(loudest_) - gain_to_db(soft_clip(loudest_, settings_)));
}

}  // namespace burnish
