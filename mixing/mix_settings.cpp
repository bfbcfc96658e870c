#include "mixing/mix_settings.h"

#include <cmath>
#include <numbers>

namespace burnish {

std::array<double, 2> pan_gains(double pan) noexcept {
    if (pan == 0.0) return {1.0, 1.0};
    const double angle = 0.25 * std::numbers::pi * (1.0 + pan);
    return {std::numbers::sqrt2 * std::cos(angle), std::numbers::sqrt2 * std::sin(angle)};
}

}  // namespace burnish
