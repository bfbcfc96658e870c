#include "mastering/hidden_layer.h"

#include <cmath>
#include <numbers>

#include "core/random.h"
#include "mastering/track_features.h"

namespace burnish {

namespace {

struct Directions {
    Eigen::MatrixXf weights;  // features x units, of deviation 1
    Eigen::VectorXd phases;
};

const Directions& directions() {
    static const Directions drawn = [] {
        constexpr std::uint64_t seed = 2026;
        const double widest = std::sqrt(3.0);  // uniform within it has a deviation of 1
        Random random(seed);
        Directions made{Eigen::MatrixXf(feature_schema().size(), hidden_units), Eigen::VectorXd(hidden_units)};
        for (Eigen::Index unit = 0; unit < hidden_units; ++unit) {
            for (Eigen::Index f = 0; f < made.weights.rows();)
                // 16 bits are enough for a direction: four of them are drawn at once.
                for (std::uint64_t bits = random.bits(), part = 0; part < 4 && f < made.weights.rows(); ++part, ++f) {
                    const auto step = static_cast<double>((bits >> (16 * part)) & 0xffff);
                    made.weights(f, unit) = static_cast<float>(widest * ((step + 0.5) / 32768.0 - 1.0));
                }
            made.phases(unit) = random.uniform(0.0, 2.0 * std::numbers::pi);
        }
        return made;
    }();
    return drawn;
}

}  // namespace

Eigen::VectorXd hidden_layer(const Eigen::VectorXd& features, const Eigen::VectorXd& scale) {
    const auto& [weights, phases] = directions();
    const Eigen::VectorXf scaled = features.cwiseProduct(scale).cast<float>();
    return ((weights.transpose() * scaled).cast<double>() + phases).array().cos();
}

}  // namespace burnish
