#include "mixing/sound_role.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "core/decibels.h"
#include "mastering/json_document.h"
#include "mixing/model_json.h"

namespace burnish {

namespace {

constexpr std::string_view role_format = "burnish-roles-1";
constexpr double farthest = 4.0;  // standard deviations
constexpr double least_deviation = 1e-3;
/// Chance from which on a role is told; below, stems are anything.
constexpr double told = 0.4;
/// A sound is never as sure as a name.
constexpr double surest = 0.9;

constexpr std::array<std::string_view, sound_feature_count> names{
    "octave_31", "octave_62", "octave_125", "octave_250", "octave_500", "octave_1k",
    "octave_2k", "octave_4k", "octave_8k",  "octave_16k", "crest_db",   "percussive",
    "onsets",    "decay",     "activity",   "range_lu",   "peak_lu",    "centroid"};

using Octaves = std::array<double, octave_count>;

Octaves shares_of(const StemMeasures& measures) {
    const auto powers = gated_octaves(measures.cells);
    const double whole = std::accumulate(powers.begin(), powers.end(), 0.0);
    Octaves shares{};
    if (whole > 0.0)
        for (std::size_t f = 0; f < octave_count; ++f) shares[f] = powers[f] / whole;
    return shares;
}

double sum(const Octaves& shares, std::size_t first, std::size_t last) {
    return std::accumulate(shares.begin() + static_cast<std::ptrdiff_t>(first),
                           shares.begin() + static_cast<std::ptrdiff_t>(last) + 1, 0.0);
}

/// Hits and low tones, a kit and a singer: what needs no learning.
HeardRole heard_in(const StemMeasures& measures, const Octaves& shares) {
    const auto& track = measures.track;
    const double lows = sum(shares, 0, 2);   // to 177 Hz
    const double mids = sum(shares, 4, 6);   // 354 Hz to 2.8 kHz
    const double highs = sum(shares, 7, 9);  // from 2.8 kHz
    if (track.percussive_share > 0.5 && measures.decay_s < 0.7) {
        if (lows > 0.6) return {Role::kick, 0.6};
        if (lows > 0.12 && highs > 0.05) return {Role::drums, 0.6};
        if (highs > 0.5) return {Role::percussion, 0.6};
        return {Role::snare, 0.4};
    }
    if (lows > 0.55 && highs < 0.05) return {Role::bass, 0.7};
    if (mids > 0.55 && track.tempo_bpm == 0.0 && track.loudness_range_lu > 4.0 && measures.decay_s < 0.6)
        return {Role::lead_vocal, 0.3};
    return {Role::other, 0.3};
}

}  // namespace

const std::array<std::string_view, sound_feature_count>& sound_feature_names() noexcept { return names; }

SoundFeatures sound_features(const StemMeasures& measures) {
    SoundFeatures features{};
    const auto shares = shares_of(measures);
    for (std::size_t f = 0; f < octave_count; ++f) features[f] = std::max(-50.0, power_to_db(shares[f]));
    const auto& track = measures.track;
    const float peak = measures.cells.peak.empty() ? 0.0F : *std::ranges::max_element(measures.cells.peak);
    auto* next = &features[octave_count];
    *next++ = track.crest_db;
    *next++ = track.percussive_share;
    *next++ = std::log2(1.0 + track.onsets_per_s);
    *next++ = std::min(measures.decay_s, 3.0);
    *next++ = std::log2(std::max(activity(measures.cells), 0.01));
    *next++ = std::min(track.loudness_range_lu, 20.0);
    *next++ = std::clamp(gain_to_db(peak) - track.integrated_lufs, 0.0, 60.0);
    *next++ = std::log2(std::max(track.centroid_hz, 20.0));
    return features;
}

SoundFeatures RoleModel::standardized(const SoundFeatures& features) const noexcept {
    SoundFeatures scaled{};
    for (std::size_t k = 0; k < sound_feature_count; ++k)
        if (deviation[k] > least_deviation)
            scaled[k] = std::clamp((features[k] - mean[k]) / deviation[k], -farthest, farthest);
    return scaled;
}

std::vector<double> RoleModel::chances(const SoundFeatures& scaled) const {
    std::vector<double> chance;
    chance.reserve(rows.size());
    for (const auto& row : rows)
        chance.push_back(std::inner_product(scaled.begin(), scaled.end(), row.weights.begin(), row.bias));
    const double largest = rows.empty() ? 0.0 : *std::ranges::max_element(chance);
    double whole = 0.0;
    for (auto& value : chance) whole += value = std::exp(value - largest);
    for (auto& value : chance) value /= whole;
    return chance;
}

std::string role_model_json(const RoleModel& model) {
    nlohmann::ordered_json json{{"format", role_format}, {"features", names}};
    json["mean"] = model.mean;
    json["deviation"] = model.deviation;
    auto& rows = json["roles"] = nlohmann::ordered_json::array();
    for (const auto& row : model.rows)
        rows.push_back({{"role", row_of(row.role).name}, {"bias", row.bias}, {"weights", row.weights}});
    return json.dump(1) + "\n";
}

Result<RoleModel> read_role_model(std::string_view where, std::string_view json_text) {
    const auto document = read_document(where, json_text, role_format);
    if (!document) return document.error();
    const auto fault = [&](const std::string& what) {
        return Error{ErrorCode::internal, std::string(where) + ": " + what};
    };
    const auto features = document->find("features");
    if (features == document->end() || *features != nlohmann::ordered_json(names))
        return fault("other features than this version's");
    RoleModel model;
    const auto mean = numbers_in<sound_feature_count>(where, *document, "mean");
    if (!mean) return mean.error();
    model.mean = *mean;
    const auto deviation = numbers_in<sound_feature_count>(where, *document, "deviation");
    if (!deviation) return deviation.error();
    model.deviation = *deviation;
    const auto rows = document->find("roles");
    if (rows == document->end() || !rows->is_array() || rows->size() > roles.size()) return fault("no \"roles\"");
    for (const auto& row : *rows) {
        const auto name = row.find("role");
        const auto role = name != row.end() && name->is_string() ? role_named(name->get<std::string>()) : std::nullopt;
        if (!role) return fault("\"role\": one of " + role_names(", ") + " expected");
        const auto bias = number_in(where, row, "bias");
        if (!bias) return bias.error();
        const auto weights = numbers_in<sound_feature_count>(where, row, "weights");
        if (!weights) return weights.error();
        model.rows.push_back({*role, *bias, *weights});
    }
    return model;
}

const RoleModel& embedded_role_model() {
    static const RoleModel model = [] {
        const auto text = embedded_mixing_model("role");
        const auto read = text ? read_role_model("models/mixing/role.json", *text) : Result<RoleModel>(text.error());
        return read ? *read : RoleModel{};
    }();
    return model;
}

RoleGuess role_from_sound(const StemMeasures& measures, const RoleModel& model) {
    const auto shares = shares_of(measures);
    if (sum(shares, 0, octave_count - 1) <= 0.0) return {Role::other, 0.0, "it is silent"};
    const auto heard = heard_in(measures, shares);
    if (heard.role == Role::drums) return {heard.role, heard.confidence, "hits from low to high", heard};
    if (heard.role == Role::lead_vocal) return {heard.role, heard.confidence, "phrases in the range of a voice", heard};
    const auto chances = model.chances(model.standardized(sound_features(measures)));
    std::size_t best = 0, next = 0;
    for (std::size_t i = 1; i < chances.size(); ++i) {
        if (chances[i] > chances[best]) {
            next = best;
            best = i;
        } else if (next == best || chances[i] > chances[next]) {
            next = i;
        }
    }
    if (chances.size() < 2 || chances[best] < told) {
        const bool is_something = heard.role != Role::other;
        return {heard.role, heard.confidence, is_something ? "by plain rules" : "nothing tells what it is", heard};
    }
    std::array<char, 96> reason{};
    std::snprintf(reason.data(), reason.size(), "sounds like it; next likely %s, %.0f %%",
                  std::string(row_of(model.rows[next].role).name).c_str(), 100.0 * chances[next]);
    return {model.rows[best].role, std::min(surest, chances[best]), reason.data(), heard};
}

}  // namespace burnish
