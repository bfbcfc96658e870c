#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/block.h"

namespace burnish {

struct DitherSettings {
    double bits = 0.0;
    double shaping = 0.0;
};

inline constexpr auto dither_params = std::to_array<Param<DitherSettings>>({
    {"bits", 0.0, 24.0, Scale::linear, &DitherSettings::bits, "word length to round to; 0 keeps floating point",
     /*whole=*/true},
    {"shaping", 0.0, 1.0, Scale::linear, &DitherSettings::shaping,
     "how much of the noise moves to where the ear is deaf; 44.1 and 48 kHz only"},
});

/// Rounds to a word length with triangular dither, and moves the noise out of the ear's best range if asked.
///
///     v = x - shaping * sum c[i] e[n-i]     y = round(v + dither)     e = y - v        (in units of one LSB)
///
/// The dither is the sum of two uniform numbers one LSB wide, which makes mean and power of the error independent of
/// the signal. After 50 ms of digital silence, and before the first sound, the output is silent too. Noise is
/// independent in every channel and the same in every run. Output is clamped to the range of the integers, and lies on
/// their grid exactly. Sources: Lipshitz, Wannamaker & Vanderkooy, "Quantization and Dither: A Theoretical Survey",
/// JAES 40(5), 1992; the filter is the ninth-order modified-E-weighted one of Wannamaker, "Psychoacoustically Optimal
/// Noise Shaping", JAES 40(7/8), 1992: total noise +7.6 dB, -21 dB at 3.5 kHz.
class Dither {
public:
    using Settings = DitherSettings;
    static constexpr auto& params = dither_params;
    static constexpr std::array<double, 9> shaper{1.662,   -1.263,  0.4827,   -0.2913, 0.1268,
                                                  -0.1124, 0.03252, -0.01265, -0.03524};

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept;
    /// Noise of its own for each number, from the next sample on. What is to be added up must not share it: its noise
    /// would grow with the number of parts, not with the root of it.
    void seed(std::uint32_t number) noexcept;
    [[nodiscard]] static constexpr int latency_frames() noexcept { return 0; }

private:
    [[nodiscard]] int blank_after_frames() const noexcept { return static_cast<int>(0.05 * sample_rate_hz_); }
    /// To be asked once for every frame.
    [[nodiscard]] bool is_blank(float sample, int channel) noexcept;
    void round_unshaped(std::span<float> io, int channel) noexcept;
    void round_shaped(AudioView io) noexcept;

    double sample_rate_hz_ = 48000.0;
    int bits_ = 0;
    double shaping_ = 0.0;
    std::uint32_t first_draw_ = 0;
    std::uint32_t next_draw_ = 0;
    std::array<std::array<double, shaper.size()>, max_channels> errors_{};  // the newest first
    std::array<int, max_channels> silent_frames_{};
};
static_assert(Block<Dither>);

}  // namespace burnish
