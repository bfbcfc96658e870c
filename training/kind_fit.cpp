#include "training/kind_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <limits>

#include "core/random.h"

namespace burnish::training {

namespace {

constexpr std::size_t kind_count = 120;
constexpr std::size_t voices_per_kind = 4;
constexpr int rounds = 25;
constexpr int passes = 12;
constexpr double line_ridge = 2.0;  // songs' worth of no correction
/// Kinds may differ from the line by some LU before that costs as much as a song.
constexpr double kind_ridge = 0.075;
constexpr double steady = 1e-6;  // kinds that lie on each other

struct Point {
    VoiceFeatures at;
    double weight;
};

double distance(const VoiceFeatures& a, const VoiceFeatures& b) {
    double square = 0.0;
    for (std::size_t k = 0; k < voice_feature_count; ++k) square += (a[k] - b[k]) * (a[k] - b[k]);
    return square;
}

/// Centres that the points lie around, in weighted squares; from points drawn by their weight.
/// Source: Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28(2), 1982.
std::vector<VoiceFeatures> centres_of(const std::vector<Point>& points, std::size_t count) {
    std::vector<VoiceFeatures> centres;
    if (count == 0) return centres;
    Random random(20);
    std::vector<double> left;
    left.reserve(points.size());
    for (const auto& point : points) left.push_back(point.weight);
    while (centres.size() < count) {
        double sum = 0.0;
        for (const double weight : left) sum += weight;
        double mark = random.uniform(0.0, sum);
        std::size_t chosen = 0;
        while (chosen + 1 < left.size() && (left[chosen] == 0.0 || mark >= left[chosen])) mark -= left[chosen++];
        left[chosen] = 0.0;
        centres.push_back(points[chosen].at);
    }
    for (int round = 0; round < rounds; ++round) {
        std::vector<VoiceFeatures> sums(count, VoiceFeatures{});
        std::vector<double> weights(count);
        for (const auto& point : points) {
            std::size_t nearest = 0;
            double least = std::numeric_limits<double>::max();
            for (std::size_t c = 0; c < count; ++c)
                if (const double far = distance(point.at, centres[c]); far < least) least = far, nearest = c;
            for (std::size_t k = 0; k < voice_feature_count; ++k) sums[nearest][k] += point.weight * point.at[k];
            weights[nearest] += point.weight;
        }
        for (std::size_t c = 0; c < count; ++c)
            if (weights[c] > 0.0)
                for (std::size_t k = 0; k < voice_feature_count; ++k) centres[c][k] = sums[c][k] / weights[c];
    }
    return centres;
}

}  // namespace

BalanceModel fit_kinds(std::span<const KindLesson> lessons, const FeatureWeights& line, double usual_miss_lu) {
    BalanceModel model;
    static_cast<FeatureWeights&>(model) = line;
    std::vector<Point> points;
    points.reserve(lessons.size());
    for (const auto& lesson : lessons) points.push_back({line.standardized(lesson.features), lesson.weight});
    const auto centres = centres_of(points, std::min(kind_count, lessons.size() / voices_per_kind));

    constexpr auto numbers = static_cast<Eigen::Index>(voice_feature_count);
    const auto kinds = static_cast<Eigen::Index>(centres.size());
    const auto rows = static_cast<Eigen::Index>(lessons.size());
    Eigen::MatrixXd known(rows, numbers + kinds);
    Eigen::VectorXd wanted(rows);
    for (Eigen::Index i = 0; i < rows; ++i) {
        const auto& point = points[static_cast<std::size_t>(i)];
        for (Eigen::Index k = 0; k < numbers; ++k) known(i, k) = point.at[static_cast<std::size_t>(k)];
        for (Eigen::Index c = 0; c < kinds; ++c)
            known(i, numbers + c) = likeness_to_kind(point.at, centres[static_cast<std::size_t>(c)]);
        wanted(i) = lessons[static_cast<std::size_t>(i)].missed_lu;
    }
    // Smooth is cheap: the cost of the kinds is that of the surface they make together.
    Eigen::MatrixXd cost = Eigen::MatrixXd::Zero(numbers + kinds, numbers + kinds);
    cost.topLeftCorner(numbers, numbers).diagonal().setConstant(line_ridge);
    for (Eigen::Index a = 0; a < kinds; ++a)
        for (Eigen::Index b = 0; b < kinds; ++b)
            cost(numbers + a, numbers + b) = kind_ridge * (likeness_to_kind(centres[static_cast<std::size_t>(a)],
                                                                            centres[static_cast<std::size_t>(b)]) +
                                                           (a == b ? steady : 0.0));
    Eigen::VectorXd solution = Eigen::VectorXd::Zero(numbers + kinds);
    for (int pass = 0; pass < passes; ++pass) {
        Eigen::VectorXd weights(rows);
        const Eigen::VectorXd left = (wanted - known * solution).cwiseAbs();
        for (Eigen::Index i = 0; i < rows; ++i)
            weights(i) = lessons[static_cast<std::size_t>(i)].weight *
                         (pass == 0 ? 1.0 : usual_miss_lu / std::max(left(i), usual_miss_lu));
        const Eigen::MatrixXd normal = cost + known.transpose() * weights.asDiagonal() * known;
        solution = normal.ldlt().solve(known.transpose() * (weights.asDiagonal() * wanted));
    }
    for (Eigen::Index k = 0; k < numbers; ++k) model.weights[static_cast<std::size_t>(k)] = solution(k);
    for (Eigen::Index c = 0; c < kinds; ++c)
        model.kinds.push_back({centres[static_cast<std::size_t>(c)], solution(numbers + c)});
    return model;
}

}  // namespace burnish::training
