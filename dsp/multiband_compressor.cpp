#include "dsp/multiband_compressor.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "core/decibels.h"
#include "dsp/simd.h"
#include "dsp/transpose.h"

namespace burnish {

namespace {

using Lanes = SvfLanes::Lanes;

constexpr double detector_share = 1.0 / 6.0;  // of the attack: each of the detector's two poles
// What they add to the 63 % times, in time constants of one of them: measured on a step to 14 dB over the threshold and
// back. While a short release is under way, the detector still falls.
constexpr double attack_lag = 1.5;
double release_lag(double attack_ms, double release_ms) noexcept {
    return 3.0 - 4.8 * std::pow(attack_ms / release_ms, 3.0);
}

using Band = MultibandCompressorSettings;

/// Where each band keeps its numbers, from the lowest up.
struct BandSettings {
    double Band::*level_db;
    double Band::*threshold_db;
    double Band::*ratio;
    double Band::*attack_ms;
    double Band::*release_ms;
    double Band::*makeup_db;
};
constexpr std::array<BandSettings, MultibandCompressor::bands> band_settings{{
    {&Band::low_level_db, &Band::low_threshold_db, &Band::low_ratio, &Band::low_attack_ms, &Band::low_release_ms,
     &Band::low_makeup_db},
    {&Band::low_mid_level_db, &Band::low_mid_threshold_db, &Band::low_mid_ratio, &Band::low_mid_attack_ms,
     &Band::low_mid_release_ms, &Band::low_mid_makeup_db},
    {&Band::high_mid_level_db, &Band::high_mid_threshold_db, &Band::high_mid_ratio, &Band::high_mid_attack_ms,
     &Band::high_mid_release_ms, &Band::high_mid_makeup_db},
    {&Band::high_level_db, &Band::high_threshold_db, &Band::high_ratio, &Band::high_attack_ms, &Band::high_release_ms,
     &Band::high_makeup_db},
}};

BURNISH_VECTORIZED
void mean_square(const float* left, const float* right, float* power, int frames) noexcept {
    for (int n = 0; n < frames; ++n) power[n] = 0.5F * (left[n] * left[n] + right[n] * right[n]);
}

constexpr int tile_frames = 4;

/// One curve for each band, and what becomes of them frame by frame, all bands at once.
struct BandCurves {
    float* of[MultibandCompressor::bands];

    /// To be inlined: its instructions are those of the function that it is in.
    template <class Step>
    [[gnu::always_inline]] inline void pass_through(int frames, Step step) const noexcept {
        int n = 0;
        for (; n + tile_frames <= frames; n += tile_frames) {
            Quad tile[tile_frames];
            for (const int b : {0, 1, 2, 3}) tile[b] = *reinterpret_cast<const LooseQuad*>(of[b] + n);
            transpose(tile);
            for (Quad& frame : tile) frame = stepped(frame, step);
            transpose(tile);
            for (const int b : {0, 1, 2, 3}) *reinterpret_cast<LooseQuad*>(of[b] + n) = tile[b];
        }
        for (; n < frames; ++n) {
            const Quad frame = stepped(Quad{of[0][n], of[1][n], of[2][n], of[3][n]}, step);
            for (const int b : {0, 1, 2, 3}) of[b][n] = frame[b];
        }
    }

private:
    template <class Step>
    static Quad stepped(const Quad& frame, Step& step) noexcept {
        Lanes values = __builtin_convertvector(frame, Lanes);
        step(values);
        return __builtin_convertvector(values, Quad);
    }
};
static_assert(MultibandCompressor::bands == 4, "a tile is square");

BURNISH_VECTORIZED
void smooth_power(const BandCurves& curves, int frames, const Lanes& coefficient,
                  std::array<Lanes, 2>& state) noexcept {
    Lanes once = state[0];
    Lanes twice = state[1];
    const Lanes pole = coefficient;
    const Lanes rest = 1.0 - pole;
    curves.pass_through(frames, [&](Lanes& power) {
        once = rest * power + pole * once;
        twice = rest * once + pole * twice;
        power = twice;
    });
    state = {once, twice};
}

BURNISH_VECTORIZED
void smooth_gain(const BandCurves& curves, int frames, GainSmoother<Lanes>& state) noexcept {
    GainSmoother<Lanes> smoother = state;
    curves.pass_through(frames, [&](Lanes& gain_db) {
        smoother.step(gain_db);
        gain_db = smoother.smoothed;
    });
    state = smoother;
}

struct WeightedBands {
    const float* samples[MultibandCompressor::bands];
    const float* gains[MultibandCompressor::bands];
    float makeup[MultibandCompressor::bands];
};

BURNISH_VECTORIZED
void sum_bands(const WeightedBands& bands, float* out, int frames) noexcept {
    const WeightedBands b = bands;
    for (int n = 0; n < frames; ++n)
        out[n] = (b.samples[0][n] * b.gains[0][n] * b.makeup[0] + b.samples[1][n] * b.gains[1][n] * b.makeup[1]) +
                 (b.samples[2][n] * b.gains[2][n] * b.makeup[2] + b.samples[3][n] * b.gains[3][n] * b.makeup[3]);
}

}  // namespace

void MultibandCompressor::prepare(const ProcessSpec& spec) {
    sample_rate_hz_ = spec.sample_rate_hz;
    capacity_frames_ = spec.max_block_frames;
    crossover_.prepare(spec, bands);
    gain_.assign(static_cast<std::size_t>(bands) * capacity_frames_, 1.0F);
    reset();
    set({});
}

void MultibandCompressor::set(const Settings& settings) noexcept {
    crossover_.set(std::array{settings.low_split_hz, settings.mid_split_hz, settings.high_split_hz});
    active_ = false;
    for (int b = 0; b < bands; ++b) {
        const BandSettings& band = band_settings[b];
        const double attack_ms = settings.*band.attack_ms;
        curves_[b] = {settings.*band.level_db + settings.*band.threshold_db, settings.*band.ratio, settings.knee_db};
        makeup_db_[b] = settings.*band.makeup_db;
        const double release_ms = settings.*band.release_ms;
        const double detector_ms = detector_share * attack_ms;
        detector_[b] = one_pole_coefficient(detector_ms, sample_rate_hz_);
        const double falling_ms = attack_ms - attack_lag * detector_ms;
        const double rising_ms = std::max(release_ms - release_lag(attack_ms, release_ms) * detector_ms, falling_ms);
        smoother_.attack[b] = one_pole_coefficient(falling_ms, sample_rate_hz_);
        smoother_.release[b] = one_pole_coefficient(recovery_ms(falling_ms, rising_ms), sample_rate_hz_);
        if (curves_[b].ratio != 1.0 || makeup_db_[b] != 0.0) active_ = true;
    }
    if (!active_) reset();  // so that it starts afresh when it is needed again
}

std::span<float> MultibandCompressor::gain(int band, int frames) noexcept {
    return {gain_.data() + static_cast<std::ptrdiff_t>(band) * capacity_frames_, static_cast<std::size_t>(frames)};
}

void MultibandCompressor::process(AudioView io) noexcept {
    assert(io.frames() <= capacity_frames_);
    if (!active_) return;
    const int frames = io.frames();

    BandCurves curves;
    crossover_.process(io);
    for (int b = 0; b < bands; ++b) {
        const AudioView band = crossover_.band(b);
        curves.of[b] = gain(b, frames).data();
        mean_square(band.channel(0).data(), band.channel(io.channels() - 1).data(), curves.of[b], frames);
    }
    smooth_power(curves, frames, detector_, power_);
    for (int b = 0; b < bands; ++b) power_to_compressor_gain_db(gain(b, frames), curves_[b]);
    smooth_gain(curves, frames, smoother_);
    for (int b = 0; b < bands; ++b) gain_db_to_linear(gain(b, frames));

    for (int c = 0; c < io.channels(); ++c) {
        WeightedBands weighted;
        for (int b = 0; b < bands; ++b) {
            weighted.samples[b] = crossover_.band(b).channel(c).data();
            weighted.gains[b] = curves.of[b];
            weighted.makeup[b] = static_cast<float>(db_to_gain(makeup_db_[b]));
        }
        sum_bands(weighted, io.channel(c).data(), frames);
    }
}

void MultibandCompressor::reset() noexcept {
    crossover_.reset();
    smoother_.reset();
    power_ = {};
}

}  // namespace burnish
