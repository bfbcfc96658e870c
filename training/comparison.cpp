#include "training/comparison.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

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
    options = {};
    options.is_plain = true;
    comparison.width_plain = fit_faults(head_named("width"), known, lesson.table, options);
    return comparison;
}

MasterModel learned_apart(const Lesson& lesson, std::span<const Example> known, std::span<const Example> unknown) {
    std::set<std::string> packages;
    for (const auto& example : unknown) packages.insert(example.row.package);
    packages.erase("");
    std::vector<Example> apart;
    std::ranges::copy_if(known, std::back_inserter(apart),
                         [&](const Example& example) { return !packages.contains(example.row.package); });
    auto parts = model_of(lesson).parts();
    if (apart.size() < 10) return MasterModel(std::move(parts));
    const auto table = feature_table(apart);
    adopt_scales(table, parts);
    for (const auto& [name, fit, head] : {std::tuple{"tone", &lesson.tone, &MasterModel::Parts::tone},
                                          {"width", &lesson.width, &MasterModel::Parts::width}}) {
        FaultFitOptions options;
        options.shape.group_weights = fit->group_weights;
        options.ridge = fit->ridge;
        parts.*head = fit_faults(head_named(name), apart, table, options).model;
    }
    return MasterModel(std::move(parts));
}

}  // namespace burnish::training
