#pragma once

#include <string>
#include <vector>

#include "training/judge.h"

namespace burnish::training {

/// What a head says of some tracks by artists that it does not know.
struct Judged {
    Judge judge;
    std::vector<Subject> subjects;
};

/// Part of models/EVALUATION.md: whether deviations, odds and confidences are worth what they say.
[[nodiscard]] std::string calibration_text(const Judged& tone, const Judged& width);

}  // namespace burnish::training
