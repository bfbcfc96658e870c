#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mixing/balance.h"
#include "mixing/voice_features.h"

namespace burnish {

/// A kind of voice: where it lies among all, and what such voices are louder by than the line says.
struct VoiceKind {
    VoiceFeatures centre{};  ///< in standard deviations
    double weight_lu = 0.0;
};

/// A correction of what the rules expect of levels, in LU, learned from mixes whose authors' levels are known: a line,
/// and on top of it kinds of voices, each of which counts the less the further away it is (radial basis functions).
struct BalanceModel : FeatureWeights {
    double spread_lu = 0.0;   ///< of what is left, for authors it has not seen: its mean magnitude; 0: no model
    FeatureWeights spread{};  ///< how much wider than that it is for a voice: the natural logarithm, 0.7 at most
    std::vector<VoiceKind> kinds{};

    [[nodiscard]] double correction_lu(const VoiceFeatures& features) const noexcept;
    [[nodiscard]] double relative_spread(const VoiceFeatures& features) const noexcept;
};

/// How much a kind counts for a voice that lies elsewhere, 0..1. Both in standard deviations.
[[nodiscard]] double likeness_to_kind(const VoiceFeatures& voice, const VoiceFeatures& centre) noexcept;

/// The model that is part of the program.
[[nodiscard]] Result<BalanceModel> embedded_balance_model();
[[nodiscard]] Result<BalanceModel> read_balance_model(std::string_view where, std::string_view json_text);
[[nodiscard]] std::string balance_model_json(const BalanceModel& model);

/// The rules' expectations with the model's correction, 9 LU at most.
[[nodiscard]] std::vector<Expectation> expected_by_model(const std::vector<Voice>& voices, const BalanceModel& model);

/// A correction of how far from the centre the rules would set a voice, learned from mixes whose pans are known.
struct PanModel : FeatureWeights {
    double bias = 0.0;   ///< of all voices
    double error = 0.0;  ///< mean distance from |pan| of authors it has not seen; 0: no model
};

[[nodiscard]] Result<PanModel> embedded_pan_model();
[[nodiscard]] Result<PanModel> read_pan_model(std::string_view where, std::string_view json_text);
[[nodiscard]] std::string pan_model_json(const PanModel& model);

/// Distances from the centre, 0..1: the rules' with the model's correction; what the rules keep in the centre stays.
[[nodiscard]] std::vector<double> widths_by_model(const std::vector<Voice>& voices, const PanModel& model);

}  // namespace burnish
