#include "training/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "mastering/corrections.h"
#include "training/calibration.h"
#include "training/evidence.h"
#include "training/feature_table.h"
#include "training/formatted.h"
#include "training/judge.h"
#include "training/rendered_faults.h"
#include "training/trade_off.h"

namespace burnish::training {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// Reduction at 4 dB, by some grouping of the tracks.
std::string by_group(const LadderRow& row, std::span<const Subject> subjects,
                     const std::function<std::string(std::size_t)>& name_of) {
    std::map<std::string, std::vector<Subject>> groups;
    for (const auto& subject : subjects) groups[name_of(subject.index)].push_back(subject);
    std::string text = "| | tracks | untouched | 4 dB |\n|---|---|---|---|\n";
    for (const auto& [name, members] : groups) {
        const auto drift = climb(row, members, Fault::smooth, 0.0);
        text += formatted("| %s | %zu | %.2f / %.2f", name.c_str(), members.size(), drift.median_db, drift.p95_db) +
                cell_text(climb(row, members, Fault::smooth, 4.0)) + " |\n";
    }
    return text + "\n";
}

/// How much is left of errors of rising size, and how often it is more than was put in.
Curve severity(const LadderRow& row, std::span<const Subject> subjects, std::string* table) {
    Curve curve{row.name, {}, {}};
    if (table != nullptr) *table += "| error put in, dB | error left, dB | made worse |\n|---|---|---|\n";
    for (const double size_db : {0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0}) {
        const auto cell = climb(row, subjects, Fault::smooth, size_db);
        curve.x.push_back(cell.before_db);
        curve.y.push_back(cell.residual_db);
        if (table != nullptr)
            *table +=
                formatted("| %.2f | %.2f | %.0f %% |\n", cell.before_db, cell.residual_db, 100.0 * cell.harm_rate);
    }
    return curve;
}

/// What the shipped model does to tracks by artists that are not among those it was fitted on.
/// "tone 3.51 and 3.50 dB, ..." rms, without and with the genre told.
std::string told_text(const MasterModel& model, std::span<const Example> unknown) {
    std::string text;
    for (const auto& head : model_heads()) {
        std::array<double, 2> sums{};
        double count = 1e-9;
        for (const auto& example : unknown) {
            const auto features = model.standardized(example.features, balance_of(example.analysis));
            const auto told = model.shares_of(std::vector<GenreShare>{{example.row.genre, 1.0}});
            const auto measured = head.measure(example.analysis);
            const auto& fault_model = model.parts().*head.model;
            const VectorXd untold = measured.values - fault_model.expected(features);
            VectorXd news = VectorXd::Zero(untold.size());
            if (told && fault_model.parts().genre_weights.rows() > 0)
                news =
                    fault_model.parts().genre_weights.transpose() * (*told - model.parts().genre.posterior(features));
            const auto heard = measured.heard.cast<double>();
            sums[0] += (untold.array().square() * heard).sum();
            sums[1] += ((untold - news).array().square() * heard).sum();
            count += heard.sum();
        }
        text += formatted("%s%s %.3f and %.3f dB", text.empty() ? "" : ", ", std::string(head.name).c_str(),
                          std::sqrt(sums[0] / count), std::sqrt(sums[1] / count));
    }
    return text;
}

std::string unseen_chapter(const Lesson& lesson, const LadderRow& nothing, std::span<const Example> unknown,
                           std::span<const double> sizes_db, const std::function<void(const std::string&)>& tell) {
    std::string text = "## Artists that the shipped model has not seen\n\n";
    const auto model = model_of(lesson);
    std::vector<double> trust;
    const auto test_fit = judged_by(model, head_named("tone"), unknown, trust);
    const auto test_subjects = subjects_of(unknown, test_fit, numbered_albums(unknown));
    const std::vector<LadderRow> test_rows{nothing, shipped("M1 as shipped", judge_of(test_fit, trust), unknown)};
    text += ladder_table(test_rows, test_subjects, Fault::smooth, sizes_db, tell);
    text += "Left over of them, by the features and told the genre that the list has: " + told_text(model, unknown) +
            ".\n\n";
    const auto judged = [&](std::string_view head, FaultFit& fit) {
        std::vector<double> of_head;
        fit = judged_by(model, head_named(head), unknown, of_head);
        return Judged{head, judge_of(fit, of_head), subjects_of(unknown, fit, numbered_albums(unknown))};
    };
    FaultFit width_fit, dynamics_fit;  // outlive those who judge by them
    const std::array heads{Judged{"tone", judge_of(test_fit, trust), test_subjects}, judged("width", width_fit),
                           judged("dynamics", dynamics_fit)};
    return text + calibration_text(heads);
}

}  // namespace

Chapters feature_domain_chapters(const Lesson& lesson, const Comparison& comparison, std::span<const Example> known,
                                 std::span<const Example> unknown,
                                 const std::function<void(const std::string&)>& tell) {
    constexpr std::array sizes_db{1.0, 2.0, 3.0, 4.0, 6.0};
    constexpr std::array two_sizes_db{3.0, 6.0};
    std::string text = "## What is expected, and how well\n\n";
    text +=
        "Root mean square around the mean of all masters, and around what the features tell without knowing "
        "the artist.\n\n| head | around the mean | around what is expected | ridge |\n|---|---|---|---|\n";
    for (const auto* row : {"tone", "width", "dynamics"}) {
        const auto& fit = row == std::string("tone")    ? lesson.tone
                          : row == std::string("width") ? lesson.width
                                                        : lesson.dynamics;
        text += formatted("| %s | %.2f dB | %.2f dB | %.0f |\n", row, fit.mean_only, fit.left_over, fit.ridge);
    }
    text +=
        formatted("| tone, M0: a line alone | | %.2f dB | %.0f |\n", comparison.line.left_over, comparison.line.ridge);
    text += formatted("| tone, a line and kernel regression on top | | %.2f dB | %.0f |\n\n",
                      comparison.kernel.left_over, comparison.kernel.ridge);
    text +=
        "Told the genre that the list has, of artists that they do not know:\n\n"
        "| head | not told | told | ridge |\n|---|---|---|---|\n";
    for (const auto& [name, told] :
         {std::pair{"tone", &lesson.tone_told}, {"width", &lesson.width_told}, {"dynamics", &lesson.dynamics_told}})
        text += formatted("| %s | %.3f dB | %.3f dB | %.0f |\n", name, told->untold, told->told, told->ridge);
    text += "\n";
    text += formatted(
        "The likeliest genre is right for %.0f %% of tracks by unknown artists (the largest genre is "
        "%.0f %%), log loss %.2f.\n\n",
        100.0 * lesson.genre.accuracy, 100.0 * lesson.genre.largest_share, lesson.genre.log_loss);

    text +=
        "## Tone, each track judged without its artist\n\nFree smooth curves (1 to 2 octaves) are put into the "
        "tone in the feature domain. Shown is what is left: mean absolute error over the Bark bands that are "
        "heard, in dB, with 95 % of it by bootstrap over albums; in brackets the reduction against doing "
        "nothing, 95 % of that, the share made better and the share made worse by more than 0.25 dB. The first column "
        "is the drift "
        "on "
        "untouched masters, median and 95th percentile.\n\n";
    const auto subjects = subjects_of(known, lesson.tone, numbered_albums(known));
    const auto rows = tone_rows(lesson, comparison, known);
    text += ladder_table(rows, subjects, Fault::smooth, sizes_db, tell);
    const auto& as_shipped = *std::ranges::find(rows, "**M1 with gate, as shipped**", &LadderRow::name);

    text += "Shelves and bells, a family that the model does not know:\n\n";
    const std::vector<LadderRow> some{rows[0], rows[3], as_shipped};
    text += ladder_table(some, subjects, Fault::equalizer, two_sizes_db, tell);

    text += "Left out by package in place of artist:\n\n";
    FaultFitOptions by_package;
    by_package.shape.group_weights = lesson.tone.group_weights;
    by_package.ridge = lesson.tone.ridge;
    by_package.group = numbered(known, &TrackRow::package);
    const auto package_fit = fit_faults(head_named("tone"), known, lesson.table, by_package);
    const std::vector<LadderRow> package_rows{
        rows[0], shipped("M1 as shipped", judge_of(package_fit, trusts_of(lesson)), known)};
    text += ladder_table(package_rows, subjects_of(known, package_fit, by_package.group), Fault::smooth, two_sizes_db,
                         tell);

    Chapters chapters;
    text += "How much is left of how much (M1 as shipped):\n\n![error left over error put in](severity.svg)\n\n";
    for (const auto* name : {"do nothing; loudness only", "rules", "Gaussian MAP, no features"})
        chapters.severity.push_back(severity(*std::ranges::find(rows, name, &LadderRow::name), subjects, nullptr));
    chapters.severity.push_back(severity(as_shipped, subjects, &text));
    chapters.severity.back().name = "as shipped, in the feature domain";
    text += "\n";
    text += "By genre:\n\n" + by_group(as_shipped, subjects, [&](std::size_t i) { return known[i].row.genre; });
    std::vector<float> strangeness;
    for (Index i = 0; i < lesson.table.standardized.rows(); ++i)
        strangeness.push_back(
            static_cast<float>(MasterModel::strangeness(lesson.table.standardized.row(i).transpose())));
    auto sorted = strangeness;
    std::ranges::sort(sorted);
    text += "By how unlike other tracks they are:\n\n" + by_group(as_shipped, subjects, [&](std::size_t i) {
                const auto rank = std::ranges::lower_bound(sorted, strangeness[i]) - sorted.begin();
                const auto quarter = std::min<std::ptrdiff_t>(
                    3, 4 * rank / static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, sorted.size())));
                constexpr std::array names{"1 most usual quarter", "2 second", "3 third", "4 strangest quarter"};
                return std::string(names[static_cast<std::size_t>(quarter)]);
            });

    text +=
        "## Width, each track judged without its artist\n\nGains of the side that go with frequency; mean absolute "
        "error over the regions of the image that have a side.\n\n";
    const auto wide = subjects_of(known, lesson.width, numbered_albums(known));
    const auto width_judge = judge_of(lesson.width, trusts_of(lesson));
    const auto bare = [](std::string name, Judge judge) {
        return LadderRow{std::move(name), [judge = std::move(judge)](std::size_t i, const Degradation& fault) {
                             return VectorXd(-judge(i, fault.width_db).error);
                         }};
    };
    const auto limited = [](std::string name, Judge judge) {
        return LadderRow{std::move(name), [judge = std::move(judge)](std::size_t i, const Degradation& fault) {
                             return width_correction(judge(i, fault.width_db), judge.trust[i], 1.0).regions_db;
                         }};
    };
    const std::vector<LadderRow> width_rows{
        {"do nothing", [](std::size_t, const Degradation& fault) { return VectorXd(0.0 * fault.width_db); }},
        bare("Gaussian MAP, given the features", plain_map(width_judge)),
        bare("M1 without gate, dead zone and caps", ungated(width_judge)),
        bare("M1 with gate, no dead zone, no caps", width_judge),
        limited("M0 (a line), with gate", judge_of(comparison.width_line, trusts_of(lesson))),
        limited("M1, without gate", ungated(width_judge)),
        limited("**M1 with gate, as shipped**", width_judge),
        {"actuator ceiling: the error known, the chain's curve and caps",
         [](std::size_t, const Degradation& fault) {
             FaultOpinion opinion;
             opinion.error = fault.width_db;
             return width_correction(opinion, 1.0, 1.0).regions_db;
         }},
        {"the error undone (oracle)", [](std::size_t, const Degradation& fault) { return VectorXd(-fault.width_db); }}};
    text += ladder_table(width_rows, wide, Fault::width, sizes_db, tell);

    text += rendered_faults_chapter(lesson, comparison, known, unknown);
    if (!unknown.empty()) text += unseen_chapter(lesson, rows[0], unknown, sizes_db, tell);

    tell("trade-off");
    text += trade_off_chapter(lesson, known, unknown, tell);
    chapters.text = text + evidence_chapters(lesson, known, tell);
    return chapters;
}

}  // namespace burnish::training
