#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mixing/role.h"
#include "mixing/stem_measures.h"

namespace burnish {

inline constexpr std::size_t sound_feature_count = 18;
/// What tells a stem's role without its name: octaves, crest, hits, decay, activity, range, whatever its level.
using SoundFeatures = std::array<double, sound_feature_count>;
/// Names of these numbers, in order.
[[nodiscard]] const std::array<std::string_view, sound_feature_count>& sound_feature_names() noexcept;
[[nodiscard]] SoundFeatures sound_features(const StemMeasures& measures);

/// Chances of roles, learned from stems whose names tell: multinomial logistic regression.
struct RoleModel {
    struct Row {
        Role role = Role::other;
        double bias = 0.0;
        SoundFeatures weights{};  ///< for each standard deviation
    };
    SoundFeatures mean{}, deviation{};
    std::vector<Row> rows;

    /// In standard deviations, 4 at most; 0 for what did not vary.
    [[nodiscard]] SoundFeatures standardized(const SoundFeatures& features) const noexcept;
    /// Chances of the rows; they sum to one. @param scaled  see standardized
    [[nodiscard]] std::vector<double> chances(const SoundFeatures& scaled) const;
};

[[nodiscard]] Result<RoleModel> read_role_model(std::string_view where, std::string_view json_text);
[[nodiscard]] std::string role_model_json(const RoleModel& model);
/// The model that is part of the program; one without rows if it cannot be read.
[[nodiscard]] const RoleModel& embedded_role_model();

/// What a stem seems to be, from how it sounds: the likeliest role, a kit or a singer by plain rules, since no free
/// stems teach these; plain rules for all where the model is not sure.
[[nodiscard]] RoleGuess role_from_sound(const StemMeasures& measures, const RoleModel& model = embedded_role_model());

}  // namespace burnish
