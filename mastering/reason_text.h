#pragma once

#include <array>
#include <cmath>
#include <cstdio>
#include <string>

namespace burnish {

/// A reason in words, printf's way; 511 characters at most.
template <class... Numbers>
[[nodiscard]] std::string reason_text(const char* format, Numbers... numbers) {
    std::array<char, 512> buffer{};
    std::snprintf(buffer.data(), buffer.size(), format, numbers...);
    return buffer.data();
}

/// As numbers of a proposal are rounded: a report that can be read and typed in again.
[[nodiscard]] inline double two_decimals(double value) noexcept { return std::round(value * 100.0) / 100.0; }

}  // namespace burnish
