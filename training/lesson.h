#pragma once

#include <span>

#include "training/fault_fit.h"
#include "training/genre_fit.h"

namespace burnish::training {

/// All that is learned from a set of tracks.
struct Lesson {
    FeatureTable table;
    FaultFit tone, width, dynamics;
    GenreFit genre;
    ToldGenres tone_told, width_told, dynamics_told;
};
[[nodiscard]] Lesson learn(std::span<const Example> examples);
[[nodiscard]] MasterModel model_of(const Lesson& lesson);
/// How features are brought to scale, and which are usual.
void adopt_scales(const FeatureTable& table, MasterModel::Parts& parts);

/// "tone", "width" or "dynamics".
[[nodiscard]] const ModelHead& head_named(std::string_view name);

}  // namespace burnish::training
