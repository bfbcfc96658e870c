#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "training/comparison.h"
#include "training/line_chart.h"

namespace burnish::training {

/// Part of models/EVALUATION.md, and what its picture shows: error left over error put in.
struct Chapters {
    std::string text;
    std::vector<Curve> severity;
};

/// Chapters of models/EVALUATION.md in the feature domain, on the tracks learned from, each judged without its artist,
/// and on `unknown` tracks by artists that are not among them. `tell` hears what is being done.
[[nodiscard]] Chapters feature_domain_chapters(const Lesson& lesson, const Comparison& comparison,
                                               std::span<const Example> known, std::span<const Example> unknown,
                                               const std::function<void(const std::string&)>& tell);

}  // namespace burnish::training
