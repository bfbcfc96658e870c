#include "training/fault_fit.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <map>

#include "analysis/statistics.h"
#include "mastering/hidden_layer.h"
#include "training/degradation.h"
#include "training/normal.h"

namespace burnish::training {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Known = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>;

constexpr std::array ridges{0.3, 1.0, 3.0, 10.0, 30.0};
constexpr double doubt_ridge = 10.0;
constexpr double shrinkage = 0.05;       // of the covariance towards its diagonal
constexpr double least_variance = 0.05;  // dB^2

template <std::size_t size>
std::vector<double> list_of(const std::array<double, size>& values) {
    return {values.begin(), values.end()};
}

/// Covariance of what is left over where both numbers of a pair are known, each example in units of its doubt.
MatrixXd covariance_of(const MatrixXd& left_over, const Known& known, const VectorXd& doubt) {
    const Index numbers = left_over.cols();
    MatrixXd sum = MatrixXd::Zero(numbers, numbers);
    MatrixXd count = MatrixXd::Constant(numbers, numbers, 1e-9);
    for (Index i = 0; i < left_over.rows(); ++i)
        for (Index a = 0; a < numbers; ++a)
            for (Index b = 0; b < numbers; ++b)
                if (known(i, a) && known(i, b)) {
                    sum(a, b) += left_over(i, a) * left_over(i, b) * std::exp(-doubt(i));
                    count(a, b) += 1.0;
                }
    MatrixXd covariance = sum.array() / count.array();
    const MatrixXd diagonal = covariance.diagonal().asDiagonal();
    covariance = (1.0 - shrinkage) * covariance + shrinkage * diagonal;
    const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(covariance);
    return eigen.eigenvectors() * eigen.eigenvalues().cwiseMax(least_variance).asDiagonal() *
           eigen.eigenvectors().transpose();
}

/// Makes doubts mean nothing on average: the mean of their exponentials becomes 1. @return  what was taken away
double centre_doubts(VectorXd& doubt) {
    const double excess = std::log(doubt.array().exp().mean());
    doubt.array() -= excess;
    return excess;
}

/// Triples, thirds or drops the weight of one group after the other for as long as kernel regression, which the network
/// comes near to, then leaves less over of artists that it does not know. What is blind stays so; one group always
/// counts.
GroupWeights weighed_groups(GroupWeights weights, const MatrixXd& features, const MatrixXd& values, const Known& known,
                            std::span<const int> groups) {
    constexpr std::array factors{0.0, 0.3, 3.0};
    constexpr int rounds = 4;
    constexpr double worthwhile = 0.9998;  // of what is left over
    constexpr double ridge = 10.0;
    const auto left_over_by = [&](const GroupWeights& tried) {
        const auto kernel = kernel_of(features, {KernelShape::Kind::radial, tried});
        return regress(kernel, values, known, groups, ridge, false).rms(known);
    };
    for (const auto& each : feature_schema().groups) weights.emplace(each.name, 1.0);
    double least = left_over_by(weights);
    for (int round = 0; round < rounds; ++round) {
        const double before = least;
        for (const auto& each : feature_schema().groups) {
            const double now = weights[each.name];
            const bool is_last = std::ranges::count_if(weights, [](const auto& row) { return row.second > 0.0; }) == 1;
            if (now == 0.0 || is_last) continue;
            double best = now;
            for (const double factor : factors) {
                auto tried = weights;
                tried[each.name] = factor * now;
                const double left_over = left_over_by(tried);
                if (left_over >= worthwhile * least) continue;
                least = left_over;
                best = factor * now;
            }
            weights[each.name] = best;
        }
        if (least >= worthwhile * before) break;
    }
    return weights;
}

/// What the deviations of each number have to be multiplied by so that 1.645 of them hold nine tenths of the errors
/// that are made of faulty tracks. Those that are clean would make them too narrow for those that are not.
VectorXd deviation_scale(const FaultFit& fit, const FaultDraws& faults) {
    constexpr int draws = 8;
    std::vector<std::vector<float>> ratios(static_cast<std::size_t>(fit.excess.cols()));
    for (Index i = 0; i < fit.excess.rows(); ++i) {
        const auto& measured = fit.measured[static_cast<std::size_t>(i) % fit.measured.size()];
        Random random(77000 + static_cast<std::uint64_t>(i));
        for (int draw = 0; draw < draws; ++draw) {
            const VectorXd error = faults.draw(random);
            if (error.isZero(0.0)) continue;
            const auto opinion = fit.model.judge_excess(fit.excess.row(i).transpose() + error, measured, fit.doubt(i));
            for (Index k = 0; k < error.size(); ++k)
                if (measured.heard(k) && opinion.deviation(k) > 0.0)
                    ratios[static_cast<std::size_t>(k)].push_back(
                        static_cast<float>(std::abs(error(k) - opinion.error(k)) / opinion.deviation(k)));
        }
    }
    VectorXd scale(fit.excess.cols());
    for (Index k = 0; k < scale.size(); ++k) {
        auto& of_number = ratios[static_cast<std::size_t>(k)];
        scale(k) = of_number.empty() ? 1.0 : percentile(of_number, 0.9) / 1.645;
    }
    return scale;
}

}  // namespace

const ErrorPrior& error_prior(std::string_view head) {
    // A tone that is left alone is worth more than a fault of it that is found. Widths are told more surely, and
    // dynamics are what a master is made for.
    static const std::map<std::string, ErrorPrior, std::less<>> priors{
        {"tone", {list_of(bark_bands_hz), 1.5, true, 3.0, {0.0, 1.0, 2.0, 3.0, 4.0, 6.0}, 0.4}},
        {"width", {list_of(image_regions_hz), 3.0, false, 0.0, {0.0, 2.0, 3.0, 4.0, 6.0, 8.0}, 0.25}},
        {"dynamics", {std::vector<double>(5, 1.0), 0.0, false, 0.0, {0.0, 1.0, 2.0, 3.0, 4.0, 6.0}, 0.25}}};
    return priors.find(head)->second;
}

MatrixXd error_covariance(const ErrorPrior& prior) {
    const auto n = static_cast<Index>(prior.axis_hz.size());
    MatrixXd covariance = 0.5 * (MatrixXd::Identity(n, n) + MatrixXd::Ones(n, n));
    if (prior.length_octaves > 0.0)
        for (Index a = 0; a < n; ++a)
            for (Index b = 0; b < n; ++b) {
                const double lengths =
                    std::log2(prior.axis_hz[static_cast<std::size_t>(a)] / prior.axis_hz[static_cast<std::size_t>(b)]) /
                    prior.length_octaves;
                covariance(a, b) = std::exp(-0.5 * lengths * lengths);
            }
    if (!prior.is_centred) return covariance;
    const MatrixXd centring = MatrixXd::Identity(n, n) - MatrixXd::Constant(n, n, 1.0 / static_cast<double>(n));
    return centring * covariance * centring;
}

FaultDraws::FaultDraws(std::string_view head) : head_(head), sizes_db_(error_prior(head).sizes_db) {
    MatrixXd covariance = error_covariance(error_prior(head));
    covariance.diagonal().array() += 1e-6;
    root_ = covariance.llt().matrixL();
}

VectorXd FaultDraws::draw(Random& random) const {
    if (head_ == "tone") return draw_from_mixture(false, random).tone_db;
    if (head_ == "width") return draw_from_mixture(true, random).width_db;
    VectorXd error(root_.rows());
    for (Index k = 0; k < error.size(); ++k) error(k) = normal(random);
    return sizes_db_[random.bits() % sizes_db_.size()] * (root_ * error);
}

FaultFit fit_faults(const ModelHead& head, std::span<const Example> examples, const FeatureTable& table,
                    const FaultFitOptions& options) {
    assert(examples.size() >= 10);
    const auto tracks = static_cast<Index>(examples.size());
    const Index n = tracks + table.spoiled.rows();
    const auto& prior = error_prior(head.name);
    const auto numbers = static_cast<Index>(prior.axis_hz.size());
    FaultFit fit;
    MatrixXd features(n, table.standardized.cols());
    features.topRows(tracks) = table.standardized;
    features.bottomRows(table.spoiled.rows()) = table.spoiled;
    MatrixXd values(n, numbers);
    Known known(n, numbers);
    for (const auto& example : examples) fit.measured.push_back(head.measure(example.analysis));
    auto group = options.group.empty() ? table.artist : options.group;
    for (Index i = 0; i < n; ++i) {
        const auto& measured = fit.measured[static_cast<std::size_t>(i % tracks)];
        values.row(i) = measured.values.transpose();
        known.row(i) = measured.heard.transpose();
        if (i >= tracks) group.push_back(group[static_cast<std::size_t>(i - tracks)]);
    }
    auto shape = options.shape;
    for (const auto& blind : head.blind_groups) shape.group_weights[blind] = 0.0;
    if (options.is_plain)
        for (const auto& each : feature_schema().groups) shape.group_weights[each.name] = 0.0;
    if (options.weigh_groups)
        shape.group_weights = weighed_groups(shape.group_weights, features.topRows(tracks), values.topRows(tracks),
                                             known.topRows(tracks), std::span(group).first(examples.size()));
    fit.group_weights = shape.group_weights;

    const MatrixXd nothing = MatrixXd::Zero(n, n);
    const MatrixXd kernel = options.is_plain ? nothing : kernel_of(features, shape);
    // Without features only the offset is left, whose scale is that of any kernel.
    const auto fit_values = [&](double ridge, bool is_robust) {
        if (!options.is_plain) return regress(kernel, values, known, group, ridge, is_robust);
        return regress(1e-9 * MatrixXd::Identity(n, n), values, known, group, 1e-9, is_robust);
    };
    Regression best;
    for (const double ridge : ridges) {
        if (options.ridge > 0.0 && ridge != options.ridge) continue;
        auto regression = fit_values(ridge, true);
        const double rms = regression.rms(known);
        if (fit.ridge == 0.0 || rms < fit.left_over) {
            best = std::move(regression);
            fit.ridge = ridge;
            fit.left_over = rms;
        }
        if (options.is_plain) break;
    }
    fit.excess = best.left_over;
    {
        double sum = 0.0;
        double count = 0.0;
        for (Index i = 0; i < n; ++i)
            for (Index k = 0; k < numbers; ++k)
                if (known(i, k)) {
                    sum += std::pow(values(i, k) - best.mean(k), 2.0);
                    count += 1.0;
                }
        fit.mean_only = std::sqrt(sum / count);
    }

    FaultModel::Parts parts;
    const VectorXd weights = feature_weights(shape.group_weights);
    parts.mean = best.mean;
    parts.weights = MatrixXd::Zero(weights.size(), numbers);
    parts.doubt_weights = VectorXd::Zero(weights.size());
    parts.network_scale = VectorXd::Zero(weights.size());
    parts.network_weights = MatrixXd::Zero(hidden_units, numbers);
    if (shape.kind != KernelShape::Kind::radial && !options.is_plain) {
        parts.weights = weights.asDiagonal() * (features.transpose() * best.coefficients);
        parts.mean += best.offset * best.coefficients.colwise().sum().transpose();
    }
    if (shape.kind == KernelShape::Kind::network && !options.is_plain) {
        parts.network_scale = network_scale(weights);
        parts.network_weights = network_weights(features, weights, best.coefficients);
    }
    parts.error_shape = error_covariance(prior);
    const auto sizes = static_cast<Index>(prior.sizes_db.size());
    parts.error_sizes_db = Eigen::Map<const VectorXd>(prior.sizes_db.data(), sizes);
    parts.priors = VectorXd::Constant(sizes, (1.0 - prior.clean_share) / static_cast<double>(sizes - 1));
    parts.priors(0) = prior.clean_share;
    parts.free_level_db = prior.free_level_db;

    // How large what is left over is, against the features.
    fit.doubt = VectorXd::Zero(n);
    parts.spread = covariance_of(fit.excess, known, fit.doubt);
    MatrixXd logarithm(n, 1);
    for (Index i = 0; i < n; ++i) {
        double sum = 0.0;
        double count = 1e-9;
        for (Index k = 0; k < numbers; ++k)
            if (known(i, k)) {
                sum += fit.excess(i, k) * fit.excess(i, k) / parts.spread(k, k);
                count += 1.0;
            }
        logarithm(i, 0) = std::log(std::max(0.05, sum / count));
    }
    if (!options.is_plain) {
        const auto doubts = regress(kernel_of(features, {KernelShape::Kind::linear, shape.group_weights}), logarithm,
                                    Known::Constant(n, 1, true), group, doubt_ridge, false);
        fit.doubt = (logarithm - doubts.left_over).col(0);
        const double excess = centre_doubts(fit.doubt);
        fit.doubt = fit.doubt.cwiseMax(-1.6).cwiseMin(1.6);
        parts.doubt_weights = weights.asDiagonal() * (features.transpose() * doubts.coefficients.col(0));
        parts.doubt_mean = doubts.mean(0) + doubts.offset * doubts.coefficients.col(0).sum() - excess;
        parts.spread = covariance_of(fit.excess, known, fit.doubt);
    }
    parts.deviation_scale = VectorXd::Ones(numbers);
    fit.model = FaultModel(parts);
    parts.deviation_scale = deviation_scale(fit, FaultDraws(head.name));
    fit.model = FaultModel(std::move(parts));
    return fit;
}

}  // namespace burnish::training
