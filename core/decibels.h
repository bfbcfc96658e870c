#pragma once

#include <algorithm>
#include <cmath>

namespace burnish {

/// The level reported for digital silence; no meter and no report prints anything lower.
inline constexpr double silence_db = -120.0;

/// Linear amplitude of a level in decibels.
[[nodiscard]] inline double db_to_gain(double db) noexcept { return std::pow(10.0, db / 20.0); }

/// Level in decibels of a linear amplitude; silence_db for anything at or below it, never -inf or NaN.
[[nodiscard]] inline double gain_to_db(double gain) noexcept {
    return gain > 1e-6 ? 20.0 * std::log10(gain) : silence_db;
}

/// Level in decibels of a mean square; silence_db for anything at or below it, never -inf or NaN.
[[nodiscard]] inline double power_to_db(double power) noexcept {
    return power > 1e-12 ? 10.0 * std::log10(power) : silence_db;
}

/// Mean square of a level in decibels.
[[nodiscard]] inline double db_to_power(double db) noexcept { return std::pow(10.0, db / 10.0); }

}  // namespace burnish
