#include "dsp/crossover.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numbers>

#include "dsp/simd.h"

namespace burnish {

namespace {

using Lanes = SvfLanes::Lanes;
constexpr double k = std::numbers::sqrt2;

/// Lanes 0 and 1 (left and right of the lower half) to one frequency, lanes 2 and 3 to another.
void tune(SvfLanes& filter, double lower_hz, double upper_hz, double sample_rate_hz) noexcept {
    for (const int lane : {0, 1, 2, 3}) {
        const double wanted_hz = lane < 2 ? lower_hz : upper_hz;
        const double frequency_hz = std::clamp(wanted_hz, 10.0, 0.45 * sample_rate_hz);
        const double g = std::tan(std::numbers::pi * frequency_hz / sample_rate_hz);
        filter.a1[lane] = 1.0 / (1.0 + g * (g + k));
        filter.a2[lane] = g * filter.a1[lane];
        filter.a3[lane] = g * filter.a2[lane];
    }
}

void silence(SvfLanes& filter) noexcept {
    filter.s1 = Lanes{};
    filter.s2 = Lanes{};
}

inline void step(SvfLanes& filter, const Lanes& in, Lanes& band, Lanes& low) noexcept {
    const Lanes rest = in - filter.s2;
    band = filter.a1 * filter.s1 + filter.a2 * rest;
    low = filter.s2 + filter.a2 * filter.s1 + filter.a3 * rest;
    filter.s1 = band + band - filter.s1;
    filter.s2 = low + low - filter.s2;
}

inline void step_low(SvfLanes& filter, Lanes& io) noexcept {
    Lanes band, low;
    step(filter, io, band, low);
    io = low;
}

inline void step_high(SvfLanes& filter, Lanes& io) noexcept {
    Lanes band, low;
    step(filter, io, band, low);
    io = io - k * band - low;
}

/// The first Butterworth pass over a signal that fills both halves: low-passed in the lower, high-passed in the upper.
inline void step_fork(SvfLanes& filter, Lanes& io) noexcept {
    Lanes band, low;
    step(filter, io, band, low);
    const Lanes high = io - k * band - low;
    io = Lanes{low[0], low[1], high[2], high[3]};
}

struct Bands {
    std::array<float*, Crossover::max_bands> left{};
    std::array<float*, Crossover::max_bands> right{};
};

inline void store(const Bands& to, int lower, int upper, int n, const Lanes& in) noexcept {
    to.left[lower][n] = static_cast<float>(in[0]);
    to.right[lower][n] = static_cast<float>(in[1]);
    to.left[upper][n] = static_cast<float>(in[2]);
    to.right[upper][n] = static_cast<float>(in[3]);
}

// One frame goes through the whole tree at once: the sections wait for each other within a frame, but the processor
// works on several frames at a time.

BURNISH_VECTORIZED
void split_in_2(SvfLanes* state, const float* left, const float* right, int frames, const Bands& to) noexcept {
    SvfLanes first = state[0], second = state[1];
    for (int n = 0; n < frames; ++n) {
        Lanes x{left[n], right[n], left[n], right[n]};
        step_fork(first, x);
        step_fork(second, x);
        store(to, 0, 1, n, x);
    }
    state[0] = first;
    state[1] = second;
}

BURNISH_VECTORIZED
void split_in_3(SvfLanes* state, const float* left, const float* right, int frames, const Bands& to) noexcept {
    SvfLanes first = state[0], second = state[1], third = state[2], fourth = state[3];
    for (int n = 0; n < frames; ++n) {
        Lanes x{left[n], right[n], left[n], right[n]};
        step_fork(first, x);
        step_fork(second, x);
        Lanes band, low;
        step(third, x, band, low);
        const Lanes allpassed = x - 2.0 * k * band;
        const Lanes high = x - k * band - low;
        x = Lanes{low[2], low[3], high[2], high[3]};
        step_fork(fourth, x);
        to.left[0][n] = static_cast<float>(allpassed[0]);
        to.right[0][n] = static_cast<float>(allpassed[1]);
        store(to, 1, 2, n, x);
    }
    state[0] = first;
    state[1] = second;
    state[2] = third;
    state[3] = fourth;
}

BURNISH_VECTORIZED
void split_in_4(SvfLanes* state, const float* left, const float* right, int frames, const Bands& to) noexcept {
    SvfLanes first = state[0], second = state[1], allpass = state[2];
    SvfLanes third = state[3], lower = state[4], upper = state[5];
    for (int n = 0; n < frames; ++n) {
        Lanes x{left[n], right[n], left[n], right[n]};
        step_fork(first, x);
        step_fork(second, x);
        Lanes band, low;
        step(allpass, x, band, low);
        x -= 2.0 * k * band;
        step(third, x, band, low);
        Lanes high = x - k * band - low;
        step_low(lower, low);
        step_high(upper, high);
        store(to, 0, 2, n, low);
        store(to, 1, 3, n, high);
    }
    state[0] = first;
    state[1] = second;
    state[2] = allpass;
    state[3] = third;
    state[4] = lower;
    state[5] = upper;
}

BURNISH_VECTORIZED
void run_allpass(SvfLanes* state, int sections, float* left, float* right, int frames) noexcept {
    for (int n = 0; n < frames; ++n) {
        Lanes x{left[n], right[n], 0.0, 0.0};
        for (int s = 0; s < sections; ++s) {
            Lanes band, low;
            step(state[s], x, band, low);
            x -= 2.0 * k * band;
        }
        left[n] = static_cast<float>(x[0]);
        right[n] = static_cast<float>(x[1]);
    }
}

/// Splits spaced evenly on a logarithmic scale between 20 Hz and 20 kHz.
std::array<double, Crossover::max_bands - 1> even_splits(int bands) {
    std::array<double, Crossover::max_bands - 1> splits_hz{};
    for (int i = 0; i + 1 < bands; ++i) splits_hz[i] = 20.0 * std::pow(1000.0, (i + 1.0) / bands);
    return splits_hz;
}

}  // namespace

void Crossover::prepare(const ProcessSpec& spec, int bands) {
    assert(bands >= 2 && bands <= max_bands);
    sample_rate_hz_ = spec.sample_rate_hz;
    bands_ = bands;
    channels_ = spec.channels;
    capacity_frames_ = spec.max_block_frames;
    frames_ = 0;
    // Two channels even for mono: the lanes come in pairs.
    samples_.assign(static_cast<std::size_t>(bands) * max_channels * capacity_frames_, 0.0F);
    const auto splits_hz = even_splits(bands);
    set(std::span(splits_hz).first(bands - 1));
    reset();
}

void Crossover::set(std::span<const double> splits_hz) noexcept {
    assert(static_cast<int>(splits_hz.size()) == bands_ - 1);
    const auto tune_section = [&](int section, double lower_hz, double upper_hz) {
        tune(sections_[section], lower_hz, upper_hz, sample_rate_hz_);
    };
    if (bands_ < 4) {
        for (const int section : {0, 1}) tune_section(section, splits_hz[0], splits_hz[0]);
        if (bands_ == 3)
            for (const int section : {2, 3}) tune_section(section, splits_hz[1], splits_hz[1]);
    } else {
        for (const int section : {0, 1}) tune_section(section, splits_hz[1], splits_hz[1]);
        tune_section(2, splits_hz[2], splits_hz[0]);
        for (const int section : {3, 4, 5}) tune_section(section, splits_hz[0], splits_hz[2]);
    }
}

void Crossover::process(ConstAudioView in) noexcept {
    assert(in.channels() == channels_ && in.frames() <= capacity_frames_);
    frames_ = in.frames();
    Bands to;
    for (int b = 0; b < bands_; ++b) {
        to.left[b] = samples_.data() + static_cast<std::ptrdiff_t>(2 * b) * capacity_frames_;
        to.right[b] = to.left[b] + capacity_frames_;
    }
    const float* left = in.channel(0).data();
    const float* right = in.channel(channels_ - 1).data();
    const auto split = bands_ == 2 ? split_in_2 : bands_ == 3 ? split_in_3 : split_in_4;
    split(sections_, left, right, frames_, to);
}

void Crossover::reset() noexcept {
    for (SvfLanes& section : sections_) silence(section);
}

AudioView Crossover::band(int index) noexcept {
    assert(index >= 0 && index < bands_);
    float* left = samples_.data() + static_cast<std::ptrdiff_t>(2 * index) * capacity_frames_;
    return {{left, left + capacity_frames_}, channels_, frames_};
}

void CrossoverAllpass::prepare(const ProcessSpec& spec, int bands) {
    assert(bands >= 2 && bands <= Crossover::max_bands);
    sample_rate_hz_ = spec.sample_rate_hz;
    sections_in_use_ = bands - 1;
    const auto splits_hz = even_splits(bands);
    set(std::span(splits_hz).first(bands - 1));
    reset();
}

void CrossoverAllpass::set(std::span<const double> splits_hz) noexcept {
    assert(static_cast<int>(splits_hz.size()) == sections_in_use_);
    for (int s = 0; s < sections_in_use_; ++s) tune(sections_[s], splits_hz[s], splits_hz[s], sample_rate_hz_);
}

void CrossoverAllpass::process(AudioView io) noexcept {
    run_allpass(sections_, sections_in_use_, io.channel(0).data(), io.channel(io.channels() - 1).data(), io.frames());
}

void CrossoverAllpass::reset() noexcept {
    for (SvfLanes& section : sections_) silence(section);
}

}  // namespace burnish
