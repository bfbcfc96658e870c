#pragma once

#include <array>

#include "core/audio_buffer.h"

namespace burnish {

/// A second-order section H(z) = (b0 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2); the identity when new.
struct BiquadCoefficients {
    double b0 = 1.0, b1 = 0.0, b2 = 0.0, a1 = 0.0, a2 = 0.0;

    bool operator==(const BiquadCoefficients&) const = default;
};

// Designs that follow the magnitude of an analogue filter up to 20 kHz, without the cramping at the top that the
// bilinear transform brings: poles by impulse invariance, zeros by matching |H|^2 at a few frequencies; bells of Q
// below 1 by a least-squares fit of |H|^2 over the whole band. With s = j f / frequency_hz, and A = 10^(gain_db / 40):
//
//     low-pass    1 / (s^2 + s/Q + 1)
//     high-pass   s^2 / (s^2 + s/Q + 1)
//     bell        (s^2 + s A/Q + 1) / (s^2 + s/(A Q) + 1)
//     low shelf   A (s^2 + s sqrt(2A) + A) / (A s^2 + s sqrt(2A) + 1)     Butterworth slope, A at frequency_hz
//     high shelf  A (A s^2 + s sqrt(2A) + 1) / (s^2 + s sqrt(2A) + A)
//
// Bells and shelves stay within 0.7 dB of this from 20 Hz to 20 kHz at 44.1 kHz, and within 0.02 dB up to 1 kHz; where
// their own frequency is 1 kHz or less, to 20 kHz, but for bells of Q below 0.69: 0.11 dB above 3 kHz. Higher rates do
// better. A cut is the exact inverse of the boost of the same size, and 0 dB is exactly the identity. From 0.49 of the
// rate on a frequency is out of reach: bell and high shelf become the identity, the others stay at that limit.
// Source: Vicanek, "Matched Second Order Digital Filters", 2016; the bell's third condition and the shelves are our own
// application of his method.
[[nodiscard]] BiquadCoefficients low_pass(double frequency_hz, double q, double sample_rate_hz) noexcept;
[[nodiscard]] BiquadCoefficients high_pass(double frequency_hz, double q, double sample_rate_hz) noexcept;
[[nodiscard]] BiquadCoefficients bell(double frequency_hz, double q, double gain_db, double sample_rate_hz) noexcept;
[[nodiscard]] BiquadCoefficients low_shelf(double frequency_hz, double gain_db, double sample_rate_hz) noexcept;
[[nodiscard]] BiquadCoefficients high_shelf(double frequency_hz, double gain_db, double sample_rate_hz) noexcept;

/// Level of the response at one frequency.
[[nodiscard]] double magnitude_db(const BiquadCoefficients& coefficients, double frequency_hz,
                                  double sample_rate_hz) noexcept;

/// One section's memory for one channel: transposed direct form II in double, quiet even at 30 Hz and 192 kHz.
struct BiquadState {
    double s1 = 0.0, s2 = 0.0;

    double step(const BiquadCoefficients& c, double x) noexcept {
        const double y = c.b0 * x + s1;
        s1 = c.b1 * x - c.a1 * y + s2;
        s2 = c.b2 * x - c.a2 * y;
        return y;
    }
};

/// Up to eight sections in series over one or two channels, all in one pass over the block and in double throughout.
///
/// Both channels of a section share a vector register, and the recursions of the sections overlap in time. Slots that
/// hold the identity cost nothing; with all of them so, the samples are not touched.
/// Cost per stereo frame: some 2 ns per section in use.
class BiquadCascade {
public:
    static constexpr int max_sections = 8;

    void set_section(int slot, const BiquadCoefficients& section) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept { states_ = {}; }

private:
    /// The memory of one section for a stereo frame; mono uses the first lane.
    struct State {
        alignas(16) std::array<double, max_channels> s1{}, s2{};
    };
    template <int used>
    void run(float* left, float* right, int frames) noexcept;

    std::array<BiquadCoefficients, max_sections> sections_{};
    std::array<State, max_sections> states_{};
    std::array<int, max_sections> used_slots_{};
    int used_ = 0;
};

}  // namespace burnish
