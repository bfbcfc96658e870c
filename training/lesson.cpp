#include "training/lesson.h"

#include <algorithm>

namespace burnish::training {

const ModelHead& head_named(std::string_view name) { return *std::ranges::find(model_heads(), name, &ModelHead::name); }

Lesson learn(std::span<const Example> examples) {
    Lesson lesson;
    lesson.table = feature_table(examples);
    FaultFitOptions options;
    options.weigh_groups = true;
    lesson.tone = fit_faults(head_named("tone"), examples, lesson.table, options);
    lesson.width = fit_faults(head_named("width"), examples, lesson.table, options);
    lesson.dynamics = fit_faults(head_named("dynamics"), examples, lesson.table, options);
    lesson.genre = fit_genres(examples, lesson.table);
    return lesson;
}

MasterModel model_of(const Lesson& lesson) {
    MasterModel::Parts parts;
    parts.feature_centre = lesson.table.centre;
    parts.feature_scale = lesson.table.scale;
    parts.balance_centre = lesson.table.balance_centre;
    parts.sway = lesson.table.sway;
    parts.tone = lesson.tone.model;
    parts.width = lesson.width.model;
    parts.dynamics = lesson.dynamics.model;
    parts.genre = lesson.genre.model;
    parts.usual_strangeness = lesson.table.usual_strangeness;
    parts.most_strangeness = lesson.table.most_strangeness;
    return MasterModel(std::move(parts));
}

}  // namespace burnish::training
