#pragma once

#include <span>

#include "training/fault_fit.h"

namespace burnish::training {

/// All that is learned from a set of tracks.
struct Lesson {
    FeatureTable table;
    FaultFit tone, width, dynamics;
    GenreFit genre;
};
[[nodiscard]] Lesson learn(std::span<const Example> examples);
[[nodiscard]] MasterModel model_of(const Lesson& lesson);

/// "tone", "width" or "dynamics".
[[nodiscard]] const ModelHead& head_named(std::string_view name);

}  // namespace burnish::training
