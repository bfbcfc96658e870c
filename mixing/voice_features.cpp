#include "mixing/voice_features.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/decibels.h"

namespace burnish {

namespace {

constexpr double farthest = 5.0;          // standard deviations
constexpr double least_deviation = 0.02;  // a role that a handful of voices have teaches nothing

constexpr std::array<std::string_view, voice_feature_count> names{
    "kick",       "snare",      "drums",     "percussion", "bass",      "lead_vocal", "backing_vocal", "guitar",
    "keys",       "lead_synth", "fx",        "submix",     "octave_31", "octave_62",  "octave_125",    "octave_250",
    "octave_500", "octave_1k",  "octave_2k", "octave_4k",  "octave_8k", "octave_16k", "crest_db",      "percussive",
    "onsets",     "decay",      "activity",  "range_lu",   "side",      "peak_lu",    "alike"};

VoiceFeatures features_of(const Voice& voice) {
    VoiceFeatures features{};
    const auto role = static_cast<std::size_t>(voice.role.level_role());
    constexpr std::size_t role_count = 12;  // `other` is what is left
    if (role < role_count) features[role] = std::min(1.0, voice.role.level_confidence() / 0.75);
    const double whole = std::accumulate(voice.octaves.begin(), voice.octaves.end(), 0.0);
    for (std::size_t f = 0; f < octave_count; ++f)
        features[role_count + f] = std::max(-50.0, power_to_db(voice.octaves[f]) - power_to_db(std::max(whole, 1e-12)));
    const auto& track = *voice.track;
    auto* next = &features[role_count + octave_count];
    *next++ = track.crest_db;
    *next++ = track.percussive_share;
    *next++ = std::log2(1.0 + track.onsets_per_s);
    *next++ = std::min(voice.decay_s, 3.0);
    *next++ = std::log2(std::max(activity(voice.cells), 0.01));
    *next++ = std::min(track.loudness_range_lu, 20.0);
    *next++ = std::max(track.side_mid_db, -30.0);
    const float peak = voice.cells.peak.empty() ? 0.0F : *std::ranges::max_element(voice.cells.peak);
    *next++ = std::clamp(gain_to_db(peak) - voice.lufs, 0.0, 40.0);
    return features;
}

}  // namespace

const std::array<std::string_view, voice_feature_count>& voice_feature_names() noexcept { return names; }

std::vector<VoiceFeatures> voice_features(const std::vector<Voice>& voices) {
    std::vector<VoiceFeatures> features;
    VoiceFeatures mean{};
    for (const auto& voice : voices) {
        features.push_back(features_of(voice));
        const auto alike = std::ranges::count_if(
            voices, [&](const Voice& other) { return other.role.level_role() == voice.role.level_role(); });
        features.back().back() = std::log10(static_cast<double>(alike));
        for (std::size_t k = 0; k < mean.size(); ++k)
            mean[k] += features.back()[k] / static_cast<double>(voices.size());
    }
    for (auto& own : features)
        for (std::size_t k = 0; k < mean.size(); ++k) own[k] -= mean[k];
    return features;
}

VoiceFeatures FeatureWeights::standardized(const VoiceFeatures& features) const noexcept {
    VoiceFeatures scaled{};
    for (std::size_t k = 0; k < voice_feature_count; ++k)
        if (deviation[k] > least_deviation) scaled[k] = std::clamp(features[k] / deviation[k], -farthest, farthest);
    return scaled;
}

double FeatureWeights::correction(const VoiceFeatures& features) const noexcept {
    const auto scaled = standardized(features);
    return std::inner_product(weights.begin(), weights.end(), scaled.begin(), 0.0);
}

nlohmann::ordered_json feature_weights_json(const FeatureWeights& weights) {
    auto json = nlohmann::ordered_json::object();
    for (std::size_t k = 0; k < names.size(); ++k)
        json[std::string(names[k])] = {{"deviation", weights.deviation[k]}, {"weight", weights.weights[k]}};
    return json;
}

Result<FeatureWeights> read_feature_weights(std::string_view where, const nlohmann::ordered_json& document,
                                            const char* key) {
    const auto fault = [&](const std::string& what) {
        return Error{ErrorCode::internal, std::string(where) + ": " + what};
    };
    const auto features = document.find(key);
    if (features == document.end() || features->size() != names.size())
        return fault("other features than this version's");
    FeatureWeights read;
    for (std::size_t k = 0; k < names.size(); ++k) {
        const auto feature = features->find(names[k]);
        if (feature == features->end()) return fault("no feature \"" + std::string(names[k]) + "\"");
        const auto deviation = feature->find("deviation");
        const auto weight = feature->find("weight");
        if (deviation == feature->end() || weight == feature->end() || !deviation->is_number() || !weight->is_number())
            return fault(std::string(names[k]) + ": two numbers expected");
        read.deviation[k] = deviation->get<double>();
        read.weights[k] = weight->get<double>();
    }
    return read;
}

}  // namespace burnish
