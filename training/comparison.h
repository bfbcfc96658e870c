#pragma once

#include <span>

#include "training/lesson.h"

namespace burnish::training {

/// Tone and width fitted in simpler ways and in another one, to see what the shipped model is worth.
struct Comparison {
    FaultFit plain;   ///< no features: the mean of all
    FaultFit line;    ///< M0: linear in the features
    FaultFit kernel;  ///< a line and kernel regression on top, which keeps all tracks and is not to be shipped
    FaultFit width_plain, width_line;
};
[[nodiscard]] Comparison comparison_of(const Lesson& lesson, std::span<const Example> known);

/// The shipped model, its tone and width learned anew from those of the known tracks that share no package with the
/// unknown ones: whoever made or chose a package has a sound of their own. The shipped one if too few are left.
[[nodiscard]] MasterModel learned_apart(const Lesson& lesson, std::span<const Example> known,
                                        std::span<const Example> unknown);

}  // namespace burnish::training
