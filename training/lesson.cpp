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

void adopt_scales(const FeatureTable& table, MasterModel::Parts& parts) {
    parts.feature_centre = table.centre;
    parts.feature_scale = table.scale;
    parts.balance_centre = table.balance_centre;
    parts.sway = table.sway;
    parts.usual_strangeness = table.usual_strangeness;
    parts.most_strangeness = table.most_strangeness;
}

MasterModel model_of(const Lesson& lesson) {
    MasterModel::Parts parts;
    adopt_scales(lesson.table, parts);
    parts.tone = with_genres(lesson.tone.model, lesson.tone_told);
    parts.width = with_genres(lesson.width.model, lesson.width_told);
    parts.dynamics = with_genres(lesson.dynamics.model, lesson.dynamics_told);
    parts.genre = lesson.genre.model;
    return MasterModel(std::move(parts));
}

}  // namespace burnish::training
