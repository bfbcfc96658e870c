#pragma once

#include <span>
#include <string>
#include <vector>

#include "training/bars.h"
#include "training/line_chart.h"
#include "training/render_trials.h"
#include "training/shortfall.h"

namespace burnish::training {

/// A chapter of models/EVALUATION.md, and how what was measured compares with what the model is held to.
struct RenderedChapter {
    std::string text;
    std::vector<Bar> bars;
    std::vector<Step> steps;  ///< of the tone, the last of the way
    Curve severity;           ///< tone: error left over error put in
};

/// The chapter on audio, of what run_trials has made of the examples.
/// @param rungs        that they were rendered by
/// @param others       that they were mastered by, beside the shipped way
/// @param strangeness  per example, as MasterModel::strangeness gives it
/// @param known        what was learned from, for who shares a package with that
[[nodiscard]] RenderedChapter rendered_chapter(std::span<const Example> examples,
                                               const std::array<Outcomes, trials.size()>& outcomes,
                                               std::span<const AudioRung> rungs, std::span<const OtherMaster> others,
                                               std::span<const double> strangeness, std::span<const Example> known);

}  // namespace burnish::training
