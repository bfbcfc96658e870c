#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mixing/balance.h"

namespace burnish {

inline constexpr std::size_t balance_feature_count = 29;
/// Names of the numbers that the balance is learned from, in order.
[[nodiscard]] const std::array<std::string_view, balance_feature_count>& balance_feature_names() noexcept;

using BalanceFeatures = std::array<double, balance_feature_count>;

/// What tells how loud a voice is usually set: its role, its tone, how it moves and how often it plays, whatever its
/// level; each less its mean over the voices of the song, so that only how they differ counts, in any number and order.
[[nodiscard]] std::vector<BalanceFeatures> balance_features(const std::vector<Voice>& voices);

/// A correction of what the rules expect, learned from mixes whose authors' levels are known: linear in the features.
struct BalanceModel {
    BalanceFeatures deviation{};  ///< standard deviation of each feature where the model was learned
    BalanceFeatures weights{};    ///< LU for each standard deviation
    double spread_lu = 0.0;       ///< standard deviation of what is left, for authors it has not seen; 0: no model
};

/// The model that is part of the program.
[[nodiscard]] Result<BalanceModel> embedded_balance_model();
[[nodiscard]] Result<BalanceModel> read_balance_model(std::string_view where, std::string_view json_text);
[[nodiscard]] std::string balance_model_json(const BalanceModel& model);

/// The rules' expectations with the model's correction, 4 LU at most. A voice unlike any that the model was learned
/// from keeps what the rules say.
[[nodiscard]] std::vector<Expectation> expected_by_model(const std::vector<Voice>& voices, const BalanceModel& model);

}  // namespace burnish
