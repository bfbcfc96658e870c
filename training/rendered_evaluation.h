#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mastering/prediction.h"
#include "training/bars.h"
#include "training/corpus.h"

namespace burnish::training {

/// A chapter of models/EVALUATION.md, and how what was measured compares with what the model is held to.
struct RenderedChapter {
    std::string text;
    std::vector<Bar> bars;
};

/// The chapter on audio: faults are rendered into whole tracks by the chain's blocks, the tracks
/// mastered from end to end by each predictor, and the masters compared with the tracks as they were.
///
/// Cost: some 20 masters per track. @param jobs  threads; the result is the same for any number
[[nodiscard]] RenderedChapter rendered_chapter(std::span<const Example> unknown, const std::filesystem::path& corpus,
                                               const Predictor& learned, int jobs,
                                               const std::function<void(const std::string&)>& tell);

}  // namespace burnish::training
