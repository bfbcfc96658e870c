#include "training/regression.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "mastering/hidden_layer.h"
#include "mastering/track_features.h"

namespace burnish::training {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double width_in_groups = 8.0;  // square of the radial kernel's width over the number of groups
constexpr double radial_share = 15.0;    // of the radial part over the linear one, as their ridges would be

/// A row for each row of features.
MatrixXd layers_of(const MatrixXd& features, const VectorXd& scale) {
    return hidden_layers((features * scale.asDiagonal()).transpose().cast<float>()).transpose();
}

}  // namespace

VectorXd network_scale(const VectorXd& weights) { return (weights / (width_in_groups * weights.sum())).cwiseSqrt(); }

double network_share(const VectorXd& weights) { return radial_share * weights.sum() * 2.0 / hidden_units; }

MatrixXd network_weights(const MatrixXd& features, const VectorXd& weights, const MatrixXd& coefficients) {
    return network_share(weights) * layers_of(features, network_scale(weights)).transpose() * coefficients;
}

VectorXd feature_weights(const GroupWeights& group_weights) {
    const auto& schema = feature_schema();
    VectorXd weights(schema.size());
    for (const auto& group : schema.groups) {
        const auto given = group_weights.find(group.name);
        weights.segment(group.first, group.count)
            .setConstant((given == group_weights.end() ? 1.0 : given->second) / group.count);
    }
    return weights;
}

MatrixXd kernel_of(const MatrixXd& features, const KernelShape& shape) {
    const VectorXd weights = feature_weights(shape.group_weights);
    const double groups = weights.sum();
    const MatrixXd weighted = features * weights.asDiagonal();
    MatrixXd kernel = weighted * features.transpose();
    if (groups <= 0.0 || shape.kind == KernelShape::Kind::linear) return kernel;
    if (shape.kind == KernelShape::Kind::radial) {
        const VectorXd square = kernel.diagonal();
        const MatrixXd distance =
            square.replicate(1, kernel.cols()) + square.transpose().replicate(kernel.rows(), 1) - 2.0 * kernel;
        return kernel + radial_share * groups * (-distance.array() / (2.0 * width_in_groups * groups)).exp().matrix();
    }
    const MatrixXd layer = layers_of(features, network_scale(weights));
    return kernel + network_share(weights) * layer * layer.transpose();
}

double Regression::rms(const Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>& known) const {
    double sum = 0.0;
    double count = 0.0;
    for (Index i = 0; i < left_over.rows(); ++i)
        for (Index k = 0; k < left_over.cols(); ++k) {
            if (!known(i, k)) continue;
            sum += left_over(i, k) * left_over(i, k);
            count += 1.0;
        }
    return count > 0.0 ? std::sqrt(sum / count) : 0.0;
}

Regression regress(const MatrixXd& kernel, const MatrixXd& values,
                   const Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>& known, std::span<const int> group,
                   double ridge, bool is_robust) {
    constexpr int rounds = 5;
    constexpr double freedom = 3.0;
    const Index n = kernel.rows();
    Regression regression;
    regression.offset = 10.0 * kernel.diagonal().mean();
    const MatrixXd whole = kernel.array() + regression.offset;

    regression.mean = VectorXd::Zero(values.cols());
    MatrixXd filled = values;
    for (Index k = 0; k < values.cols(); ++k) {
        double sum = 0.0;
        double count = 0.0;
        for (Index i = 0; i < n; ++i)
            if (known(i, k)) {
                sum += values(i, k);
                count += 1.0;
            }
        regression.mean(k) = count > 0.0 ? sum / count : 0.0;
        for (Index i = 0; i < n; ++i)
            if (!known(i, k)) filled(i, k) = regression.mean(k);
    }

    VectorXd weight = VectorXd::Ones(n);
    MatrixXd inverse;
    for (int round = 0; round < rounds; ++round) {
        if (round == 0 || is_robust) {
            MatrixXd regular = whole;
            regular.diagonal().array() += ridge / weight.array();
            inverse = regular.llt().solve(MatrixXd::Identity(n, n));
        }
        regression.coefficients = inverse * (filled.rowwise() - regression.mean.transpose());
        if (round == rounds - 1) break;
        const MatrixXd fitted = (whole * regression.coefficients).rowwise() + regression.mean.transpose();
        VectorXd distance(n);
        for (Index i = 0; i < n; ++i) {
            double sum = 0.0;
            double count = 1e-9;
            for (Index k = 0; k < values.cols(); ++k) {
                if (!known(i, k)) {
                    filled(i, k) = fitted(i, k);
                    continue;
                }
                const double left = regression.coefficients(i, k) / inverse(i, i);
                sum += left * left;
                count += 1.0;
            }
            distance(i) = sum / count;
        }
        if (!is_robust) continue;
        VectorXd sorted = distance;
        std::nth_element(sorted.data(), sorted.data() + n / 2, sorted.data() + n);
        weight = (freedom + 1.0) / (freedom + distance.array() / std::max(1e-9, sorted(n / 2)));
        weight /= weight.mean();
    }

    std::map<int, std::vector<Index>> members;
    for (Index i = 0; i < n; ++i) {
        const int g = group[static_cast<std::size_t>(i)];
        members[g < 0 ? -1 - static_cast<int>(i) : g].push_back(i);
    }
    regression.left_over.resize(n, values.cols());
    for (const auto& [number, rows] : members) {
        const MatrixXd block = inverse(rows, rows);
        const MatrixXd left = block.ldlt().solve(regression.coefficients(rows, Eigen::all));
        for (std::size_t r = 0; r < rows.size(); ++r)
            for (Index k = 0; k < values.cols(); ++k)
                regression.left_over(rows[r], k) =
                    left(static_cast<Index>(r), k) + values(rows[r], k) - filled(rows[r], k);
    }
    return regression;
}

}  // namespace burnish::training
