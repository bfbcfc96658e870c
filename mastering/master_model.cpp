#include "mastering/master_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>

#include "core/fingerprint.h"
#include "mastering/chain.h"
#include "mastering/hidden_layer.h"
#include "mastering/judged_stages.h"

namespace burnish {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::string_view format_name = "burnish-master-4";
constexpr int most_sizes = 16;
constexpr int most_genres = 64;

Tensor tensor_of(const MatrixXd& matrix) {
    Tensor tensor{{static_cast<int>(matrix.rows()), static_cast<int>(matrix.cols())}, {}};
    tensor.values.reserve(static_cast<std::size_t>(matrix.size()));
    for (Index row = 0; row < matrix.rows(); ++row)
        for (Index column = 0; column < matrix.cols(); ++column)
            tensor.values.push_back(static_cast<float>(matrix(row, column)));
    return tensor;
}

/// Takes tensors out of a file and keeps the name of the first that is missing, misshapen or of absurd numbers.
class TensorReader {
public:
    explicit TensorReader(const ModelFile& file) : file_(file) {}

    MatrixXd matrix(const std::string& name, Index rows, Index columns) {
        MatrixXd read = MatrixXd::Zero(rows, columns);
        const auto found = file_.tensors.find(name);
        if (found == file_.tensors.end() || found->second.shape.size() != 2 || found->second.shape[0] != rows ||
            found->second.shape[1] != columns) {
            if (problem_.empty()) problem_ = name;
            return read;
        }
        for (Index row = 0; row < rows; ++row)
            for (Index column = 0; column < columns; ++column)
                read(row, column) = found->second.values[static_cast<std::size_t>(row * columns + column)];
        // Far beyond any fit, and far from where a product of them would leave single precision.
        constexpr double most = 1e6;
        if (problem_.empty() && read.size() > 0 && read.cwiseAbs().maxCoeff() > most) problem_ = name;
        return read;
    }
    /// Rows of a tensor, within reason.
    [[nodiscard]] Index rows(const std::string& name, Index most) const {
        const auto found = file_.tensors.find(name);
        if (found == file_.tensors.end() || found->second.shape.empty()) return 1;
        return std::clamp<Index>(found->second.shape[0], 1, most);
    }
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    const ModelFile& file_;
    std::string problem_;
};

/// The single numbers of a FaultModel, in the order of the file.
constexpr auto fault_scalars = std::to_array<double FaultModel::Parts::*>(
    {&FaultModel::Parts::degrees_of_freedom, &FaultModel::Parts::free_level_db, &FaultModel::Parts::doubt_mean});

void write_fault_model(const std::string& name, const FaultModel& model, Index genres, ModelFile& file) {
    const auto& parts = model.parts();
    VectorXd scalars(fault_scalars.size());
    for (std::size_t i = 0; i < fault_scalars.size(); ++i) scalars(static_cast<Index>(i)) = parts.*fault_scalars[i];
    file.tensors[name + ".mean"] = tensor_of(parts.mean);
    file.tensors[name + ".weights"] = tensor_of(parts.weights);
    file.tensors[name + ".network_scale"] = tensor_of(parts.network_scale);
    file.tensors[name + ".network_weights"] = tensor_of(parts.network_weights);
    file.tensors[name + ".doubt_weights"] = tensor_of(parts.doubt_weights);
    file.tensors[name + ".deviation_scale"] = tensor_of(parts.deviation_scale);
    file.tensors[name + ".spread"] = tensor_of(parts.spread);
    file.tensors[name + ".error_shape"] = tensor_of(parts.error_shape);
    file.tensors[name + ".error_sizes_db"] = tensor_of(parts.error_sizes_db);
    file.tensors[name + ".priors"] = tensor_of(parts.priors);
    file.tensors[name + ".genre_weights"] =
        tensor_of(parts.genre_weights.rows() > 0 ? parts.genre_weights : MatrixXd::Zero(genres, model.size()));
    file.tensors[name + ".scalars"] = tensor_of(scalars);
}

FaultModel read_fault_model(const std::string& name, Index features, Index genres, Index numbers,
                            TensorReader& reader) {
    const Index sizes = reader.rows(name + ".error_sizes_db", most_sizes);
    FaultModel::Parts parts;
    parts.mean = reader.matrix(name + ".mean", numbers, 1);
    parts.weights = reader.matrix(name + ".weights", features, numbers);
    parts.network_scale = reader.matrix(name + ".network_scale", features, 1);
    parts.network_weights = reader.matrix(name + ".network_weights", hidden_units, numbers);
    parts.doubt_weights = reader.matrix(name + ".doubt_weights", features, 1);
    parts.deviation_scale = reader.matrix(name + ".deviation_scale", numbers, 1);
    parts.spread = reader.matrix(name + ".spread", numbers, numbers);
    parts.error_shape = reader.matrix(name + ".error_shape", numbers, numbers);
    parts.error_sizes_db = reader.matrix(name + ".error_sizes_db", sizes, 1);
    parts.priors = reader.matrix(name + ".priors", sizes, 1);
    parts.genre_weights = reader.matrix(name + ".genre_weights", genres, numbers);
    const MatrixXd scalars = reader.matrix(name + ".scalars", static_cast<Index>(fault_scalars.size()), 1);
    for (std::size_t i = 0; i < fault_scalars.size(); ++i) parts.*fault_scalars[i] = scalars(static_cast<Index>(i));
    return FaultModel(std::move(parts));
}

bool is_covariance(const MatrixXd& matrix, double least_eigenvalue) {
    const double asymmetry = (matrix - matrix.transpose()).cwiseAbs().maxCoeff();
    return asymmetry <= 1e-3 * matrix.cwiseAbs().maxCoeff() &&
           Eigen::SelfAdjointEigenSolver<MatrixXd>(matrix).eigenvalues().minCoeff() > least_eigenvalue;
}

bool is_sound(const FaultModel& model) {
    const auto& parts = model.parts();
    return parts.degrees_of_freedom > 1.0 && parts.free_level_db >= 0.0 && parts.deviation_scale.minCoeff() > 0.0 &&
           parts.error_sizes_db(0) == 0.0 && parts.error_sizes_db.minCoeff() >= 0.0 && parts.priors.minCoeff() > 0.0 &&
           parts.priors.maxCoeff() <= 1.0 && is_covariance(parts.spread, 1e-4) &&
           is_covariance(parts.error_shape, -1e-2);
}

/// Of names and ranges of all numbers that a model sets: one made for other blocks would set something else.
std::string chain_fingerprint() {
    std::ostringstream lines;
    for_each_parameter([&](const auto& stage, const auto& param) {
        if (std::ranges::find(judged_stages, stage.name) != judged_stages.end())
            lines << stage.name << '.' << param.name << ' ' << param.min << ' ' << param.max << '\n';
    });
    return hexadecimal(fingerprint(lines.str()));
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::istringstream stream(text);
    for (std::string word; stream >> word && words.size() < most_genres;) words.push_back(word);
    return words;
}

}  // namespace

VectorXd GenreModel::posterior(const VectorXd& features) const {
    const VectorXd score = bias + weights.transpose() * features;
    const VectorXd likely = (score.array() - score.maxCoeff()).exp();
    return likely / likely.sum();
}

const std::vector<ModelHead>& model_heads() {
    static const std::vector<ModelHead> heads{{"tone", tone_of, &MasterModel::Parts::tone, {}},
                                              {"width", width_of, &MasterModel::Parts::width, {}},
                                              {"dynamics",
                                               dynamics_of,
                                               &MasterModel::Parts::dynamics,
                                               {"spread of levels", "onsets and decays", "modulation",
                                                "brightness over loudness", "tones, hits and noise", "movement"}}};
    return heads;
}

Result<MasterModel> MasterModel::from(std::string_view where, const ModelFile& file) {
    const auto problem = [&](const std::string& text) {
        return Error{ErrorCode::usage, std::string(where) + ": " + text};
    };
    const auto text_of = [&](const std::string& key) {
        const auto found = file.metadata.find(key);
        return found == file.metadata.end() ? std::string("none") : found->second;
    };
    if (text_of("format") != format_name)
        return problem("format " + text_of("format") + " found, " + std::string(format_name) + " expected");
    const auto schema = hexadecimal(feature_schema().fingerprint());
    if (text_of("features") != schema)
        return problem("made for features " + text_of("features") + ", this version has " + schema);

    const auto chain = chain_fingerprint();
    if (text_of("chain") != chain)
        return problem("made for a chain " + text_of("chain") + ", this version has " + chain);

    TensorReader reader(file);
    const Index features = feature_schema().size();
    Parts parts;
    parts.feature_centre = reader.matrix("feature_centre", features, 1);
    parts.feature_scale = reader.matrix("feature_scale", features, 1);
    const Index balance = tone_bands + image_regions;
    parts.balance_centre = reader.matrix("balance_centre", balance, 1);
    parts.sway = reader.matrix("sway", features, balance);
    const MatrixXd strangeness = reader.matrix("strangeness", 2, 1);
    parts.usual_strangeness = strangeness(0);
    parts.most_strangeness = strangeness(1);
    parts.genre.names = words_of(text_of("genres"));
    const auto genres = static_cast<Index>(parts.genre.names.size());
    if (genres == 0) return problem("no genres are named");
    for (const auto& head : model_heads())
        parts.*head.model =
            read_fault_model(std::string(head.name), features, genres, head.measure({}).values.size(), reader);
    parts.genre.weights = reader.matrix("genre.weights", features, genres);
    parts.genre.bias = reader.matrix("genre.bias", genres, 1);
    if (!reader.problem().empty())
        return problem("tensor \"" + reader.problem() + "\" is missing, has another shape or numbers beyond a million");
    const bool sound =
        parts.feature_scale.minCoeff() > 0.0 && parts.most_strangeness > parts.usual_strangeness &&
        parts.usual_strangeness > 0.0 &&
        std::ranges::all_of(model_heads(), [&](const ModelHead& head) { return is_sound(parts.*head.model); });
    if (!sound) return problem("its numbers contradict each other: scales, priors or covariances are out of range");
    return MasterModel(std::move(parts));
}

ModelFile MasterModel::file() const {
    std::string genres;
    for (const auto& name : parts_.genre.names) genres += (genres.empty() ? "" : " ") + name;
    ModelFile file;
    file.metadata = {{"format", std::string(format_name)},
                     {"features", hexadecimal(feature_schema().fingerprint())},
                     {"chain", chain_fingerprint()},
                     {"genres", genres},
                     {"licence", "MIT"}};
    file.tensors["feature_centre"] = tensor_of(parts_.feature_centre);
    file.tensors["feature_scale"] = tensor_of(parts_.feature_scale);
    file.tensors["balance_centre"] = tensor_of(parts_.balance_centre);
    file.tensors["sway"] = tensor_of(parts_.sway);
    file.tensors["strangeness"] = tensor_of(Eigen::Vector2d(parts_.usual_strangeness, parts_.most_strangeness));
    for (const auto& head : model_heads())
        write_fault_model(std::string(head.name), parts_.*head.model, static_cast<Index>(parts_.genre.names.size()),
                          file);
    file.tensors["genre.weights"] = tensor_of(parts_.genre.weights);
    file.tensors["genre.bias"] = tensor_of(parts_.genre.bias);
    return file;
}

VectorXd MasterModel::standardized(const std::vector<double>& features, const Measured& balance) const {
    constexpr double most = 4.0;
    const VectorXd raw = Eigen::Map<const VectorXd>(features.data(), static_cast<Index>(features.size()));
    const VectorXd scaled = ((raw - parts_.feature_centre).array() / parts_.feature_scale.array()).max(-most).min(most);
    const VectorXd departure = balance.heard.select((balance.values - parts_.balance_centre).array(), 0.0);
    return (scaled - parts_.sway * departure).cwiseMax(-most).cwiseMin(most);
}

VectorXd MasterModel::standardized(const TrackAnalysis& track) const {
    return standardized(track_features(track), balance_of(track));
}

double MasterModel::strangeness(const VectorXd& standardized) noexcept {
    return standardized.squaredNorm() / static_cast<double>(standardized.size());
}

double MasterModel::trust(const VectorXd& standardized, double codec_cutoff_hz) const noexcept {
    constexpr double least = 0.25;
    // MP3 at 128 kbit/s (16.5 kHz) hardly moves what is expected of a width, at 64 (11 kHz) by more than most faults
    // are.
    constexpr double spoilt_hz = 11000.0, sound_hz = 15000.0;
    const double strange = strangeness(standardized);
    if (strange > 1.5 * parts_.most_strangeness) return 0.0;
    const double beyond = (strange - parts_.usual_strangeness) / (parts_.most_strangeness - parts_.usual_strangeness);
    const double left = codec_cutoff_hz > 0.0 ? (codec_cutoff_hz - spoilt_hz) / (sound_hz - spoilt_hz) : 1.0;
    return std::clamp(1.0 - beyond, least, 1.0) * std::clamp(left, least, 1.0);
}

MasterModel::Expected MasterModel::expected(const VectorXd& standardized) const {
    const std::array heads{&parts_.tone, &parts_.width, &parts_.dynamics};
    Eigen::MatrixXf inputs(standardized.size(), static_cast<Index>(heads.size()));
    for (std::size_t head = 0; head < heads.size(); ++head)
        inputs.col(static_cast<Index>(head)) = heads[head]->network_input(standardized);
    const MatrixXd layers = hidden_layers(inputs);  // of all three at once
    return {heads[0]->expected(standardized, layers.col(0)), heads[1]->expected(standardized, layers.col(1)),
            heads[2]->expected(standardized, layers.col(2))};
}

MasterModel::Expected MasterModel::expected(const VectorXd& standardized, const VectorXd& shares) const {
    auto expected = this->expected(standardized);
    const VectorXd news = shares - parts_.genre.posterior(standardized);
    const auto add = [&](const FaultModel& model, VectorXd& numbers) {
        const auto& weights = model.parts().genre_weights;
        if (weights.rows() > 0) numbers += weights.transpose() * news;
    };
    add(parts_.tone, expected.tone);
    add(parts_.width, expected.width);
    add(parts_.dynamics, expected.dynamics);
    return expected;
}

std::optional<VectorXd> MasterModel::shares_of(std::span<const GenreShare> told) const {
    const auto& names = parts_.genre.names;
    VectorXd shares = VectorXd::Zero(static_cast<Index>(names.size()));
    for (const auto& [name, share] : told) {
        const auto found = std::ranges::find(names, name);
        if (found != names.end()) shares(found - names.begin()) += share;
    }
    const double sum = shares.sum();
    if (sum <= 0.0) return std::nullopt;
    return shares / sum;
}

std::vector<double> MasterModel::misfit(const VectorXd& standardized, const Expected& expected,
                                        const TrackAnalysis& track) const {
    const auto misfit_of = [&](const FaultModel& model, const VectorXd& usual, const Measured& measured) {
        if (!measured.heard.any()) return std::numeric_limits<double>::quiet_NaN();
        return model.judge_excess(measured.values - usual, measured, model.doubt(standardized)).misfit;
    };
    auto spreads = dynamics_of(track);
    spreads.heard(0) = false;  // the peak to loudness ratio
    return {misfit_of(parts_.tone, expected.tone, tone_of(track)),
            misfit_of(parts_.width, expected.width, width_of(track)),
            misfit_of(parts_.dynamics, expected.dynamics, spreads)};
}

}  // namespace burnish
