#pragma once

#include <cstdint>

namespace burnish {

/// The project's own generator, so that noise is the same on every machine and library version.
/// Source: Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (SplitMix64).
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

    [[nodiscard]] std::uint64_t bits() noexcept {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }

    /// Uniform in [0, 1).
    [[nodiscard]] double uniform() noexcept { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
    /// Uniform in [low, high).
    [[nodiscard]] double uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }

private:
    std::uint64_t state_;
};

}  // namespace burnish
