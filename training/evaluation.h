#pragma once

#include <span>
#include <string>
#include <vector>

#include "training/fault_fit.h"
#include "training/ladder.h"

namespace burnish::training {

/// All that is learned from a set of tracks.
struct Lesson {
    FeatureTable table;
    FaultFit tone, width, dynamics;
    GenreFit genre;
};
[[nodiscard]] Lesson learn(std::span<const Example> examples);
[[nodiscard]] MasterModel model_of(const Lesson& lesson);

/// Chapters of models/EVALUATION.md in the feature domain, on the tracks learned from, each judged without its artist,
/// and on `unknown` tracks by artists that are not among them. `tell` hears what is being done.
[[nodiscard]] std::string feature_domain_chapters(const Lesson& lesson, std::span<const Example> known,
                                                  std::span<const Example> unknown,
                                                  const std::function<void(const std::string&)>& tell);

/// snprintf into a string.
[[nodiscard]] std::string formatted(const char* format, ...) __attribute__((format(printf, 1, 2)));

}  // namespace burnish::training
