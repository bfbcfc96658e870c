#pragma once

#include <cmath>
#include <numbers>

#include "core/random.h"

namespace burnish::training {

/// A normal number of mean 0 and deviation 1, by Box and Muller's transform.
[[nodiscard]] inline double normal(Random& random) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * random.uniform());
}

}  // namespace burnish::training
