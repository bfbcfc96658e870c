#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "mastering/prediction.h"
#include "training/corpus.h"

namespace burnish::training {

/// Chapter of models/EVALUATION.md on audio: faults are rendered into whole tracks by the chain's blocks, the tracks
/// mastered from end to end by each predictor, and the masters compared with the tracks as they were.
///
/// Cost: some 20 masters per track. @param jobs  threads; the result is the same for any number
[[nodiscard]] std::string rendered_chapter(std::span<const Example> unknown, const std::filesystem::path& corpus,
                                           const Predictor& learned, int jobs,
                                           const std::function<void(const std::string&)>& tell);

}  // namespace burnish::training
