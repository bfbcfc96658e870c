#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "training/judge.h"

namespace burnish::training {

/// Which faults are gone through, and how.
struct RenderedFaults {
    bool features_move = true;                        ///< or they are those of the track without the fault
    std::function<bool(std::size_t index)> wanted{};  ///< which examples; none: all
};
/// What is left of faults that were rendered into the tracks before anything was measured of them, so that features
/// and expectations move with the fault. One fault per track, of 3 dB in one half of them and of 6 in the other.
/// @param fit    judged without the tracks' artists: of the tracks, then of the same with their faults
/// @param trust  per row of it
[[nodiscard]] std::array<LadderCell, 2> rendered_faults(const ModelHead& head, const FaultFit& fit,
                                                        const std::vector<double>& trust,
                                                        std::span<const Example> examples,
                                                        const RenderedFaults& which = {});

/// The chapter of models/EVALUATION.md on them.
[[nodiscard]] std::string rendered_faults_chapter(const Lesson& lesson, const Comparison& comparison,
                                                  std::span<const Example> known, std::span<const Example> unknown);

}  // namespace burnish::training
