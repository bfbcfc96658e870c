#pragma once

#include <functional>
#include <span>
#include <string>

#include "training/lesson.h"

namespace burnish::training {

/// Chapters of models/EVALUATION.md on what limits the model: what each kind of feature buys, what more music would,
/// and what more of the same kind does.
[[nodiscard]] std::string evidence_chapters(const Lesson& lesson, std::span<const Example> known,
                                            const std::function<void(const std::string&)>& tell);

}  // namespace burnish::training
