#include "training/rendered_evaluation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/statistics.h"
#include "training/feature_table.h"
#include "training/formatted.h"
#include "training/ladder.h"

namespace burnish::training {

namespace {

using AllOutcomes = std::array<Outcomes, trials.size()>;
/// A distance of an outcome; not a number: there is none.
using Measure = std::function<double(const Outcome&)>;

Measure before(double Distances::*member) {
    return [member](const Outcome& outcome) { return outcome.before.*member; };
}
Measure after(double Distances::*member) {
    return [member](const Outcome& outcome) { return outcome.after.*member; };
}
Measure by_rung(std::size_t rung) {
    return [rung](const Outcome& outcome) { return outcome.rung_tone_db[rung]; };
}

/// Some distance of all outcomes, beside that of the faulty tracks. @param wanted  which examples
Draws drawn(const Outcomes& outcomes, const std::vector<int>& cluster, const Measure& source, const Measure& version,
            const std::function<bool(std::size_t)>& wanted) {
    Draws draws;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (!outcomes[i] || !wanted(i)) continue;
        const double found = version(*outcomes[i]);
        if (std::isnan(found)) continue;
        draws.before_db.push_back(source(*outcomes[i]));
        draws.after_db.push_back(found);
        draws.cluster.push_back(cluster[i]);
    }
    return draws;
}

/// The same of whole masters.
Draws drawn(const Outcomes& outcomes, const std::vector<int>& cluster, double Distances::*member,
            const Measure& version) {
    constexpr double least_regions = 3.0;
    return drawn(outcomes, cluster, before(member), version, [&](std::size_t i) {
        return member != &Distances::width_db || outcomes[i]->side_regions >= least_regions;
    });
}

/// Where the fault leaves the numbers alone, what is done to them is a drift.
bool is_drift(const Trial& trial, double Distances::*member) {
    return trial.fault == Fault::none || (trial.fault == Fault::width && member == &Distances::tone_db);
}

std::string cell_of(const Trial& trial, double Distances::*member, const Draws& draws) {
    if (draws.after_db.empty()) return " | –";
    const auto cell = summary_of(draws);
    return is_drift(trial, member) ? formatted(" | %.2f / %.2f", cell.median_db, cell.p95_db) : cell_text(cell);
}

std::vector<float> again(const Outcomes& outcomes, double Distances::*member) {
    std::vector<float> values;
    for (const auto& outcome : outcomes)
        if (outcome && !std::isnan(outcome->again.*member))
            values.push_back(static_cast<float>(outcome->again.*member));
    return values;
}

void add_tone_bars(const Trial& trial, const LadderCell& tone, std::vector<Bar>& bars) {
    constexpr double small_db = 3.0;
    constexpr double large_db = 6.0;
    const bool is_small = trial.size_db == small_db;
    if (!is_small && trial.size_db != large_db) return;
    const auto name = "tone, " + trial_name(trial);
    bars.push_back({name + ": less than before", 100.0 * tone.reduction, is_small ? 22.0 : 42.0, false, "%"});
    if (is_small) bars.push_back({name + ": made worse", 100.0 * tone.harm_rate, 12.0, true, "%"});
}

std::vector<Bar> bars_of(const AllOutcomes& outcomes, const std::vector<int>& cluster) {
    std::vector<Bar> bars;
    double plr_error_db = 0.0;
    double worst_plr_error_db = 0.0;
    int faults = 0;
    for (std::size_t t = 0; t < trials.size(); ++t) {
        const auto& trial = trials[t];
        const auto reached = [&](double Distances::*member) {
            return summary_of(drawn(outcomes[t], cluster, member, after(member)));
        };
        const auto tone = reached(&Distances::tone_db);
        if (trial.fault == Fault::none) {
            bars.push_back({"tone of untouched masters, median", tone.median_db, 0.4, true, "dB"});
            bars.push_back({"tone of untouched masters, 95th percentile", tone.p95_db, 1.2, true, "dB"});
            continue;
        }
        // Each kind of fault as often as the others: sizes that are there to draw the tone's course do not count.
        if (trial.fault == Fault::smooth && std::fmod(trial.size_db, 3.0) != 0.0) continue;
        ++faults;
        const double plr_db = reached(&Distances::plr_db).residual_db;
        plr_error_db += plr_db;
        worst_plr_error_db = std::max(worst_plr_error_db, plr_db);
        if (trial.fault == Fault::smooth || trial.fault == Fault::equalizer) add_tone_bars(trial, tone, bars);
        if (trial.fault == Fault::width)
            bars.push_back({trial_name(trial) + ": less than before", 100.0 * reached(&Distances::width_db).reduction,
                            40.0, false, "%"});
    }
    bars.push_back({"peak to loudness ratio to the true master's, mean of all faults",
                    plr_error_db / std::max(1, faults), 1.5, true, "dB"});
    bars.push_back({"the same, of the fault that it does worst at", worst_plr_error_db, 1.5, true, "dB"});
    auto tone_again = again(outcomes[0], &Distances::tone_db);
    auto loudness_again = again(outcomes[0], &Distances::loudness_lu);
    if (tone_again.empty()) return bars;
    bars.push_back({"a master mastered once more: tone, median", percentile(tone_again, 0.5), 0.3, true, "dB"});
    bars.push_back({"the same: loudness, median", percentile(loudness_again, 0.5), 0.3, true, "LU"});
    return bars;
}

std::string faults_table(const AllOutcomes& outcomes, const std::vector<int>& cluster) {
    std::string text =
        "| fault | **tone** | **width** | peak to loudness: source | **peak to loudness** | spread of bands: source | "
        "**spread of bands** |\n|---|---|---|---|---|---|---|\n";
    for (std::size_t t = 0; t < trials.size(); ++t) {
        const auto& trial = trials[t];
        text += "| " + trial_name(trial);
        const auto add = [&](double Distances::*member, const Measure& version) {
            text += cell_of(trial, member, drawn(outcomes[t], cluster, member, version));
        };
        add(&Distances::tone_db, after(&Distances::tone_db));
        add(&Distances::width_db, after(&Distances::width_db));
        for (const auto member : {&Distances::plr_db, &Distances::spread_db}) {
            add(member, before(member));
            add(member, after(member));
        }
        text += " |\n";
    }
    return text + "\n";
}

std::string rungs_table(const AllOutcomes& outcomes, const std::vector<int>& cluster,
                        std::span<const AudioRung> rungs) {
    std::string head = "| tone";
    std::string line = "|---";
    for (const auto& trial : trials) {
        if (!trial.with_rungs) continue;
        head += " | " + trial_name(trial);
        line += "|---";
    }
    std::string text = head + " |\n" + line + "|\n";
    for (std::size_t r = 0; r < rungs.size(); ++r) {
        text += "| " + rungs[r].name;
        for (std::size_t t = 0; t < trials.size(); ++t)
            if (trials[t].with_rungs)
                text += cell_of(trials[t], &Distances::tone_db,
                                drawn(outcomes[t], cluster, by_rung(0), by_rung(r), [](std::size_t) { return true; }));
        text += " |\n";
    }
    return text + "\n";
}

/// Drift and what is left of 3 and 6 dB, by some grouping of the tracks.
std::string by_group(const AllOutcomes& outcomes, const std::vector<int>& cluster,
                     const std::function<std::string(std::size_t)>& name_of) {
    std::map<std::string, int> groups;
    for (std::size_t i = 0; i < outcomes[0].size(); ++i) ++groups[name_of(i)];
    const auto is_shown = [](const Trial& trial) {
        return trial.fault == Fault::none || (trial.fault == Fault::smooth && std::fmod(trial.size_db, 3.0) == 0.0);
    };
    std::string text = "| | tracks | untouched | smooth curve, 3 dB | smooth curve, 6 dB |\n|---|---|---|---|---|\n";
    for (const auto& [name, count] : groups) {
        text += formatted("| %s | %d", name.c_str(), count);
        for (std::size_t t = 0; t < trials.size(); ++t) {
            if (!is_shown(trials[t])) continue;
            const auto draws = drawn(outcomes[t], cluster, before(&Distances::tone_db), after(&Distances::tone_db),
                                     [&, &group = name](std::size_t i) { return name_of(i) == group; });
            text += cell_of(trials[t], &Distances::tone_db, draws);
        }
        text += " |\n";
    }
    return text + "\n";
}

std::string median_and_p95(std::vector<float> values) {
    if (values.empty()) return "–";
    return formatted("%.2f / %.2f", percentile(values, 0.5), percentile(values, 0.95));
}

std::string in_words(const AllOutcomes& outcomes) {
    std::vector<float> simulated, loudness_error;
    int halved = 0;
    int dropped = 0;
    int failed = 0;
    for (const auto& of_trial : outcomes)
        for (const auto& outcome : of_trial) {
            failed += outcome ? 0 : 1;
            if (!outcome) continue;
            simulated.push_back(static_cast<float>(outcome->simulated_db));
            loudness_error.push_back(static_cast<float>(outcome->after.loudness_lu));
            halved += outcome->treatment_share == 0.5 ? 1 : 0;
            dropped += outcome->treatment_share == 0.0 ? 1 : 0;
        }
    return "Median / 95th percentile: a master mastered once more moves by " +
           median_and_p95(again(outcomes[0], &Distances::tone_db)) + " dB in tone and " +
           median_and_p95(again(outcomes[0], &Distances::loudness_lu)) + " LU; the loudness chosen is " +
           median_and_p95(loudness_error) + " LU from that of the true master; the tone of a master is " +
           median_and_p95(simulated) +
           " dB from what its tone curve adds to the source's (the error of the feature domain). Of " +
           formatted(
               "%zu masters, %d got half the treatment and %d none, since more would not have brought them "
               "nearer to what is expected; %d could not be rendered.\n\n",
               simulated.size(), halved, dropped, failed);
}

}  // namespace

RenderedChapter rendered_chapter(std::span<const Example> examples, const AllOutcomes& outcomes,
                                 std::span<const AudioRung> rungs, std::span<const double> strangeness,
                                 std::span<const Example> known) {
    const auto cluster = numbered_albums(examples);
    std::string text =
        "## On audio\n\nFaults are rendered into whole tracks by artists that the shipped model has not seen, the "
        "tracks are mastered from end to end (loudness chosen by the model), and the masters are compared with the "
        "tracks as they were: mean distance left, 95 % of it by bootstrap over albums (the music of a package, or of "
        "an artist's folder); in brackets the reduction against the faulty track, the share made better and the share "
        "made worse by more than 0.25 dB. Where there is no fault in what is measured it is the drift, median / 95th "
        "percentile.\n\n" +
        faults_table(outcomes, cluster) + in_words(outcomes) +
        "Every way to set the tone, rendered through the chain, all else but the loudness being as shipped: no "
        "limiter, and nothing checked afterwards. The genre's mean curve goes by the genre that the list has.\n\n" +
        rungs_table(outcomes, cluster, rungs) + "As shipped, by genre:\n\n" +
        by_group(outcomes, cluster, [&](std::size_t i) { return examples[i].row.genre; });
    std::vector<double> sorted(strangeness.begin(), strangeness.end());
    std::ranges::sort(sorted);
    text += "By how unlike the tracks that were learned from they are:\n\n" +
            by_group(outcomes, cluster, [&](std::size_t i) {
                const auto rank =
                    static_cast<std::size_t>(std::ranges::lower_bound(sorted, strangeness[i]) - sorted.begin());
                constexpr std::array names{"1 most usual quarter", "2 second", "3 third", "4 strangest quarter"};
                return std::string(names[std::min<std::size_t>(3, 4 * rank / sorted.size())]);
            });
    std::set<std::string> packages;
    for (const auto& example : known) packages.insert(example.row.package);
    text += "By whether other artists' music from the same package was learned from:\n\n" +
            by_group(outcomes, cluster, [&](std::size_t i) {
                return std::string(packages.contains(examples[i].row.package) ? "package known" : "package not known");
            });
    return {std::move(text), bars_of(outcomes, cluster)};
}

}  // namespace burnish::training
