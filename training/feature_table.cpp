#include "training/feature_table.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>

#include "analysis/statistics.h"

namespace burnish::training {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

std::vector<int> numbered_by(std::span<const Example> examples,
                             const std::function<std::string(const TrackRow&)>& name_of) {
    std::map<std::string, int> known;
    std::vector<int> numbers;
    for (const auto& example : examples)
        numbers.push_back(known.emplace(name_of(example.row), static_cast<int>(known.size())).first->second);
    return numbers;
}

}  // namespace

std::vector<int> numbered(std::span<const Example> examples, std::string TrackRow::*name) {
    return numbered_by(examples, [name](const TrackRow& row) { return row.*name; });
}

std::vector<int> numbered_albums(std::span<const Example> examples) {
    return numbered_by(examples, [](const TrackRow& row) {
        if (!row.package.empty()) return row.package;
        return row.artist + "/" + std::filesystem::path(row.path).parent_path().string();
    });
}

namespace {

bool have_faults(std::span<const Example> examples) {
    return std::ranges::all_of(examples, [](const Example& example) { return example.spoiled.has_value(); });
}

/// Median of each feature, and half the distance from its 16th to its 84th percentile.
void scale_features(std::span<const Example> examples, FeatureTable& table) {
    const Index features = feature_schema().size();
    const auto n = static_cast<double>(examples.size());
    table.centre.resize(features);
    table.scale.resize(features);
    std::vector<float> values(examples.size());
    for (Index f = 0; f < features; ++f) {
        double sum = 0.0, squares = 0.0;
        for (std::size_t i = 0; i < examples.size(); ++i) {
            const double value = examples[i].features[static_cast<std::size_t>(f)];
            values[i] = static_cast<float>(value);
            sum += value;
            squares += value * value;
        }
        const double deviation = std::sqrt(std::max(0.0, squares / n - (sum / n) * (sum / n)));
        table.centre(f) = static_cast<float>(percentile(values, 0.5));
        const double spread = 0.5 * (percentile(values, 0.84) - percentile(values, 0.16));
        // A number that hardly ever varies must not become huge when it does.
        const double usual = std::max(spread, 0.05 * deviation);
        table.scale(f) = static_cast<float>(usual > 1e-3 ? usual : 1.0);
    }
}

/// Mean of each number of the balance over the tracks in which it is heard.
VectorXd mean_balance(std::span<const Example> examples) {
    VectorXd sum = VectorXd::Zero(tone_bands + image_regions);
    VectorXd count = VectorXd::Constant(sum.size(), 1e-9);
    for (const auto& example : examples) {
        const auto balance = balance_of(example.analysis);
        sum += balance.heard.select(balance.values.array(), 0.0).matrix();
        count += balance.heard.cast<double>().matrix();
    }
    return (sum.array() / count.array()).cast<float>().cast<double>();
}

MasterModel scaler_of(const FeatureTable& table) {
    MasterModel::Parts parts;
    parts.feature_centre = table.centre;
    parts.feature_scale = table.scale;
    parts.balance_centre = table.balance_centre;
    parts.sway = table.sway;
    return MasterModel(std::move(parts));
}

/// What a dB of each number of the balance moves the features by, from what the faults moved.
MatrixXd sway_of(std::span<const Example> examples, const FeatureTable& table) {
    constexpr double ridge = 30.0;  // dB^2, of some hundred tracks with faults of 3 to 6 dB
    const Index numbers = table.balance_centre.size();
    if (!have_faults(examples)) return MatrixXd::Zero(table.centre.size(), numbers);
    const auto scaler = scaler_of(table);
    MatrixXd squares = ridge * MatrixXd::Identity(numbers, numbers);
    MatrixXd products = MatrixXd::Zero(table.centre.size(), numbers);
    for (const auto& [row, analysis, features, spoiled] : examples) {
        const auto before = balance_of(analysis);
        const auto after = balance_of(spoiled->analysis);
        const VectorXd put_in = (before.heard && after.heard).select((after.values - before.values).array(), 0.0);
        const VectorXd moved = scaler.standardized(spoiled->features, after) - scaler.standardized(features, before);
        squares += put_in * put_in.transpose();
        products += moved * put_in.transpose();
    }
    return squares.ldlt().solve(products.transpose()).transpose().cast<float>().cast<double>();
}

}  // namespace

FeatureTable feature_table(std::span<const Example> examples) {
    FeatureTable table;
    scale_features(examples, table);
    table.balance_centre = mean_balance(examples);
    table.sway = MatrixXd::Zero(table.centre.size(), table.balance_centre.size());
    table.sway = sway_of(examples, table);

    const auto scaler = scaler_of(table);
    std::vector<float> strangeness;
    const auto standardize = [&](const auto& track, MatrixXd& rows, Index i) {
        const auto row = scaler.standardized(track.features, balance_of(track.analysis));
        rows.row(i) = row.transpose();
        strangeness.push_back(static_cast<float>(MasterModel::strangeness(row)));
    };
    const auto n = static_cast<Index>(examples.size());
    table.standardized.resize(n, table.centre.size());
    table.spoiled.resize(have_faults(examples) ? n : 0, table.centre.size());
    for (Index i = 0; i < n; ++i) {
        const auto& example = examples[static_cast<std::size_t>(i)];
        standardize(example, table.standardized, i);
        // A fault alone must not make a track too strange to be helped.
        if (table.spoiled.rows() > 0) standardize(*example.spoiled, table.spoiled, i);
    }
    for (const auto& example : examples) table.cutoffs_hz.push_back(example.analysis.codec_cutoff_hz);
    for (Index i = 0; i < table.spoiled.rows(); ++i)
        table.cutoffs_hz.push_back(examples[static_cast<std::size_t>(i)].spoiled->analysis.codec_cutoff_hz);
    table.usual_strangeness = percentile(strangeness, 0.90);
    table.most_strangeness = std::max(percentile(strangeness, 0.99), table.usual_strangeness + 0.1);
    table.artist = numbered(examples, &TrackRow::artist);
    return table;
}

}  // namespace burnish::training
