#include "training/feature_table.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/statistics.h"

namespace burnish::training {

using Eigen::Index;

std::vector<int> numbered(std::span<const Example> examples, std::string TrackRow::*name) {
    std::map<std::string, int> known;
    std::vector<int> numbers;
    for (const auto& example : examples)
        numbers.push_back(known.emplace(example.row.*name, static_cast<int>(known.size())).first->second);
    return numbers;
}

FeatureTable feature_table(std::span<const Example> examples) {
    const Index features = feature_schema().size();
    const auto n = static_cast<double>(examples.size());
    FeatureTable table{Eigen::VectorXd(features), Eigen::VectorXd(features), {}, Eigen::MatrixXd(0, features), {}};
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
    MasterModel::Parts scaling;
    scaling.feature_centre = table.centre;
    scaling.feature_scale = table.scale;
    const MasterModel scaler(scaling);
    table.standardized.resize(static_cast<Index>(examples.size()), features);
    const auto standardize = [&](const std::vector<double>& track, Eigen::MatrixXd& rows, Index i) {
        const auto row = scaler.standardized(track);
        rows.row(i) = row.transpose();
        return static_cast<float>(MasterModel::strangeness(row));
    };
    for (std::size_t i = 0; i < examples.size(); ++i)
        values[i] = standardize(examples[i].features, table.standardized, static_cast<Index>(i));
    if (std::ranges::all_of(examples, [](const Example& example) { return example.spoiled.has_value(); })) {
        table.spoiled.resize(table.standardized.rows(), features);
        // A fault alone must not make a track too strange to be helped.
        for (std::size_t i = 0; i < examples.size(); ++i)
            values.push_back(standardize(examples[i].spoiled->features, table.spoiled, static_cast<Index>(i)));
    }
    table.usual_strangeness = percentile(values, 0.90);
    table.most_strangeness = std::max(percentile(values, 0.99), table.usual_strangeness + 0.1);
    table.artist = numbered(examples, &TrackRow::artist);
    return table;
}

}  // namespace burnish::training
