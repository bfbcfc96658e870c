#include "mastering/tone_model.h"

#include <algorithm>
#include <cmath>

#include "core/fingerprint.h"

namespace burnish {

namespace {

constexpr std::string_view format_name = "burnish-tone-1";

Tensor tensor_of(const Eigen::MatrixXd& matrix) {
    Tensor tensor{{static_cast<int>(matrix.rows()), static_cast<int>(matrix.cols())}, {}};
    for (Eigen::Index row = 0; row < matrix.rows(); ++row)
        for (Eigen::Index column = 0; column < matrix.cols(); ++column)
            tensor.values.push_back(static_cast<float>(matrix(row, column)));
    return tensor;
}

Tensor tensor_of(const std::vector<double>& numbers) {
    return {{static_cast<int>(numbers.size()), 1}, {numbers.begin(), numbers.end()}};
}

std::vector<double> numbers_of(const Eigen::MatrixXd& column) { return {column.data(), column.data() + column.size()}; }

bool is_covariance(const Eigen::MatrixXd& matrix) {
    const double asymmetry = (matrix - matrix.transpose()).cwiseAbs().maxCoeff();
    return asymmetry <= 1e-3 * matrix.cwiseAbs().maxCoeff() &&
           Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(matrix).eigenvalues().minCoeff() > -1e-2;
}

}  // namespace

ToneModel::ToneModel(Parts parts) : parts_(std::move(parts)) {
    for (std::size_t i = 0; i < parts_.error_sizes_db.size(); ++i) {
        const Eigen::MatrixXd error = parts_.error_sizes_db[i] * parts_.error_sizes_db[i] * parts_.error_shape;
        const Eigen::MatrixXd departure = parts_.spread + error;
        const Eigen::LLT<Eigen::MatrixXd> factor(departure);
        Hypothesis hypothesis;
        hypothesis.inverse = factor.solve(Eigen::MatrixXd::Identity(tone_bands, tone_bands));
        hypothesis.gain = error * hypothesis.inverse;
        hypothesis.covariance = error - hypothesis.gain * error;
        const Eigen::MatrixXd lower = factor.matrixL();
        hypothesis.log_prior = std::log(parts_.priors[i]) - lower.diagonal().array().log().sum();
        hypotheses_.push_back(std::move(hypothesis));
    }
}

Result<ToneModel> ToneModel::from(std::string_view where, const ModelFile& file) {
    const auto problem = [&](const std::string& text) {
        return Error{ErrorCode::usage, std::string(where) + ": " + text};
    };
    const auto text_of = [&](const std::string& key) {
        const auto found = file.metadata.find(key);
        return found == file.metadata.end() ? std::string("none") : found->second;
    };
    if (text_of("format") != format_name)
        return problem("format " + text_of("format") + " found, " + std::string(format_name) + " expected");
    const auto fingerprint = hexadecimal(tone_schema().fingerprint());
    if (text_of("features") != fingerprint)
        return problem("made for features " + text_of("features") + ", this version has " + fingerprint);

    std::string missing;
    const auto matrix = [&](const std::string& name, Eigen::Index rows, Eigen::Index columns) {
        Eigen::MatrixXd read = Eigen::MatrixXd::Zero(rows, columns);
        const auto found = file.tensors.find(name);
        if (found == file.tensors.end() || found->second.shape.size() != 2 || found->second.shape[0] != rows ||
            found->second.shape[1] != columns) {
            missing = name;
            return read;
        }
        for (Eigen::Index row = 0; row < rows; ++row)
            for (Eigen::Index column = 0; column < columns; ++column)
                read(row, column) = found->second.values[static_cast<std::size_t>(row * columns + column)];
        return read;
    };
    const auto sizes_found = file.tensors.find("error_sizes_db");
    const Eigen::Index sizes =
        sizes_found == file.tensors.end()
            ? 1
            : std::clamp<Eigen::Index>(static_cast<Eigen::Index>(sizes_found->second.values.size()), 1, 16);
    const int features = tone_schema().size();
    Parts parts;
    parts.feature_centre = matrix("feature_centre", features, 1);
    parts.feature_scale = matrix("feature_scale", features, 1);
    parts.tone_mean = matrix("tone_mean", tone_bands, 1);
    parts.weights = matrix("weights", features, tone_bands);
    parts.spread = matrix("spread", tone_bands, tone_bands);
    parts.error_shape = matrix("error_shape", tone_bands, tone_bands);
    parts.error_sizes_db = numbers_of(matrix("error_sizes_db", sizes, 1));
    parts.priors = numbers_of(matrix("priors", sizes, 1));
    const Eigen::MatrixXd scalars = matrix("scalars", 3, 1);
    if (!missing.empty()) return problem("tensor \"" + missing + "\" is missing or has another shape");
    parts.degrees_of_freedom = scalars(0);
    parts.usual_strangeness = scalars(1);
    parts.most_strangeness = scalars(2);
    const bool sound = parts.feature_scale.minCoeff() > 0.0 && parts.degrees_of_freedom > 1.0 &&
                       parts.most_strangeness > parts.usual_strangeness && parts.usual_strangeness > 0.0 &&
                       std::ranges::all_of(parts.priors, [](double prior) { return prior > 0.0 && prior <= 1.0; }) &&
                       is_covariance(parts.spread) && is_covariance(parts.error_shape) &&
                       Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(parts.spread).eigenvalues().minCoeff() > 1e-4;
    if (!sound) return problem("its numbers contradict each other: scales, priors or covariances are out of range");
    return ToneModel(std::move(parts));
}

ModelFile ToneModel::file() const {
    ModelFile file;
    file.metadata = {{"format", std::string(format_name)},
                     {"features", hexadecimal(tone_schema().fingerprint())},
                     {"licence", "MIT"}};
    file.tensors = {{"feature_centre", tensor_of(parts_.feature_centre)},
                    {"feature_scale", tensor_of(parts_.feature_scale)},
                    {"tone_mean", tensor_of(parts_.tone_mean)},
                    {"weights", tensor_of(parts_.weights)},
                    {"spread", tensor_of(parts_.spread)},
                    {"error_shape", tensor_of(parts_.error_shape)},
                    {"error_sizes_db", tensor_of(parts_.error_sizes_db)},
                    {"priors", tensor_of(parts_.priors)},
                    {"scalars", tensor_of(std::vector<double>{parts_.degrees_of_freedom, parts_.usual_strangeness,
                                                              parts_.most_strangeness})}};
    return file;
}

Eigen::VectorXd ToneModel::standardized(const std::vector<double>& features) const {
    const Eigen::VectorXd raw =
        Eigen::Map<const Eigen::VectorXd>(features.data(), static_cast<Eigen::Index>(features.size()));
    return ((raw - parts_.feature_centre).array() / parts_.feature_scale.array()).max(-4.0).min(4.0);
}

Eigen::VectorXd ToneModel::expected(const std::vector<double>& features) const {
    return parts_.tone_mean + parts_.weights.transpose() * standardized(features);
}

ToneModel::Posterior ToneModel::posterior(const Eigen::VectorXd& excess_db) const {
    const double freedom = parts_.degrees_of_freedom;
    std::vector<double> log_weight;
    for (const auto& hypothesis : hypotheses_) {
        const double distance = excess_db.dot(hypothesis.inverse * excess_db);
        log_weight.push_back(hypothesis.log_prior - 0.5 * (freedom + tone_bands) * std::log1p(distance / freedom));
    }
    const double largest = *std::ranges::max_element(log_weight);
    double sum = 0.0;
    for (double& weight : log_weight) sum += weight = std::exp(weight - largest);

    Posterior posterior{Eigen::VectorXd::Zero(tone_bands), Eigen::VectorXd::Zero(tone_bands), log_weight[0] / sum};
    Eigen::ArrayXd square = Eigen::ArrayXd::Zero(tone_bands);
    for (std::size_t i = 0; i < hypotheses_.size(); ++i) {
        const Eigen::VectorXd mean = hypotheses_[i].gain * excess_db;
        const double share = log_weight[i] / sum;
        posterior.error_db += share * mean;
        square += share * (mean.array().square() + hypotheses_[i].covariance.diagonal().array().max(0.0));
    }
    posterior.deviation_db = (square - posterior.error_db.array().square()).max(0.0).sqrt();
    return posterior;
}

ToneOpinion ToneModel::judge(const TrackAnalysis& track) const {
    const auto features = tone_features(track);
    const auto tone = tone_of(track);
    Eigen::VectorXd excess = Eigen::Map<const Eigen::VectorXd>(tone.data(), tone_bands) - expected(features);
    excess.array() -= excess.mean();
    const auto fault = posterior(excess);

    ToneOpinion opinion;
    for (int b = 0; b < tone_bands; ++b) {
        opinion.excess_db[b] = excess(b);
        opinion.error_db[b] = fault.error_db(b);
        opinion.deviation_db[b] = fault.deviation_db(b);
    }
    opinion.clean_probability = fault.clean_probability;
    opinion.strangeness = standardized(features).squaredNorm() / static_cast<double>(features.size());
    opinion.trust = std::clamp(
        (parts_.most_strangeness - opinion.strangeness) / (parts_.most_strangeness - parts_.usual_strangeness), 0.25,
        1.0);
    return opinion;
}

}  // namespace burnish
