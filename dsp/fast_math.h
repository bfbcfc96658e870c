#pragma once

#include <bit>
#include <cstdint>

namespace burnish {

// Logarithm and power of two that a compiler can vectorise: no branch, no table, no call. They serve level detectors
// and gain curves, where a hundred-thousandth of a decibel is more than enough.

/// Binary logarithm of a positive, normal float; error below 3e-6.
///
/// The mantissa m in [sqrt(1/2), sqrt(2)) gives log2(m) = 2/ln 2 * atanh(s), s = (m-1)/(m+1), |s| < 0.172:
/// four terms of the series leave less than 1e-8.
[[nodiscard]] inline float fast_log2(float x) noexcept {
    const auto bits = std::bit_cast<std::int32_t>(x);
    const std::int32_t exponent = (bits - 0x3F3504F3) >> 23;  // 0x3F3504F3 is sqrt(1/2)
    const auto mantissa = std::bit_cast<float>(bits - exponent * (1 << 23));
    const float s = (mantissa - 1.0F) / (mantissa + 1.0F);
    const float s2 = s * s;
    constexpr float k = 2.88539008F;  // 2 / ln 2
    return static_cast<float>(exponent) + k * s * (1.0F + s2 * (0.333333333F + s2 * (0.2F + s2 * 0.142857143F)));
}

/// Two to the power of x; relative error below 3e-7 for -126 < x < 127, clamped outside.
///
/// x = n + f with |f| <= 1/2; the Taylor series of exp(f ln 2) to the seventh power.
[[nodiscard]] inline float fast_exp2(float x) noexcept {
    x = x < -126.0F ? -126.0F : x;
    x = x > 126.0F ? 126.0F : x;
    const float shifted = x + 12582912.0F;  // 1.5 * 2^23: the rounded integer lands in the low mantissa bits
    const float n = shifted - 12582912.0F;
    const float f = (x - n) * 0.693147181F;
    const float series =
        1.0F + f * (1.0F + f * (0.5F + f * (0.166666667F +
                                            f * (0.0416666667F +
                                                 f * (0.00833333333F + f * (0.00138888889F + f * 0.000198412698F))))));
    return std::bit_cast<float>(std::bit_cast<std::int32_t>(series) + static_cast<std::int32_t>(n) * (1 << 23));
}

inline constexpr float db_per_log2 = 6.02059991F;  // 20 log10(2)

/// Linear gain of a level in dB, for gain curves.
[[nodiscard]] inline float fast_db_to_gain(float db) noexcept { return fast_exp2(db * (1.0F / db_per_log2)); }
/// Level in dB of a linear amplitude of at least 1e-30.
[[nodiscard]] inline float fast_gain_to_db(float gain) noexcept { return db_per_log2 * fast_log2(gain); }

}  // namespace burnish
