#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/track_analysis.h"
#include "mastering/chain.h"
#include "mastering/target.h"

namespace burnish {

/// Why a number of the chain is what it is.
struct Decision {
    std::string parameter;  ///< stage.param
    double value = 0.0;
    double confidence = 1.0;  ///< 0..1
    std::string reason;       ///< in words, with the numbers it rests on
};

/// How a dimension of a track was found.
struct Judgement {
    std::string of;                  ///< "tone", "width" or "dynamics"
    double sound_probability = 1.0;  ///< that nothing has to be done to it
};

/// A proposal for the programme stages; the delivery stages are solved for, not predicted.
struct Prediction {
    std::string by;  ///< who decided: "learned", "rules" or "off"
    ChainSettings settings;
    std::vector<Decision> decisions;    ///< one for every number that is not neutral
    std::optional<Decision> loudness;   ///< what to aim at if nobody asked for a loudness, LUFS
    std::vector<GenreShare> genres;     ///< the likeliest first; empty if nobody can tell
    std::vector<Judgement> judgements;  ///< of what was judged as a whole
    std::vector<std::string> notes;     ///< what the user should know of how it was made
    /// How far any version of this track is from what is expected of it, measure by measure, the lower the better: by
    /// their mean a master has to be better than what it was made from. Not a number: that was not measured of this
    /// version. None if the predictor has no such measures.
    std::function<std::vector<double>(const TrackAnalysis&)> misfit;
};

/// A pure function of what was measured and what was asked for.
using Predictor = std::function<Prediction(const TrackAnalysis&, const Target&)>;

}  // namespace burnish
