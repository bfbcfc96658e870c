#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastering/chain.h"
#include "mastering/prediction.h"
#include "training/comparison.h"
#include "training/degradation.h"

namespace burnish::training {

/// One way to set the tone or the width, to be rendered; nothing else is done to the track.
struct AudioRung {
    std::string_view head;  ///< what it sets: "tone" or "width"
    std::string name;
    /// What is done to a track of which `faulty` is what can be measured, `original` what nobody knows.
    std::function<ChainSettings(const TrackAnalysis& faulty, const Example& original, const Degradation& fault)> choose;
    bool undoes_exactly = false;  ///< the fault is filtered out before, by its own blocks turned round
};

/// Every way that is compared, of both heads, each from doing nothing to what no predictor can know.
/// @param apart  a model that has learned from no package of the tracks that are judged
/// @param known  what the lesson was learned from, for the genres' mean curves
[[nodiscard]] std::vector<AudioRung> audio_rungs(const std::shared_ptr<const MasterModel>& model,
                                                 const std::shared_ptr<const MasterModel>& apart, const Lesson& lesson,
                                                 const Comparison& comparison, std::span<const Example> known);

/// A way to master a whole track, beside the shipped one.
struct OtherMaster {
    std::string name;
    /// What is proposed for a track of which `faulty` is what can be measured.
    std::function<Prediction(const TrackAnalysis& faulty, const Target& target, const Example& original,
                             const Degradation& fault)>
        propose;
};
/// Those that are compared, at the loudness that the shipped model chooses: models in its place, and ways to set tone
/// and width in place of its own, the rest being done as it does.
[[nodiscard]] std::vector<OtherMaster> other_masters(const std::shared_ptr<const MasterModel>& model,
                                                     const Comparison& comparison, std::span<const AudioRung> rungs);

}  // namespace burnish::training
