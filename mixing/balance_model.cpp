#include "mixing/balance_model.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <span>

#include "core/decibels.h"
#include "mastering/json_document.h"
#include "mastering/preset.h"

namespace burnish {

[[nodiscard]] std::span<const EmbeddedFile> embedded_mixing_models() noexcept;

namespace {

constexpr std::string_view format_name = "burnish-balance-1";
constexpr double most_correction_lu = 4.0;
constexpr double strange = 5.0;  // standard deviations; further out nothing was learned

constexpr std::array<std::string_view, balance_feature_count> names{
    "kick",       "snare",      "drums",     "percussion", "bass",      "lead_vocal", "backing_vocal", "guitar",
    "keys",       "lead_synth", "fx",        "submix",     "octave_31", "octave_62",  "octave_125",    "octave_250",
    "octave_500", "octave_1k",  "octave_2k", "octave_4k",  "octave_8k", "octave_16k", "crest_db",      "percussive",
    "onsets",     "decay",      "activity",  "range_lu",   "side"};

/// Share of the time that a voice plays, within 20 dB of its mean.
double activity(const Voice& voice) {
    double sum = 0.0;
    for (const float power : voice.cells.loudness) sum += power;
    const auto count = static_cast<double>(std::max<std::size_t>(voice.cells.loudness.size(), 1));
    const double gate = 0.01 * sum / count;
    return static_cast<double>(std::ranges::count_if(voice.cells.loudness, [&](float power) { return power > gate; })) /
           count;
}

BalanceFeatures features_of(const Voice& voice) {
    BalanceFeatures features{};
    const auto role = static_cast<std::size_t>(voice.role.role);
    constexpr std::size_t role_count = 12;  // `other` is what is left
    if (role < role_count) features[role] = std::min(1.0, voice.role.confidence / 0.75);
    const double whole = std::accumulate(voice.octaves.begin(), voice.octaves.end(), 0.0);
    for (std::size_t f = 0; f < octave_count; ++f)
        features[role_count + f] = std::max(-50.0, power_to_db(voice.octaves[f]) - power_to_db(std::max(whole, 1e-12)));
    const auto& track = *voice.track;
    auto* next = &features[role_count + octave_count];
    *next++ = track.crest_db;
    *next++ = track.percussive_share;
    *next++ = std::log2(1.0 + track.onsets_per_s);
    *next++ = std::min(voice.decay_s, 3.0);
    *next++ = std::log2(std::max(activity(voice), 0.01));
    *next++ = std::min(track.loudness_range_lu, 20.0);
    *next++ = std::max(track.side_mid_db, -30.0);
    return features;
}

}  // namespace

const std::array<std::string_view, balance_feature_count>& balance_feature_names() noexcept { return names; }

std::vector<BalanceFeatures> balance_features(const std::vector<Voice>& voices) {
    std::vector<BalanceFeatures> features;
    BalanceFeatures mean{};
    for (const auto& voice : voices) {
        features.push_back(features_of(voice));
        for (std::size_t k = 0; k < mean.size(); ++k)
            mean[k] += features.back()[k] / static_cast<double>(voices.size());
    }
    for (auto& own : features)
        for (std::size_t k = 0; k < mean.size(); ++k) own[k] -= mean[k];
    return features;
}

std::string balance_model_json(const BalanceModel& model) {
    nlohmann::ordered_json json{{"format", format_name}, {"spread_lu", model.spread_lu}};
    for (std::size_t k = 0; k < names.size(); ++k)
        json["features"][std::string(names[k])] = {{"deviation", model.deviation[k]}, {"weight_lu", model.weights[k]}};
    return json.dump(2) + "\n";
}

Result<BalanceModel> read_balance_model(std::string_view where, std::string_view json_text) {
    const auto document = read_document(where, json_text, format_name);
    if (!document) return document.error();
    const auto fault = [&](const std::string& what) {
        return Error{ErrorCode::internal, std::string(where) + ": " + what};
    };
    BalanceModel model;
    const auto number = [](const auto& object, std::string_view key) -> std::optional<double> {
        const auto found = object.find(key);
        if (found == object.end() || !found->is_number()) return std::nullopt;
        return found->template get<double>();
    };
    const auto spread = number(*document, "spread_lu");
    if (!spread) return fault("\"spread_lu\" is missing");
    model.spread_lu = *spread;
    const auto features = document->find("features");
    if (features == document->end() || features->size() != names.size())
        return fault("other features than this version's");
    for (std::size_t k = 0; k < names.size(); ++k) {
        const auto feature = features->find(names[k]);
        if (feature == features->end()) return fault("no feature \"" + std::string(names[k]) + "\"");
        const auto deviation = number(*feature, "deviation");
        const auto weight = number(*feature, "weight_lu");
        if (!deviation || !weight) return fault(std::string(names[k]) + ": two numbers expected");
        model.deviation[k] = *deviation;
        model.weights[k] = *weight;
    }
    return model;
}

Result<BalanceModel> embedded_balance_model() {
    for (const auto& file : embedded_mixing_models())
        if (file.name == "balance") return read_balance_model("models/mixing/balance.json", file.text);
    return Error{ErrorCode::internal, "models/mixing/balance.json is not part of the program"};
}

std::vector<Expectation> expected_by_model(const std::vector<Voice>& voices, const BalanceModel& model) {
    auto expected = expected_by_rules(voices);
    if (model.spread_lu <= 0.0) return expected;
    const auto features = balance_features(voices);
    for (std::size_t i = 0; i < voices.size(); ++i) {
        double correction = 0.0, farthest = 0.0;
        for (std::size_t k = 0; k < balance_feature_count; ++k) {
            if (model.deviation[k] <= 0.0) continue;
            const double z = features[i][k] / model.deviation[k];
            farthest = std::max(farthest, std::abs(z));
            correction += model.weights[k] * z;
        }
        if (farthest > strange) continue;
        expected[i].loudness_lu += std::clamp(correction, -most_correction_lu, most_correction_lu);
        expected[i].spread_lu = model.spread_lu;
    }
    return expected;
}

}  // namespace burnish
