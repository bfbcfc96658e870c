#include "mixing/balance_model.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "mastering/json_document.h"
#include "mixing/model_json.h"
#include "mixing/panning.h"

namespace burnish {

namespace {

constexpr std::string_view balance_format = "burnish-balance-4";
constexpr std::string_view pan_format = "burnish-pan-1";
constexpr double most_correction_lu = 9.0;
constexpr double most_log_spread = 0.7;
/// How far a kind reaches: of 31 numbers that each may be off by one deviation, this is the usual distance at which it
/// counts half.
constexpr double kind_width = 4.0;
constexpr std::size_t most_kinds = 1000;

Result<std::vector<VoiceKind>> read_kinds(std::string_view where, const nlohmann::ordered_json& document) {
    const auto list = document.find("kinds");
    if (list == document.end() || !list->is_array() || list->size() > most_kinds)
        return Error{ErrorCode::internal, std::string(where) + ": \"kinds\": a list expected"};
    std::vector<VoiceKind> kinds;
    kinds.reserve(list->size());
    for (const auto& row : *list) {
        const auto weight = number_in(where, row, "weight_lu");
        if (!weight) return weight.error();
        const auto centre = numbers_in<voice_feature_count>(where, row, "centre");
        if (!centre) return centre.error();
        kinds.push_back({*centre, *weight});
    }
    return kinds;
}

}  // namespace

double likeness_to_kind(const VoiceFeatures& voice, const VoiceFeatures& centre) noexcept {
    double square = 0.0;
    for (std::size_t k = 0; k < voice_feature_count; ++k) {
        const double off = voice[k] - centre[k];
        square += off * off;
    }
    return std::exp(-square / (2.0 * kind_width * kind_width));
}

double BalanceModel::correction_lu(const VoiceFeatures& features) const noexcept {
    double sum = correction(features);
    const auto scaled = standardized(features);
    for (const auto& kind : kinds) sum += kind.weight_lu * likeness_to_kind(scaled, kind.centre);
    return sum;
}

double BalanceModel::relative_spread(const VoiceFeatures& features) const noexcept {
    return std::exp(std::clamp(spread.correction(features), -most_log_spread, most_log_spread));
}

std::string balance_model_json(const BalanceModel& model) {
    nlohmann::ordered_json json{{"format", balance_format}, {"spread_lu", model.spread_lu}};
    json["features"] = feature_weights_json(model);
    json["spread_features"] = feature_weights_json(model.spread);
    auto text = json.dump(2);
    // A line for each kind, where one for each number would be thousands.
    text.resize(text.rfind('\n'));
    text += ",\n  \"kinds\": [";
    for (const auto& kind : model.kinds) {
        const nlohmann::ordered_json row{{"weight_lu", kind.weight_lu}, {"centre", kind.centre}};
        text += (&kind == model.kinds.data() ? "\n    " : ",\n    ") + row.dump();
    }
    return text + "\n  ]\n}\n";
}

Result<BalanceModel> read_balance_model(std::string_view where, std::string_view json_text) {
    const auto document = read_document(where, json_text, balance_format);
    if (!document) return document.error();
    const auto weights = read_feature_weights(where, *document, "features");
    if (!weights) return weights.error();
    const auto spread_weights = read_feature_weights(where, *document, "spread_features");
    if (!spread_weights) return spread_weights.error();
    const auto spread = number_in(where, *document, "spread_lu");
    if (!spread) return spread.error();
    auto kinds = read_kinds(where, *document);
    if (!kinds) return kinds.error();
    BalanceModel model;
    static_cast<FeatureWeights&>(model) = *weights;
    model.spread_lu = *spread;
    model.spread = *spread_weights;
    model.kinds = *std::move(kinds);
    return model;
}

Result<BalanceModel> embedded_balance_model() {
    const auto text = embedded_mixing_model("balance");
    if (!text) return text.error();
    return read_balance_model("models/mixing/balance.json", *text);
}

std::vector<Expectation> expected_by_model(const std::vector<Voice>& voices, const BalanceModel& model) {
    auto expected = expected_by_rules(voices);
    if (model.spread_lu <= 0.0) return expected;
    const auto features = voice_features(voices);
    for (std::size_t i = 0; i < voices.size(); ++i) {
        expected[i].loudness_lu +=
            std::clamp(model.correction_lu(features[i]), -most_correction_lu, most_correction_lu);
        expected[i].spread_lu = model.spread_lu * model.relative_spread(features[i]);
    }
    return expected;
}

std::string pan_model_json(const PanModel& model) {
    nlohmann::ordered_json json{{"format", pan_format}, {"bias", model.bias}, {"error", model.error}};
    json["features"] = feature_weights_json(model);
    return json.dump(2) + "\n";
}

Result<PanModel> read_pan_model(std::string_view where, std::string_view json_text) {
    const auto document = read_document(where, json_text, pan_format);
    if (!document) return document.error();
    const auto weights = read_feature_weights(where, *document, "features");
    if (!weights) return weights.error();
    const auto bias = number_in(where, *document, "bias");
    if (!bias) return bias.error();
    const auto error = number_in(where, *document, "error");
    if (!error) return error.error();
    PanModel model;
    static_cast<FeatureWeights&>(model) = *weights;
    model.bias = *bias;
    model.error = *error;
    return model;
}

Result<PanModel> embedded_pan_model() {
    const auto text = embedded_mixing_model("pan");
    if (!text) return text.error();
    return read_pan_model("models/mixing/pan.json", *text);
}

std::vector<double> widths_by_model(const std::vector<Voice>& voices, const PanModel& model) {
    auto widths = widths_by_rules(voices);
    if (model.error <= 0.0) return widths;
    const auto features = voice_features(voices);
    for (std::size_t i = 0; i < voices.size(); ++i)
        if (widths[i] > 0.0) widths[i] = std::clamp(widths[i] + model.bias + model.correction(features[i]), 0.0, 1.0);
    return widths;
}

}  // namespace burnish
