#pragma once

#include <span>
#include <string>
#include <vector>

#include "training/comparison.h"
#include "training/ladder.h"

namespace burnish::training {

/// What one way of going about a tone takes off smooth faults of 3 and 6 dB, and how far it moves untouched masters.
struct Step {
    std::string name;
    double small_percent = 0.0, large_percent = 0.0;
    double drift_p95_db = 0.0;  ///< not a number: not measured
};

/// The chapter of models/EVALUATION.md on where the help for a tone is lost, from what a model could do that has only
/// to help, in the feature domain, to whole masters.
/// @param audio  the last steps of the way
[[nodiscard]] std::string shortfall_chapter(const Lesson& lesson, const Comparison& comparison,
                                            std::span<const Example> known, std::span<const Example> unknown,
                                            std::span<const Step> audio);

}  // namespace burnish::training
