#include "training/lesson.h"

#include <algorithm>
#include <utility>

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
    lesson.tone_told = fit_told_genres(lesson.tone, lesson.genre, lesson.table.artist);
    lesson.width_told = fit_told_genres(lesson.width, lesson.genre, lesson.table.artist);
    lesson.dynamics_told = fit_told_genres(lesson.dynamics, lesson.genre, lesson.table.artist);
    return lesson;
}

namespace {

FaultModel with_genres(const FaultModel& model, const ToldGenres& told) {
    auto parts = model.parts();
    parts.genre_weights = told.weights;
    return FaultModel(std::move(parts));
}

}  // namespace

MasterModel model_of(const Lesson& lesson) {
    MasterModel::Parts parts;
    parts.feature_centre = lesson.table.centre;
    parts.feature_scale = lesson.table.scale;
    parts.balance_centre = lesson.table.balance_centre;
    parts.sway = lesson.table.sway;
    parts.tone = with_genres(lesson.tone.model, lesson.tone_told);
    parts.width = with_genres(lesson.width.model, lesson.width_told);
    parts.dynamics = with_genres(lesson.dynamics.model, lesson.dynamics_told);
    parts.genre = lesson.genre.model;
    parts.usual_strangeness = lesson.table.usual_strangeness;
    parts.most_strangeness = lesson.table.most_strangeness;
    return MasterModel(std::move(parts));
}

}  // namespace burnish::training
