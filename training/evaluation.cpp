#include "training/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "mastering/corrections.h"
#include "training/feature_table.h"
#include "training/formatted.h"
#include "training/judge.h"
#include "training/rendered_faults.h"
#include "training/trade_off.h"

namespace burnish::training {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// What is left with a group of features left out, and with no other group than it.
std::string ablations(std::string_view head_name, std::span<const Example> known, const Lesson& lesson,
                      const FaultFit& whole) {
    const auto& head = head_named(head_name);
    const auto left_over = [&](const std::map<std::string, double>& weights) {
        FaultFitOptions options;
        options.shape.group_weights = weights;
        options.ridge = whole.ridge;
        return fit_faults(head, known, lesson.table, options).left_over;
    };
    std::string text =
        "| group of features, for " + std::string(head_name) +
        " | what it counts | rms left without it, dB | with it alone |\n|---|---|---|---|\n" +
        formatted("| none left out; nothing but the mean | | %.3f | %.3f |\n", whole.left_over, whole.mean_only);
    for (const auto& group : feature_schema().groups) {
        if (std::ranges::find(head.blind_groups, group.name) != head.blind_groups.end()) continue;
        auto without = whole.group_weights;
        without[group.name] = 0.0;
        std::map<std::string, double> alone;
        for (const auto& each : feature_schema().groups) alone[each.name] = each.name == group.name ? 1.0 : 0.0;
        text += formatted("| %s (%d numbers) | %.2f | %.3f | %.3f |\n", group.name.c_str(), group.count,
                          whole.group_weights.at(group.name), left_over(without), left_over(alone));
    }
    return text + "\n";
}

/// Fits to more and more artists, each size drawn several times, judged by the same tracks: an eighth of the artists,
/// who are in every draw, each track without its own artist. Then what is left if artists are known, and of masters
/// around the mean of their album.
std::string learning_curve(std::span<const Example> known, const Lesson& lesson) {
    constexpr int parts = 8;
    constexpr int draws = 4;
    constexpr std::array sizes{1, 2, 4, 8};  // of these parts
    constexpr std::array heads{"tone", "width"};
    const auto whole = [&](std::string_view head) -> const FaultFit& {
        return head == "tone" ? lesson.tone : lesson.width;
    };
    const auto artist = numbered(known, &TrackRow::artist);
    const int artists = *std::ranges::max_element(artist) + 1;
    std::string text =
        "The artists that are left out of a size change from draw to draw: mean, and the least and the most of "
        "them.\n\n"
        "| artists | tone, rms that is left on the same tracks, dB | width |\n|---|---|---|\n";
    for (const int size : sizes) {
        std::array<std::vector<double>, heads.size()> left;
        std::size_t chosen_artists = 0;
        for (int draw = 0; draw < (size == 1 || size == parts ? 1 : draws); ++draw) {
            // Every eighth artist, for the list is in the order of packages, and so many of the other eighths.
            std::array<int, parts - 1> others{};
            std::iota(others.begin(), others.end(), 1);
            Random random(60 + static_cast<std::uint64_t>(10 * size + draw));
            for (std::size_t i = others.size(); i > 1; --i) std::swap(others[i - 1], others[random.bits() % i]);
            const auto in_draw = [&](int eighth) {
                return eighth == 0 ||
                       std::find(others.begin(), others.begin() + size - 1, eighth) != others.begin() + size - 1;
            };
            std::vector<Example> some;
            std::vector<Index> judged;
            std::set<int> chosen;
            for (std::size_t i = 0; i < known.size(); ++i) {
                const int eighth = artist[i] % parts;
                if (!in_draw(eighth)) continue;
                if (eighth == 0) judged.push_back(static_cast<Index>(some.size()));
                some.push_back(known[i]);
                chosen.insert(artist[i]);
            }
            if (some.size() < 10) break;  // too few for a fit
            const auto table = feature_table(some);
            chosen_artists = chosen.size();
            for (std::size_t h = 0; h < heads.size(); ++h) {
                FaultFitOptions options;
                options.shape.group_weights = whole(heads[h]).group_weights;
                options.ridge = whole(heads[h]).ridge;
                const auto fit = fit_faults(head_named(heads[h]), some, table, options);
                double sum = 0.0;
                double count = 0.0;
                for (const Index i : judged) {
                    const auto heard = fit.measured[static_cast<std::size_t>(i)].heard.cast<double>();
                    sum += (fit.excess.row(i).transpose().array().square() * heard).sum();
                    count += heard.sum();
                }
                left[h].push_back(std::sqrt(sum / std::max(1.0, count)));
            }
        }
        if (left[0].empty()) continue;
        text += formatted("| %zu of %d", chosen_artists, artists);
        for (const auto& of_head : left)
            text +=
                formatted(" | %.3f (%.3f to %.3f)",
                          std::accumulate(of_head.begin(), of_head.end(), 0.0) / static_cast<double>(of_head.size()),
                          *std::ranges::min_element(of_head), *std::ranges::max_element(of_head));
        text += " |\n";
    }
    return text + "\n";
}

/// How much of what is left the artist and the album would tell.
std::string context_text(std::span<const Example> known, const Lesson& lesson) {
    const auto& head = head_named("tone");
    FaultFitOptions options;
    options.shape.group_weights = lesson.tone.group_weights;
    options.ridge = lesson.tone.ridge;
    options.group.resize(known.size());
    std::iota(options.group.begin(), options.group.end(), 0);
    const auto artist_known = fit_faults(head, known, lesson.table, options);
    const auto album = numbered_albums(known);
    std::map<int, std::vector<std::size_t>> albums;
    for (std::size_t i = 0; i < known.size(); ++i) albums[album[i]].push_back(i);
    double sum = 0.0;
    double count = 0.0;
    for (const auto& [number, tracks] : albums) {
        if (tracks.size() < 2) continue;
        for (const std::size_t i : tracks) {
            const auto& measured = lesson.tone.measured[i];
            VectorXd others = VectorXd::Zero(measured.values.size());
            for (const std::size_t other : tracks)
                if (other != i) others += lesson.tone.measured[other].values / static_cast<double>(tracks.size() - 1);
            const auto heard = measured.heard.cast<double>();
            sum += ((measured.values - others).array().square() * heard).sum();
            count += heard.sum();
        }
    }
    return formatted(
        "If an artist's other tracks are learned from, %.2f dB of tone are left in place of %.2f. The mean of the "
        "other "
        "tracks of its album, with no features at all, misses a master by %.2f dB.\n\n",
        artist_known.left_over, lesson.tone.left_over, std::sqrt(sum / std::max(1.0, count)));
}

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

/// How many of some errors lie within what the deviation says that 50, 80 and 90 % should.
struct Coverage {
    std::array<double, 3> within{};
    double count = 0.0;

    void add(double error_db, double deviation_db) {
        constexpr std::array deviations{0.674, 1.282, 1.645};
        count += 1.0;
        for (std::size_t level = 0; level < deviations.size(); ++level)
            within[level] += std::abs(error_db) <= deviations[level] * deviation_db ? 100.0 : 0.0;
    }
    [[nodiscard]] std::string cells() const {
        const double n = std::max(1.0, count);
        return formatted(" | %.0f %% | %.0f %% | %.0f %% |\n", within[0] / n, within[1] / n, within[2] / n);
    }
};

/// Share of errors that lie within what the model's deviation says they should.
std::string coverage(Fault fault, const Judge& judge, std::span<const Subject> subjects) {
    const auto member = fault == Fault::width ? &Degradation::width_db : &Degradation::tone_db;
    std::string text = "| " + std::string(fault_name(fault)) + " | 50 % | 80 % | 90 % |\n|---|---|---|---|\n";
    for (const double size_db : {0.0, 1.0, 2.0, 3.0, 4.0, 6.0}) {
        Coverage covered;
        for (const auto& subject : subjects) {
            Random random(5000 + subject.index);
            for (int draw = 0; draw < 4; ++draw) {
                const VectorXd error = draw_degradation(fault, size_db, random).*member;
                const auto opinion = judge(subject.index, error);
                for (Index b = 0; b < error.size(); ++b)
                    if (subject.measured.heard(b)) covered.add(error(b) - opinion.error(b), opinion.deviation(b));
            }
        }
        text += formatted("| %.0f dB", size_db) + covered.cells();
    }
    return text + "\n";
}

/// The same number by number, of the faults of the mixture.
std::string coverage_by_number(bool is_of_width, const Judge& judge, std::span<const Subject> subjects) {
    const std::span<const double> numbers_hz = is_of_width ? std::span<const double>(image_regions_hz) : bark_bands_hz;
    std::vector<Coverage> covered(numbers_hz.size());
    for (const auto& subject : subjects) {
        Random random(6000 + subject.index);
        for (int draw = 0; draw < 16; ++draw) {
            const auto fault = draw_from_mixture(is_of_width, random);
            if (fault.fault == Fault::none) continue;
            const VectorXd& error = is_of_width ? fault.width_db : fault.tone_db;
            const auto opinion = judge(subject.index, error);
            for (Index b = 0; b < error.size(); ++b)
                if (subject.measured.heard(b))
                    covered[static_cast<std::size_t>(b)].add(error(b) - opinion.error(b), opinion.deviation(b));
        }
    }
    std::string text = std::string(is_of_width ? "| width" : "| tone") + " | 50 % | 80 % | 90 % |\n|---|---|---|---|\n";
    for (std::size_t b = 0; b < covered.size(); ++b) text += formatted("| %.0f Hz", numbers_hz[b]) + covered[b].cells();
    return text + "\n";
}

/// How often the model holds a tone to be at fault at the odds that set its limits.
std::string sureness_table(const Judge& judge, std::span<const Subject> subjects) {
    std::string text = formatted("| tone | held to be at fault at %.0f to 1 | at %.0f to 1 |\n|---|---|---|\n",
                                 tone_limits.least_odds, tone_limits.full_odds);
    for (const auto fault : {Fault::smooth, Fault::equalizer})
        for (const double size_db : {0.0, 1.0, 2.0, 3.0, 4.0, 6.0}) {
            if (size_db == 0.0 && fault != Fault::smooth) continue;
            std::array<double, 2> sure{};
            double count = 0.0;
            for (const auto& subject : subjects) {
                Random random(6000 + subject.index);
                for (int draw = 0; draw < 4; ++draw) {
                    const double clean =
                        judge(subject.index, draw_degradation(fault, size_db, random).tone_db).clean_probability;
                    sure[0] += (1.0 - clean) > tone_limits.least_odds * clean ? 1.0 : 0.0;
                    sure[1] += (1.0 - clean) > tone_limits.full_odds * clean ? 1.0 : 0.0;
                    count += 1.0;
                }
            }
            const auto name = size_db > 0.0 ? std::string(fault_name(fault)) + formatted(", %.0f dB", size_db)
                                            : std::string("untouched");
            text += formatted("| %s | %.0f %% | %.0f %% |\n", name.c_str(), 100.0 * sure[0] / count,
                              100.0 * sure[1] / count);
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
    text += "Shares of the errors of a band that lie within what the model's deviation says should be so many:\n\n" +
            coverage(Fault::smooth, judge_of(test_fit, trust), test_subjects);
    const auto sure = sureness_table(judge_of(test_fit, trust), test_subjects);
    const auto tone_trust = trust;
    const auto test_width = judged_by(model, head_named("width"), unknown, trust);
    text +=
        coverage(Fault::width, judge_of(test_width, trust), subjects_of(unknown, test_width, numbered_albums(unknown)));
    text += "The same band by band, of the faults of the mixture (smooth curves, and about half as often others):\n\n" +
            coverage_by_number(false, judge_of(test_fit, tone_trust), test_subjects) +
            coverage_by_number(true, judge_of(test_width, trust),
                               subjects_of(unknown, test_width, numbered_albums(unknown)));
    text += "How often a fault of the tone is held to be sure enough for a large correction:\n\n" + sure;
    return text;
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
    chapters.severity.back().name = "as shipped";
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

    text += rendered_faults_chapter(lesson, known, unknown);
    if (!unknown.empty()) text += unseen_chapter(lesson, rows[0], unknown, sizes_db, tell);

    tell("trade-off");
    text += trade_off_chapter(lesson, known, unknown, tell);
    tell("ablations");
    text += "## What each kind of feature buys\n\n" + ablations("tone", known, lesson, lesson.tone) +
            ablations("width", known, lesson, lesson.width) + ablations("dynamics", known, lesson, lesson.dynamics);
    tell("learning curve");
    text += "## What more music would buy\n\n" + learning_curve(known, lesson) + context_text(known, lesson);
    chapters.text = std::move(text);
    return chapters;
}

}  // namespace burnish::training
