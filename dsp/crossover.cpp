#include "dsp/crossover.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numbers>

#include "dsp/simd.h"
#include "dsp/transpose.h"

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
        filter.g[lane] = g;
        filter.damping[lane] = g + k;
        filter.high_gain[lane] = 1.0 / (1.0 + g * (g + k));
    }
}

void silence(SvfLanes& filter) noexcept {
    filter.s1 = Lanes{};
    filter.s2 = Lanes{};
}

struct Outputs {
    Lanes low, band, high;
};

inline void step(SvfLanes& filter, const Lanes& in, Outputs& out) noexcept {
    out.high = ((in - filter.s2) - filter.damping * filter.s1) * filter.high_gain;
    out.band = filter.s1 + filter.g * out.high;
    out.low = filter.s2 + filter.g * out.band;
    filter.s1 = out.band + filter.g * out.high;
    filter.s2 = out.low + filter.g * out.band;
}

inline void step_allpass(SvfLanes& filter, Lanes& io) noexcept {
    Outputs out;
    step(filter, io, out);
    io -= 2.0 * k * out.band;
}

inline void step_low(SvfLanes& filter, Lanes& io) noexcept {
    Outputs out;
    step(filter, io, out);
    io = out.low;
}

inline void step_high(SvfLanes& filter, Lanes& io) noexcept {
    Outputs out;
    step(filter, io, out);
    io = out.high;
}

/// A signal that fills both halves: low-passed in the lower, high-passed in the upper.
inline void step_fork(SvfLanes& filter, Lanes& io) noexcept {
    Outputs out;
    step(filter, io, out);
    io = Lanes{out.low[0], out.low[1], out.high[2], out.high[3]};
}

/// Left and right of two bands: where the four lanes of a result go.
struct BandPair {
    float* of[4];

    void store(int n, const Quad& frame) const noexcept {
        for (const int lane : {0, 1, 2, 3}) of[lane][n] = frame[lane];
    }
    /// Four frames.
    void store_tile(int n, Quad (&frames)[4]) const noexcept {
        transpose(frames);
        for (const int lane : {0, 1, 2, 3}) *reinterpret_cast<LooseQuad*>(of[lane] + n) = frames[lane];
    }
};

constexpr int tile_frames = 4;

/// Runs frames through a tree of filters, of which a frame gives the lanes of `pairs` pairs of bands. Whole tiles are
/// stored at once. A frame goes through the whole tree: the sections wait for each other within it, but the processor
/// works on several frames at a time. To be inlined: its instructions are those of the function that it is in.
template <int pairs, class Tree>
[[gnu::always_inline]] inline void split(Tree& tree, const float* left, const float* right, int frames,
                                         const BandPair (&to)[pairs]) noexcept {
    Lanes bands[pairs]{};
    int n = 0;
    for (; n + tile_frames <= frames; n += tile_frames) {
        Quad tiles[pairs][tile_frames];
        for (int i = 0; i < tile_frames; ++i) {
            tree.step(Lanes{left[n + i], right[n + i], left[n + i], right[n + i]}, bands);
            for (int p = 0; p < pairs; ++p) tiles[p][i] = __builtin_convertvector(bands[p], Quad);
        }
        for (int p = 0; p < pairs; ++p) to[p].store_tile(n, tiles[p]);
    }
    for (; n < frames; ++n) {
        tree.step(Lanes{left[n], right[n], left[n], right[n]}, bands);
        for (int p = 0; p < pairs; ++p) to[p].store(n, __builtin_convertvector(bands[p], Quad));
    }
}

struct TreeOf2 {
    SvfLanes first, second;

    void step(const Lanes& in, Lanes (&bands)[1]) noexcept {
        bands[0] = in;
        step_fork(first, bands[0]);
        step_fork(second, bands[0]);
    }
};

struct TreeOf3 {
    SvfLanes first, second, third, fourth;

    /// Of the first pair, only the lower band means something: the lowest.
    void step(const Lanes& in, Lanes (&bands)[2]) noexcept {
        Lanes x = in;
        step_fork(first, x);
        step_fork(second, x);
        Outputs out;
        burnish::step(third, x, out);
        bands[0] = x - 2.0 * k * out.band;
        bands[1] = Lanes{out.low[2], out.low[3], out.high[2], out.high[3]};
        step_fork(fourth, bands[1]);
    }
};

struct TreeOf4 {
    SvfLanes first, second, allpass, third, lower, upper;

    /// Bands 0 and 2, then 1 and 3.
    void step(const Lanes& in, Lanes (&bands)[2]) noexcept {
        Lanes x = in;
        step_fork(first, x);
        step_fork(second, x);
        step_allpass(allpass, x);
        Outputs out;
        burnish::step(third, x, out);
        bands[0] = out.low;
        bands[1] = out.high;
        step_low(lower, bands[0]);
        step_high(upper, bands[1]);
    }
};

BURNISH_VECTORIZED
void split_in_2(SvfLanes* state, const float* left, const float* right, int frames, const BandPair (&to)[1]) noexcept {
    TreeOf2 tree{state[0], state[1]};
    split(tree, left, right, frames, to);
    state[0] = tree.first;
    state[1] = tree.second;
}

BURNISH_VECTORIZED
void split_in_3(SvfLanes* state, const float* left, const float* right, int frames, const BandPair (&to)[2]) noexcept {
    TreeOf3 tree{state[0], state[1], state[2], state[3]};
    split(tree, left, right, frames, to);
    state[0] = tree.first;
    state[1] = tree.second;
    state[2] = tree.third;
    state[3] = tree.fourth;
}

BURNISH_VECTORIZED
void split_in_4(SvfLanes* state, const float* left, const float* right, int frames, const BandPair (&to)[2]) noexcept {
    TreeOf4 tree{state[0], state[1], state[2], state[3], state[4], state[5]};
    split(tree, left, right, frames, to);
    state[0] = tree.first;
    state[1] = tree.second;
    state[2] = tree.allpass;
    state[3] = tree.third;
    state[4] = tree.lower;
    state[5] = tree.upper;
}

BURNISH_VECTORIZED
void run_allpass(SvfLanes* state, int sections, float* left, float* right, int frames) noexcept {
    for (int n = 0; n < frames; ++n) {
        Lanes x{left[n], right[n], 0.0, 0.0};
        for (int s = 0; s < sections; ++s) step_allpass(state[s], x);
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
    const float* left = in.channel(0).data();
    const float* right = in.channel(channels_ - 1).data();
    const auto at = [&](int band, int channel) {
        return samples_.data() + static_cast<std::ptrdiff_t>(2 * band + channel) * capacity_frames_;
    };
    const auto pair = [&](int lower, int upper) {
        return BandPair{{at(lower, 0), at(lower, 1), at(upper, 0), at(upper, 1)}};
    };
    // What means nothing of three bands goes where the second pair overwrites it.
    if (bands_ == 2)
        split_in_2(sections_, left, right, frames_, {pair(0, 1)});
    else if (bands_ == 3)
        split_in_3(sections_, left, right, frames_, {pair(0, 1), pair(1, 2)});
    else
        split_in_4(sections_, left, right, frames_, {pair(0, 2), pair(1, 3)});
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
