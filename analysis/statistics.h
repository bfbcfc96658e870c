#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <span>

#include "core/decibels.h"

namespace burnish {

/// The value that a `share` of all values lie below, interpolated between the two nearest; reorders `values`, which
/// must not be empty.
[[nodiscard]] inline double percentile(std::span<float> values, double share) {
    assert(!values.empty() && share >= 0.0 && share <= 1.0);
    const double position = share * static_cast<double>(values.size() - 1);
    const auto below = values.begin() + static_cast<std::ptrdiff_t>(position);
    std::nth_element(values.begin(), below, values.end());
    if (below + 1 == values.end()) return *below;
    const double above = *std::min_element(below + 1, values.end());
    return *below + (position - std::floor(position)) * (above - *below);
}

/// Ratio of two mean squares in dB, within +-120 dB; 0 dB of nothing to nothing.
[[nodiscard]] inline double power_ratio_db(double power, double reference) noexcept {
    if (reference <= 0.0) return power > 0.0 ? -silence_db : 0.0;
    return std::min(power_to_db(power / reference), -silence_db);
}

}  // namespace burnish
