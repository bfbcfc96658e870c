#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "training/judge.h"

namespace burnish::training {

/// What a head says of some tracks by artists that it does not know.
struct Judged {
    std::string_view head;
    Judge judge;
    std::vector<Subject> subjects;
};

/// Part of models/EVALUATION.md: whether deviations, odds and confidences are worth what they say.
/// @param heads  tone, width and dynamics
[[nodiscard]] std::string calibration_text(std::span<const Judged, 3> heads);

}  // namespace burnish::training
