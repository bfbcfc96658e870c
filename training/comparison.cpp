#include "training/comparison.h"

namespace burnish::training {

Comparison comparison_of(const Lesson& lesson, std::span<const Example> known) {
    const auto& head = head_named("tone");
    FaultFitOptions options;
    options.is_plain = true;
    Comparison comparison;
    comparison.plain = fit_faults(head, known, lesson.table, options);
    options = {};
    options.shape = {KernelShape::Kind::linear, lesson.tone.group_weights};
    options.ridge = lesson.tone.ridge;
    comparison.line = fit_faults(head, known, lesson.table, options);
    options.shape.kind = KernelShape::Kind::radial;
    comparison.kernel = fit_faults(head, known, lesson.table, options);
    options.shape = {KernelShape::Kind::linear, lesson.width.group_weights};
    options.ridge = lesson.width.ridge;
    comparison.width_line = fit_faults(head_named("width"), known, lesson.table, options);
    return comparison;
}

}  // namespace burnish::training
