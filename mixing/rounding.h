#pragma once

#include <cmath>

namespace burnish {

/// The number nearest to a value that has so many decimals: short in a file, and exactly what the file says.
[[nodiscard]] inline double rounded(double value, int decimals) {
    const double units = std::pow(10.0, decimals);
    return std::round(value * units) / units;
}

}  // namespace burnish
