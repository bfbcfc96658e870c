#pragma once

#include <functional>
#include <span>
#include <string>

#include "training/lesson.h"

namespace burnish::training {

/// How near to a master's tone what is expected would have to be for the bars of 3 and 6 dB, in words.
[[nodiscard]] std::string needed_exactness_text(const Lesson& lesson, std::span<const Example> known);

/// Chapter of models/EVALUATION.md: what corrections of tone and width would be like if the model were quicker or
/// slower to see a fault, and of tone if it knew better what to expect. `unknown` are tracks by artists that the lesson
/// is without.
[[nodiscard]] std::string trade_off_chapter(const Lesson& lesson, std::span<const Example> known,
                                            std::span<const Example> unknown,
                                            const std::function<void(const std::string&)>& tell);

}  // namespace burnish::training
