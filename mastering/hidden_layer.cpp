#include "mastering/hidden_layer.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <vector>

#include "core/random.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

static_assert(std::endian::native == std::endian::little, "the lowest 16 bits of a draw come first");

constexpr Eigen::Index block_units = 16;  // as many as stay in the cache

/// Uniform, of deviation 1.
BURNISH_VECTORIZED
void to_weights(const std::uint16_t* steps, int count, float* weights) noexcept {
    const double widest = std::sqrt(3.0);
    for (int f = 0; f < count; ++f)
        weights[f] = static_cast<float>(widest * ((static_cast<double>(steps[f]) + 0.5) / 32768.0 - 1.0));
}

}  // namespace

Eigen::MatrixXd hidden_layers(const Eigen::MatrixXf& inputs) {
    using Eigen::Index;
    constexpr std::uint64_t seed = 2026;
    Random random(seed);
    const Index features = inputs.rows();
    // 16 bits are enough for a direction: four of them are drawn at once.
    std::vector<std::uint64_t> draws(static_cast<std::size_t>((features + 3) / 4));
    std::vector<std::uint16_t> steps(4 * draws.size());
    Eigen::MatrixXf directions(features, block_units);
    Eigen::VectorXd phases(block_units);
    Eigen::MatrixXd layers(hidden_units, inputs.cols());
    static_assert(hidden_units % block_units == 0);
    for (Index first = 0; first < hidden_units; first += block_units) {
        for (Index unit = 0; unit < block_units; ++unit) {
            for (auto& draw : draws) draw = random.bits();
            std::memcpy(steps.data(), draws.data(), draws.size() * sizeof(std::uint64_t));
            to_weights(steps.data(), static_cast<int>(features), directions.col(unit).data());
            phases(unit) = random.uniform(0.0, 2.0 * std::numbers::pi);
        }
        for (Index track = 0; track < inputs.cols(); ++track)
            layers.col(track).segment(first, block_units) =
                ((directions.transpose() * inputs.col(track)).cast<double>() + phases).array().cos();
    }
    return layers;
}

}  // namespace burnish
