#pragma once

#include <cmath>
#include <complex>

/// The analogue filters that the equalizer's designs follow, written out in the s plane once more; s = j f / f0.
namespace burnish::test {

inline double to_db(std::complex<double> h) { return 20 * std::log10(std::abs(h)); }
inline double half_root(double gain_db) { return std::pow(10.0, gain_db / 40); }

inline double analogue_bell_db(std::complex<double> s, double q, double gain_db) {
    const double a = half_root(gain_db);
    return to_db((s * s + s * a / q + 1.0) / (s * s + s / (a * q) + 1.0));
}
inline double analogue_low_shelf_db(std::complex<double> s, double gain_db) {
    const double a = half_root(gain_db);
    return to_db(a * (s * s + s * std::sqrt(2 * a) + a) / (a * s * s + s * std::sqrt(2 * a) + 1.0));
}
inline double analogue_high_shelf_db(std::complex<double> s, double gain_db) {
    const double a = half_root(gain_db);
    return to_db(a * (a * s * s + s * std::sqrt(2 * a) + 1.0) / (s * s + s * std::sqrt(2 * a) + a));
}

}  // namespace burnish::test
