#include "training/ladder.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "analysis/statistics.h"
#include "core/random.h"

namespace burnish::training {

namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int errors_per_track = 8;
constexpr double harm_db = 0.25;
constexpr int resamples = 1000;

double normal(Random& random) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * random.uniform());
}

VectorXd smooth_error(Random& random) {
    const double length_octaves = random.uniform(1.0, 2.0);
    MatrixXd covariance(tone_bands, tone_bands);
    for (int a = 0; a < tone_bands; ++a)
        for (int b = 0; b < tone_bands; ++b) {
            const double octaves =
                std::log2(bark_bands_hz[static_cast<std::size_t>(a)] / bark_bands_hz[static_cast<std::size_t>(b)]);
            covariance(a, b) =
                std::exp(-0.5 * octaves * octaves / (length_octaves * length_octaves)) + (a == b ? 1e-6 : 0);
        }
    VectorXd white(tone_bands);
    for (int b = 0; b < tone_bands; ++b) white(b) = normal(random);
    VectorXd error = MatrixXd(covariance.llt().matrixL()) * white;
    error.array() -= error.mean();
    return error;
}

double size_of(VectorXd error) {
    error.array() -= error.mean();
    return error.cwiseAbs().mean();
}

}  // namespace

LadderCell climb(const LadderRow& row, std::span<const Example> examples, double size_db) {
    std::vector<float> left;
    std::map<std::string, std::vector<double>> by_artist;
    double before_sum = 0.0;
    int harmed = 0;
    for (std::size_t i = 0; i < examples.size(); ++i) {
        const VectorXd tone = Eigen::Map<const VectorXd>(examples[i].tone.data(), tone_bands);
        // The same errors for every row: the generator is that of the track.
        Random random(1000 + i);
        for (int draw = 0; draw < errors_per_track; ++draw) {
            const VectorXd error = size_db * smooth_error(random);
            const double before_db = size_of(error);
            const double after_db = size_of(error + row.correct(examples[i], tone + error));
            before_sum += before_db;
            harmed += after_db > before_db + harm_db ? 1 : 0;
            left.push_back(static_cast<float>(after_db));
            by_artist[examples[i].row.artist].push_back(after_db);
        }
    }
    LadderCell cell;
    if (left.empty()) return cell;
    const auto n = static_cast<double>(left.size());
    for (const float db : left) cell.residual_db += db / n;
    cell.reduction = before_sum > 0.0 ? 1.0 - cell.residual_db * n / before_sum : 0.0;
    cell.harm_rate = harmed / n;

    std::vector<std::pair<double, double>> clusters;  // sum, count
    for (const auto& [artist, values] : by_artist) {
        double sum = 0.0;
        for (const double value : values) sum += value;
        clusters.emplace_back(sum, static_cast<double>(values.size()));
    }
    Random random(1);
    std::vector<float> means;
    for (int resample = 0; resample < resamples; ++resample) {
        double sum = 0.0, count = 0.0;
        for (std::size_t k = 0; k < clusters.size(); ++k) {
            const auto& [cluster_sum, cluster_count] = clusters[random.bits() % clusters.size()];
            sum += cluster_sum;
            count += cluster_count;
        }
        means.push_back(static_cast<float>(sum / count));
    }
    cell.low_db = percentile(means, 0.025);
    cell.high_db = percentile(means, 0.975);
    cell.median_db = percentile(left, 0.5);
    cell.p95_db = percentile(left, 0.95);
    return cell;
}

}  // namespace burnish::training
