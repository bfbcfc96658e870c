#pragma once

#include <cmath>

namespace burnish {

/// Modified Bessel function of the first kind, order zero, by its power series.
[[nodiscard]] inline double bessel_i0(double x) noexcept {
    double term = 1.0;
    double sum = 1.0;
    for (int k = 1; term > 1e-17 * sum; ++k) {
        term *= (x / (2.0 * k)) * (x / (2.0 * k));
        sum += term;
    }
    return sum;
}

/// Kaiser window. @param position  -1..1 from end to end; 0 outside @param beta  6 gives -60 dB side lobes, 9 -90 dB
/// Source: Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", ISCAS 1974.
[[nodiscard]] inline double kaiser(double position, double beta) noexcept {
    const double inside = 1.0 - position * position;
    return inside < 0.0 ? 0.0 : bessel_i0(beta * std::sqrt(inside)) / bessel_i0(beta);
}

}  // namespace burnish
