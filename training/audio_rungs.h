#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastering/chain.h"
#include "training/comparison.h"
#include "training/degradation.h"

namespace burnish::training {

/// One way to set the tone or the width, to be rendered; all else that shapes the sound is as the shipped model has it.
struct AudioRung {
    std::string_view head;  ///< what it sets: "tone" or "width"
    std::string name;
    /// What is done to a track of which `faulty` is what can be measured, `original` what nobody knows.
    std::function<ChainSettings(const TrackAnalysis& faulty, const Example& original, const Degradation& fault)> choose;
    bool undoes_exactly = false;  ///< the fault is filtered out before, by its own blocks turned round
};

/// Every way that is compared, of both heads, each from doing nothing to what no predictor can know. Of those that do
/// nothing nothing is done at all.
/// @param known  what the lesson was learned from, for the genres' mean curves
[[nodiscard]] std::vector<AudioRung> audio_rungs(const std::shared_ptr<const MasterModel>& model, const Lesson& lesson,
                                                 const Comparison& comparison, std::span<const Example> known);

}  // namespace burnish::training
