#include "training/shortfall.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "training/feature_table.h"
#include "training/formatted.h"
#include "training/judge.h"
#include "training/rendered_faults.h"
#include "training/trade_off.h"

namespace burnish::training {

namespace {

constexpr double small_db = 3.0, large_db = 6.0;

Step climbed(std::string name, const LadderRow& row, std::span<const Subject> subjects) {
    return {std::move(name), 100.0 * climb(row, subjects, Fault::smooth, small_db).reduction,
            100.0 * climb(row, subjects, Fault::smooth, large_db).reduction,
            climb(row, subjects, Fault::smooth, 0.0).p95_db};
}

Step rendered(std::string name, const FaultFit& fit, const std::vector<double>& trust,
              std::span<const Example> examples, bool features_move) {
    const auto cells = rendered_faults(head_named("tone"), fit, trust, examples, {features_move, {}});
    return {std::move(name), 100.0 * cells[0].reduction, 100.0 * cells[1].reduction,
            std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace

std::string shortfall_chapter(const Lesson& lesson, const Comparison& comparison, std::span<const Example> known,
                              std::span<const Example> unknown, std::span<const Step> audio) {
    const auto trust = trusts_of(lesson);
    const auto rows = tone_rows(lesson, comparison, known);
    const auto subjects = subjects_of(known, lesson.tone, numbered_albums(known));
    std::vector<Step> steps;
    for (const auto& [row, name] :
         {std::pair{"M1 (a network on top) without gate and dead zone", "what is expected, trusted: no gate"},
          {"M1, without gate", "by the chain's curve, with dead zone and caps"},
          {"**M1 with gate, as shipped**", "with the gate, as shipped"}})
        steps.push_back(climbed(name, *std::ranges::find(rows, row, &LadderRow::name), subjects));
    const std::string still = "one fault a track, rendered; features as without it";
    const std::string moving = "the same, with features that move with the fault";
    steps.push_back(rendered(still, lesson.tone, trust, known, false));
    steps.push_back(rendered(moving, lesson.tone, trust, known, true));
    if (!unknown.empty()) {
        std::vector<double> unseen_trust;
        const auto unseen = judged_by(model_of(lesson), head_named("tone"), unknown, unseen_trust);
        const auto unseen_subjects = subjects_of(unknown, unseen, numbered_albums(unknown));
        steps.push_back(climbed("artists not seen, as shipped", shipped("", judge_of(unseen, unseen_trust), unknown),
                                unseen_subjects));
        steps.push_back(rendered("artists not seen, " + still, unseen, unseen_trust, unknown, false));
        steps.push_back(rendered(moving, unseen, unseen_trust, unknown, true));
    }
    steps.insert(steps.end(), audio.begin(), audio.end());
    std::string text =
        "## Where the help is lost\n\nWhat is taken off smooth faults in the tone, step by step from a model that has "
        "only to help to whole masters, and how far untouched masters move. The first rows are in the feature domain, "
        "each track judged without its artist.\n\n"
        "| | 3 dB | 6 dB | untouched, 95th percentile |\n|---|---|---|---|\n";
    for (const auto& step : steps) {
        const auto drift = std::isnan(step.drift_p95_db) ? std::string("–") : formatted("%.2f dB", step.drift_p95_db);
        text += formatted("| %s | %.0f %% | %.0f %% | %s |\n", step.name.c_str(), step.small_percent,
                          step.large_percent, drift.c_str());
    }
    return text + "\n" + needed_exactness_text(lesson, known);
}

}  // namespace burnish::training
