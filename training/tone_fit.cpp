#include "training/tone_fit.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <map>
#include <numeric>

#include "analysis/statistics.h"

namespace burnish::training {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::array ridges{0.1, 0.3, 1.0, 3.0, 10.0};
constexpr double error_octaves = 1.5;
constexpr double degrees_of_freedom = 10.0;
constexpr double shrinkage = 0.05;       // of the covariance towards its diagonal
constexpr double least_variance = 0.05;  // dB^2, as the mean of a tone is always 0

MatrixXd tones_of(std::span<const Example> examples) {
    MatrixXd tones(static_cast<Index>(examples.size()), tone_bands);
    for (Index i = 0; i < tones.rows(); ++i)
        for (int b = 0; b < tone_bands; ++b)
            tones(i, b) = examples[static_cast<std::size_t>(i)].tone[static_cast<std::size_t>(b)];
    return tones;
}

/// Artists in turns, in the order in which they appear.
std::vector<int> folds_of(std::span<const Example> examples, int folds) {
    std::map<std::string, int> fold_of_artist;
    std::vector<int> fold;
    for (const auto& example : examples)
        fold.push_back(
            fold_of_artist.emplace(example.row.artist, static_cast<int>(fold_of_artist.size()) % folds).first->second);
    return fold;
}

/// Median, and half the distance between the 16th and the 84th percentile.
void centre_and_scale(std::span<const Example> examples, VectorXd& centre, VectorXd& scale) {
    std::vector<float> values(examples.size());
    for (Index f = 0; f < centre.size(); ++f) {
        double sum = 0.0, squares = 0.0;
        for (std::size_t i = 0; i < examples.size(); ++i) {
            const double value = examples[i].features[static_cast<std::size_t>(f)];
            values[i] = static_cast<float>(value);
            sum += value;
            squares += value * value;
        }
        const auto n = static_cast<double>(examples.size());
        const double deviation = std::sqrt(std::max(0.0, squares / n - (sum / n) * (sum / n)));
        centre(f) = static_cast<float>(percentile(values, 0.5));
        const double spread = 0.5 * (percentile(values, 0.84) - percentile(values, 0.16));
        // A number that hardly ever varies must not become huge when it does.
        const double usual = std::max(spread, 0.05 * deviation);
        scale(f) = static_cast<float>(usual > 1e-3 ? usual : 1.0);
    }
}

/// Ridge regression on some of the examples.
class Regression {
public:
    Regression(std::span<const Example> examples, const FitOptions& options) {
        const auto& schema = tone_schema();
        parts_.feature_centre = VectorXd::Zero(schema.size());
        parts_.feature_scale = VectorXd::Ones(schema.size());
        centre_and_scale(examples, parts_.feature_centre, parts_.feature_scale);
        parts_.spread = parts_.error_shape = MatrixXd::Identity(tone_bands, tone_bands);
        const MatrixXd features = standardized(examples);
        weighted_ = features;
        for (const auto& group : schema.groups) {
            const bool is_used = std::ranges::find(options.left_out, group.name) == options.left_out.end();
            weighted_.middleCols(group.first, group.count) *= is_used ? 1.0 / group.count : 0.0;
        }
        const MatrixXd tones = tones_of(examples);
        parts_.tone_mean = tones.colwise().mean().transpose();
        left_ = tones.rowwise() - parts_.tone_mean.transpose();
        kernel_ = weighted_ * features.transpose();
    }

    /// As many equations as examples: there are more features than those.
    void solve(double ridge) {
        const MatrixXd kernel = kernel_ + ridge * MatrixXd::Identity(left_.rows(), left_.rows());
        parts_.weights = weighted_.transpose() * kernel.llt().solve(left_);
    }

    [[nodiscard]] const ToneModel::Parts& parts() const noexcept { return parts_; }

    [[nodiscard]] MatrixXd standardized(std::span<const Example> examples) const {
        const ToneModel scaler(parts_);
        MatrixXd features(static_cast<Index>(examples.size()), parts_.feature_centre.size());
        for (Index i = 0; i < features.rows(); ++i)
            features.row(i) = scaler.standardized(examples[static_cast<std::size_t>(i)].features).transpose();
        return features;
    }

    [[nodiscard]] MatrixXd left_over(const MatrixXd& features, const MatrixXd& tones) const {
        return (tones - features * parts_.weights).rowwise() - parts_.tone_mean.transpose();
    }

private:
    ToneModel::Parts parts_;
    MatrixXd weighted_, left_, kernel_;
};

double rms(const MatrixXd& matrix) { return std::sqrt(matrix.squaredNorm() / static_cast<double>(matrix.size())); }

MatrixXd covariance_of(const MatrixXd& left_over) {
    const MatrixXd whole = left_over.transpose() * left_over / static_cast<double>(left_over.rows());
    const MatrixXd diagonal = whole.diagonal().asDiagonal();
    return (1.0 - shrinkage) * whole + shrinkage * diagonal +
           least_variance * MatrixXd::Identity(tone_bands, tone_bands);
}

/// Covariance of an error of 1 dB: a Gaussian process over log frequency, its mean taken away.
MatrixXd error_covariance() {
    MatrixXd smooth(tone_bands, tone_bands);
    for (int a = 0; a < tone_bands; ++a)
        for (int b = 0; b < tone_bands; ++b) {
            const double octaves =
                std::log2(bark_bands_hz[static_cast<std::size_t>(a)] / bark_bands_hz[static_cast<std::size_t>(b)]);
            smooth(a, b) = std::exp(-0.5 * (octaves / error_octaves) * (octaves / error_octaves));
        }
    const MatrixXd centred =
        MatrixXd::Identity(tone_bands, tone_bands) - MatrixXd::Constant(tone_bands, tone_bands, 1.0 / tone_bands);
    return centred * smooth * centred;
}

}  // namespace

ToneFit fit_tone(std::span<const Example> examples, const FitOptions& options) {
    assert(examples.size() >= 10);
    const auto fold = folds_of(examples, options.folds);
    std::array<MatrixXd, ridges.size()> left_over;
    double mean_only = 0.0;
    std::vector<double> strangeness;
    for (int f = 0; f < options.folds; ++f) {
        std::vector<Example> known, unknown;
        for (std::size_t i = 0; i < examples.size(); ++i) (fold[i] == f ? unknown : known).push_back(examples[i]);
        if (unknown.empty() || known.empty()) continue;
        Regression regression(known, options);
        const MatrixXd tones = tones_of(unknown);
        const MatrixXd features = regression.standardized(unknown);
        mean_only += (tones.rowwise() - regression.parts().tone_mean.transpose()).squaredNorm();
        for (Index i = 0; i < features.rows(); ++i)
            strangeness.push_back(features.row(i).squaredNorm() / static_cast<double>(features.cols()));
        for (std::size_t r = 0; r < ridges.size(); ++r) {
            regression.solve(ridges[r]);
            const Index before = left_over[r].rows();
            left_over[r].conservativeResize(before + tones.rows(), tone_bands);
            left_over[r].bottomRows(tones.rows()) = regression.left_over(features, tones);
        }
    }
    std::size_t best = 0;
    for (std::size_t r = 1; r < ridges.size(); ++r)
        if (rms(left_over[r]) < rms(left_over[best])) best = r;

    Regression whole(examples, options);
    whole.solve(ridges[best]);
    auto parts = whole.parts();
    parts.spread = covariance_of(left_over[best]);
    parts.error_shape = error_covariance();
    parts.error_sizes_db = {0.0, 1.0, 2.0, 3.0, 4.0, 6.0};
    const auto faults = static_cast<double>(parts.error_sizes_db.size() - 1);
    parts.priors.assign(parts.error_sizes_db.size(), (1.0 - options.clean_prior) / faults);
    parts.priors[0] = options.clean_prior;
    parts.degrees_of_freedom = degrees_of_freedom;
    std::vector<float> values(strangeness.begin(), strangeness.end());
    parts.usual_strangeness = percentile(values, 0.90);
    parts.most_strangeness = std::max(percentile(values, 0.99), parts.usual_strangeness + 0.1);
    const double mean_only_db = std::sqrt(mean_only / static_cast<double>(left_over[best].size()));
    return {ToneModel(std::move(parts)), ridges[best], mean_only_db, rms(left_over[best])};
}

}  // namespace burnish::training
