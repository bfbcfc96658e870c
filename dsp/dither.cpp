#include "dsp/dither.h"

#include <algorithm>
#include <cmath>

#include "dsp/pair.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr int tile_frames = 64;

/// A number for every number, without an order that could be heard: the noise has no memory, and any stretch of it can
/// be drawn at once. Source: Wellons, "Prospecting for hash functions", 2018 (lowbias32).
inline std::uint32_t draw(std::uint32_t index) noexcept {
    index = (index ^ (index >> 16)) * 0x7FEB352DU;
    index = (index ^ (index >> 15)) * 0x846CA68BU;
    return index ^ (index >> 16);
}

/// Two uniform numbers one LSB wide, added: a triangle from -1 to 1 around 0.
inline double triangle(std::uint32_t bits) noexcept {
    const auto sum = static_cast<std::int32_t>(bits >> 16) + static_cast<std::int32_t>(bits & 0xFFFFU);
    return (sum + 1) * 0x1.0p-16 - 1.0;
}

/// The nearest integer of a number below 2^51: the sum has no room for a fraction.
template <class Number>
inline Number nearest(Number value) noexcept {
    constexpr double shift = 0x1.8p52;
    return (value + shift) - shift;
}

inline float to_sample(double steps, double lsb_per_unit, double unit_per_lsb) noexcept {
    const double low = steps < -lsb_per_unit ? -lsb_per_unit : steps;
    return static_cast<float>((low > lsb_per_unit - 1.0 ? lsb_per_unit - 1.0 : low) * unit_per_lsb);
}

/// @param first_draw  draws go up by the number of channels
BURNISH_VECTORIZED
void round_plainly(float* io, int count, std::uint32_t first_draw, double lsb_per_unit) noexcept {
    const double unit_per_lsb = 1.0 / lsb_per_unit;
    for (int n = 0; n < count; ++n) {
        const double dither = triangle(draw(first_draw + max_channels * static_cast<std::uint32_t>(n)));
        io[n] = to_sample(nearest(io[n] * lsb_per_unit + dither), lsb_per_unit, unit_per_lsb);
    }
}

BURNISH_VECTORIZED
int count_zeros(const float* samples, int count) noexcept {
    int zeros = 0;
    for (int n = 0; n < count; ++n) zeros += samples[n] == 0.0F ? 1 : 0;
    return zeros;
}

}  // namespace

void Dither::prepare(const ProcessSpec& spec) {
    sample_rate_hz_ = spec.sample_rate_hz;
    set({});
    reset();
}

void Dither::set(const Settings& settings) noexcept {
    bits_ = static_cast<int>(std::lround(settings.bits));
    const bool rate_fits = sample_rate_hz_ >= 44100.0 && sample_rate_hz_ <= 48000.0;
    shaping_ = rate_fits ? settings.shaping : 0.0;
}

void Dither::seed(std::uint32_t number) noexcept {
    // By the golden ratio: whatever the count, no two begin near each other, and the same draws come at other times.
    first_draw_ = number * 0x9E3779B9U;
    next_draw_ = first_draw_;
}

void Dither::reset() noexcept {
    next_draw_ = first_draw_;
    errors_ = {};
    silent_frames_.fill(blank_after_frames());  // what begins with silence begins silent
}

void Dither::process(AudioView io) noexcept {
    if (bits_ == 0) return;
    if (shaping_ > 0.0)
        round_shaped(io);
    else
        for (int c = 0; c < io.channels(); ++c) round_unshaped(io.channel(c), c);
    next_draw_ += max_channels * static_cast<std::uint32_t>(io.frames());
}

bool Dither::is_blank(float sample, int channel) noexcept {
    int& silent = silent_frames_[static_cast<std::size_t>(channel)];
    silent = sample == 0.0F ? std::min(silent + 1, blank_after_frames()) : 0;
    return silent == blank_after_frames();
}

void Dither::round_unshaped(std::span<float> io, int channel) noexcept {
    const double lsb_per_unit = std::ldexp(1.0, bits_ - 1);
    std::uint32_t next = next_draw_ + static_cast<std::uint32_t>(channel);
    while (!io.empty()) {
        const auto tile = io.first(std::min<std::size_t>(io.size(), tile_frames));
        const auto count = static_cast<int>(tile.size());
        if (count_zeros(tile.data(), count) == 0) {
            silent_frames_[static_cast<std::size_t>(channel)] = 0;
            round_plainly(tile.data(), count, next, lsb_per_unit);
        } else {
            for (int n = 0; n < count; ++n)
                if (float& sample = tile[static_cast<std::size_t>(n)]; !is_blank(sample, channel))
                    round_plainly(&sample, 1, next + max_channels * static_cast<std::uint32_t>(n), lsb_per_unit);
        }
        next += max_channels * static_cast<std::uint32_t>(count);
        io = io.subspan(tile.size());
    }
}

// Both channels in one register; of mono, the second is the first.
BURNISH_VECTORIZED void Dither::round_shaped(AudioView io) noexcept {
    const double lsb_per_unit = std::ldexp(1.0, bits_ - 1);
    const double unit_per_lsb = 1.0 / lsb_per_unit;
    const int last = io.channels() - 1;
    const auto left = io.channel(0);
    const auto right = io.channel(last);
    std::array<Pair, shaper.size()> errors;  // the newest first
    for (std::size_t i = 0; i < errors.size(); ++i) errors[i] = Pair{errors_[0][i], errors_[1][i]};
    std::uint32_t next = next_draw_;
    for (std::size_t n = 0; n < left.size(); ++n, next += max_channels) {
        const Pair in{left[n], right[n]};
        const std::array blank{is_blank(left[n], 0), last > 0 ? is_blank(right[n], 1) : true};
        Pair echo = shaper.back() * errors.back();
        for (std::size_t i = shaper.size() - 1; i-- > 0;) echo += shaper[i] * errors[i];
        const Pair wanted = in * lsb_per_unit - shaping_ * echo;
        const Pair rounded = nearest(wanted + Pair{triangle(draw(next)), triangle(draw(next + 1))});
        std::copy_backward(errors.begin(), errors.end() - 1, errors.end());
        errors[0] = rounded - wanted;
        for (const int c : {0, last}) {
            if (!blank[c]) {
                (c == 0 ? left : right)[n] = to_sample(rounded[c], lsb_per_unit, unit_per_lsb);
                continue;
            }
            for (Pair& error : errors) error[c] = 0.0;
        }
    }
    for (std::size_t i = 0; i < errors.size(); ++i)
        for (const int c : {0, 1}) errors_[c][i] = errors[i][c];
}

}  // namespace burnish
