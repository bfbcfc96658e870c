#include "training/trade_off.h"

#include <array>
#include <utility>
#include <vector>

#include "mastering/corrections.h"
#include "training/formatted.h"
#include "training/judge.h"
#include "training/ladder.h"

namespace burnish::training {

namespace {

constexpr std::array sizes_db{3.0, 6.0};

/// The odds that a track is clean, times so much.
Judge with_odds(Judge judge, double factor) {
    auto parts = judge.model.parts();
    parts.priors(0) *= factor;
    parts.priors /= parts.priors.sum();
    judge.model = FaultModel(std::move(parts));
    return judge;
}

/// Corrected within limits of its own.
LadderRow limited(std::string name, Judge judge, std::span<const Example> examples, CorrectionLimits limits) {
    return {std::move(name), [judge = std::move(judge), examples, limits](std::size_t index, const Degradation& fault) {
                return tone_correction(judge(index, fault.tone_db), judge.trust[index], 1.0,
                                       highest_hz(examples[index].analysis), limits)
                    .bands_db;
            }};
}
LadderRow limited_width(std::string name, Judge judge, CorrectionLimits limits) {
    return {std::move(name), [judge = std::move(judge), limits](std::size_t index, const Degradation& fault) {
                return width_correction(judge(index, fault.width_db), judge.trust[index], 1.0, limits).regions_db;
            }};
}

constexpr std::array odds_factors{1.0 / 16, 0.25, 4.0, 16.0};

std::vector<LadderRow> tone_choices(const Judge& judge, std::span<const Example> examples) {
    std::vector<LadderRow> rows{shipped("as shipped", judge, examples)};
    for (const double factor : odds_factors)
        rows.push_back(
            shipped(formatted("odds of a clean track times %.4g", factor), with_odds(judge, factor), examples));
    for (const double dead_zone_db : {0.3, 0.6, 1.1})
        rows.push_back(limited(formatted("dead zone of %.1f dB", dead_zone_db), judge, examples,
                               {dead_zone_db, tone_limits.cap_db, tone_limits.unsure_db}));
    const auto with = [&](std::string name, const auto& change) {
        auto limits = tone_limits;
        change(limits);
        rows.push_back(limited(std::move(name), judge, examples, limits));
    };
    for (const double unsure_db : {0.6, 1.2})
        with(formatted("at most %.1f dB where a fault is unsure", unsure_db),
             [&](CorrectionLimits& limits) { limits.unsure_db = unsure_db; });
    with("any size where a fault is unsure", [](CorrectionLimits& limits) { limits.unsure_db = 0.0; });
    for (const double factor : {0.5, 2.0})
        with(formatted("sure from odds of %.0f to 1 on, in full from %.0f", factor * tone_limits.least_odds,
                       factor * tone_limits.full_odds),
             [&](CorrectionLimits& limits) {
                 limits.least_odds *= factor;
                 limits.full_odds *= factor;
             });
    return rows;
}

std::vector<LadderRow> width_choices(const Judge& judge) {
    std::vector<LadderRow> rows{limited_width("as shipped", judge, width_limits)};
    for (const double factor : odds_factors)
        rows.push_back(limited_width(formatted("odds of a clean track times %.4g", factor), with_odds(judge, factor),
                                     width_limits));
    for (const double dead_zone_db : {0.0, 0.1, 0.6})
        rows.push_back(
            limited_width(formatted("dead zone of %.1f dB", dead_zone_db), judge, {dead_zone_db, width_limits.cap_db}));
    rows.push_back(limited_width("cap of 6 dB", judge, {width_limits.dead_zone_db, 6.0}));
    return rows;
}

/// The choices of one head, on tracks that its fit does not know.
std::string table_of_choices(std::string_view head, const FaultFit& fit, const std::vector<double>& trust,
                             std::span<const Example> examples, const std::vector<int>& cluster,
                             const std::function<void(const std::string&)>& tell) {
    const auto judge = judge_of(fit, trust);
    const auto subjects = subjects_of(examples, fit, cluster);
    return head == "tone" ? ladder_table(tone_choices(judge, examples), subjects, Fault::smooth, sizes_db, tell)
                          : ladder_table(width_choices(judge), subjects, Fault::width, sizes_db, tell);
}

/// Tracks that lie nearer to what is expected of them, and a model that knows.
FaultFit nearer(FaultFit fit, double factor) {
    auto parts = fit.model.parts();
    parts.spread *= factor * factor;
    fit.model = FaultModel(std::move(parts));
    fit.excess *= factor;
    return fit;
}

}  // namespace

std::string needed_exactness_text(const Lesson& lesson, std::span<const Example> known) {
    const auto trust = trusts_of(lesson);
    const auto subjects = subjects_of(known, lesson.tone, numbered_albums(known));
    const auto reduction = [&](double factor, double size_db) {
        const auto fit = nearer(lesson.tone, factor);
        return climb(shipped("", judge_of(fit, trust), known), subjects, Fault::smooth, size_db).reduction;
    };
    const auto needed_db = [&](double size_db, double wanted) {
        double low = 0.3;  // of what is left over
        double high = 1.0;
        for (int halving = 0; halving < 6; ++halving) {
            const double middle = 0.5 * (low + high);
            (reduction(middle, size_db) >= wanted ? low : high) = middle;
        }
        return low * lesson.tone.left_over;
    };
    return formatted(
        "In the feature domain, and with features that stand still, the shipped gate would take off 22 %% of 3 dB if "
        "masters lay within %.1f dB rms of what is expected of them, and 42 %% of 6 dB within %.1f; they lie within "
        "%.1f.\n\n",
        needed_db(3.0, 0.22), needed_db(6.0, 0.42), lesson.tone.left_over);
}

std::string trade_off_chapter(const Lesson& lesson, std::span<const Example> known, std::span<const Example> unknown,
                              const std::function<void(const std::string&)>& tell) {
    const auto trust = trusts_of(lesson);
    std::string text =
        "## Less drift for less help\n\nIn the feature domain, as above: how the same model does when it is quicker or "
        "slower to hold a departure for a fault, or leaves more or less of it alone.\n\n";
    for (const auto& [name, fit] : {std::pair{"tone", &lesson.tone}, {"width", &lesson.width}}) {
        text += std::string(name) + ", each track judged without its artist:\n\n" +
                table_of_choices(name, *fit, trust, known, numbered_albums(known), tell);
        if (unknown.empty()) continue;
        std::vector<double> unseen_trust;
        const auto unseen = judged_by(model_of(lesson), head_named(name), unknown, unseen_trust);
        text += std::string(name) + ", artists that the shipped model has not seen:\n\n" +
                table_of_choices(name, unseen, unseen_trust, unknown, numbered_albums(unknown), tell);
    }
    const auto subjects = subjects_of(known, lesson.tone, numbered_albums(known));
    std::vector<FaultFit> fits;
    std::vector<LadderRow> rows;
    constexpr std::array factors{1.0, 0.9, 0.8, 0.7, 0.6, 0.4};
    fits.reserve(factors.size());  // judges point to them
    for (const double factor : factors) {
        fits.push_back(nearer(lesson.tone, factor));
        rows.push_back(shipped(formatted("%.2f dB left over", factor * lesson.tone.left_over),
                               judge_of(fits.back(), trust), known));
    }
    text +=
        "And how a model of tone would do that expects more exactly, every track's departure from the expected made "
        "smaller, each track judged without its artist:\n\n" +
        ladder_table(rows, subjects, Fault::smooth, sizes_db, tell);
    return text;
}

}  // namespace burnish::training
