#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mixing/voice.h"

namespace burnish {

inline constexpr std::size_t voice_feature_count = 31;
/// Names of the numbers that is learned from, in order.
[[nodiscard]] const std::array<std::string_view, voice_feature_count>& voice_feature_names() noexcept;

using VoiceFeatures = std::array<double, voice_feature_count>;

/// What tells how a voice is usually set: its role, its tone, how it moves and how often it plays, whatever its level;
/// each less its mean over the voices of the song, so that only how they differ counts, in any number and order.
[[nodiscard]] std::vector<VoiceFeatures> voice_features(const std::vector<Voice>& voices);

/// A correction of what the rules say of a voice, linear in its features.
struct FeatureWeights {
    VoiceFeatures deviation{};  ///< standard deviation of each feature where it was learned
    VoiceFeatures weights{};    ///< for each standard deviation

    /// In standard deviations, 5 at most, for further out nothing was learned; 0 for what did not vary.
    [[nodiscard]] VoiceFeatures standardized(const VoiceFeatures& features) const noexcept;
    [[nodiscard]] double correction(const VoiceFeatures& features) const noexcept;
};

/// {name: {"deviation", "weight"}} for every feature.
[[nodiscard]] nlohmann::ordered_json feature_weights_json(const FeatureWeights& weights);
/// Reads what feature_weights_json wrote. @param where  the file's name, for error messages @param key  in the document
[[nodiscard]] Result<FeatureWeights> read_feature_weights(std::string_view where,
                                                          const nlohmann::ordered_json& document, const char* key);

}  // namespace burnish
