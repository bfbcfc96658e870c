#include "training/rendered_evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

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
    return [member](const Outcome& outcome) { return outcome.shipped.after.*member; };
}
Measure by_rung(std::size_t rung) {
    return [rung](const Outcome& outcome) { return outcome.rung_db[rung]; };
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

/// Whether a distance says anything of a track: of width it does if enough of the track has a side.
std::function<bool(std::size_t)> is_told(const Outcomes& outcomes, double Distances::*member) {
    constexpr double least_regions = 3.0;
    return [&outcomes, member](std::size_t i) {
        return member != &Distances::width_db || outcomes[i]->side_regions >= least_regions;
    };
}

/// The same of whole masters.
Draws drawn(const Outcomes& outcomes, const std::vector<int>& cluster, double Distances::*member,
            const Measure& version) {
    return drawn(outcomes, cluster, before(member), version, is_told(outcomes, member));
}

/// Where the fault leaves the numbers alone, what is done to them is a drift.
bool is_drift(const Trial& trial, double Distances::*member) {
    return trial.fault == Fault::none || (trial.fault == Fault::width && member == &Distances::tone_db) ||
           ((is_of_tone(trial.fault) || trial.fault == Fault::transients) && member == &Distances::width_db);
}

std::string cell_of(const Trial& trial, double Distances::*member, const Draws& draws) {
    if (draws.after_db.empty()) return " | –";
    const auto cell = summary_of(draws);
    if (!is_drift(trial, member)) return cell_text(cell);
    return formatted(" | %.2f / %.2f (%.0f %%)", cell.median_db, cell.p95_db, 100.0 * cell.harm_rate);
}

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(1, values.size()));
}
double reduction_percent(const Draws& draws) {
    return 100.0 * (1.0 - mean_of(draws.after_db) / std::max(1e-9, mean_of(draws.before_db)));
}
double harm_percent(const Draws& draws) {
    double worse = 0.0;
    for (std::size_t i = 0; i < draws.after_db.size(); ++i)
        worse += draws.after_db[i] > draws.before_db[i] + harm_db ? 100.0 : 0.0;
    return worse / static_cast<double>(std::max<std::size_t>(1, draws.after_db.size()));
}
double mean_db(const Draws& draws) { return mean_of(draws.after_db); }
template <int per_thousand>
double percentile_db(const Draws& draws) {
    std::vector<float> left(draws.after_db.begin(), draws.after_db.end());
    return left.empty() ? 0.0 : percentile(left, 0.001 * per_thousand);
}

/// What is to be reached, and what would be splendid.
struct Aim {
    double limit, moonshot;
    bool at_most;
    const char* unit;
};
Bar bar_of(std::string what, const Draws& draws, double (*number)(const Draws&), const Aim& aim) {
    const auto interval = interval_of(draws, number);
    const Draws untreated{draws.before_db, draws.before_db, draws.cluster};
    return {std::move(what), number(draws), aim.limit,    aim.at_most,      aim.unit,
            interval.low,    interval.high, aim.moonshot, number(untreated)};
}
constexpr double small_db = 3.0;

void add_tone_bars(const Trial& trial, const Draws& tone, std::vector<Bar>& bars) {
    const bool is_small = trial.size_db == small_db;
    const auto name = "tone, " + trial_name(trial);
    bars.push_back(bar_of(name + ": less than before", tone, reduction_percent,
                          {is_small ? 22.0 : 42.0, is_small ? 40.0 : 60.0, false, "%"}));
    if (is_small) bars.push_back(bar_of(name + ": made worse", tone, harm_percent, {12.0, 3.0, true, "%"}));
}

/// What a second master of the masters of untouched tracks changes.
Draws again_draws(const Outcomes& outcomes, const std::vector<int>& cluster, double Distances::*member) {
    return drawn(
        outcomes, cluster, before(member), [member](const Outcome& outcome) { return outcome.shipped.again.*member; },
        [](std::size_t) { return true; });
}

std::vector<Bar> bars_of(const AllOutcomes& outcomes, const std::vector<int>& cluster) {
    std::vector<Bar> bars;
    Draws plr, plr_of_all;  // of the faults that count and of all, one after another: every kind as often as the others
    Draws worst_plr;
    const auto append = [](const Draws& more, Draws& draws) {
        draws.before_db.insert(draws.before_db.end(), more.before_db.begin(), more.before_db.end());
        draws.after_db.insert(draws.after_db.end(), more.after_db.begin(), more.after_db.end());
        draws.cluster.insert(draws.cluster.end(), more.cluster.begin(), more.cluster.end());
    };
    for (std::size_t t = 0; t < trials.size(); ++t) {
        const auto& trial = trials[t];
        const auto reached = [&](double Distances::*member) {
            return drawn(outcomes[t], cluster, member, after(member));
        };
        if (trial.fault != Fault::none) append(reached(&Distances::plr_db), plr_of_all);
        if (trial.only_shown) continue;
        const auto tone = reached(&Distances::tone_db);
        if (trial.fault == Fault::none) {
            bars.push_back(
                bar_of("tone of untouched masters, median", tone, percentile_db<500>, {0.4, 0.2, true, "dB"}));
            bars.push_back(
                bar_of("tone of untouched masters, 95th percentile", tone, percentile_db<950>, {1.2, 0.6, true, "dB"}));
            continue;
        }
        const auto here = reached(&Distances::plr_db);
        append(here, plr);
        if (worst_plr.after_db.empty() || mean_db(here) > mean_db(worst_plr)) worst_plr = here;
        if (trial.fault == Fault::smooth || trial.fault == Fault::equalizer) add_tone_bars(trial, tone, bars);
        if (trial.fault == Fault::width)
            bars.push_back(bar_of(trial_name(trial) + ": less than before", reached(&Distances::width_db),
                                  reduction_percent, {40.0, 60.0, false, "%"}));
    }
    const Aim plr_aim{1.5, 1.0, true, "dB"};
    bars.push_back(bar_of("peak to loudness ratio to the true master's, mean of the faults above and transients", plr,
                          mean_db, plr_aim));
    bars.push_back(bar_of("the same, of the one of these faults that it does worst at", worst_plr, mean_db, plr_aim));
    bars.push_back(
        bar_of("the same, mean of all faults below, squashed and lossy ones among them", plr_of_all, mean_db, plr_aim));
    for (const auto& [what, member, unit] :
         {std::tuple{"a master mastered once more: tone, median", &Distances::tone_db, "dB"},
          {"the same: loudness, median", &Distances::loudness_lu, "LU"}}) {
        const auto again = again_draws(outcomes[0], cluster, member);
        if (again.after_db.empty()) continue;
        bars.push_back(bar_of(what, again, percentile_db<500>, {0.3, 0.1, true, unit}));
        bars.back().doing_nothing = std::numeric_limits<double>::quiet_NaN();
    }
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

std::string rungs_table(const AllOutcomes& outcomes, const std::vector<int>& cluster, std::span<const AudioRung> rungs,
                        std::string_view name) {
    std::string head = "| " + std::string(name);
    std::string line = "|---";
    for (const auto& trial : trials) {
        if (!with_rungs(trial, name)) continue;
        head += " | " + trial_name(trial);
        line += "|---";
    }
    std::string text = head + " |\n" + line + "|\n";
    const auto member = name == "tone" ? &Distances::tone_db : &Distances::width_db;
    const auto first = static_cast<std::size_t>(std::ranges::find(rungs, name, &AudioRung::head) - rungs.begin());
    for (std::size_t r = first; r < rungs.size(); ++r) {
        if (rungs[r].head != name) continue;
        text += "| " + rungs[r].name;
        for (std::size_t t = 0; t < trials.size(); ++t)
            if (with_rungs(trials[t], name))
                text += cell_of(trials[t], member,
                                drawn(outcomes[t], cluster, by_rung(first), by_rung(r), is_told(outcomes[t], member)));
        text += " |\n";
    }
    return text + "\n";
}

std::string median_and_p95(const std::vector<double>& numbers) {
    if (numbers.empty()) return "–";
    std::vector<float> values(numbers.begin(), numbers.end());
    return formatted("%.2f / %.2f", percentile(values, 0.5), percentile(values, 0.95));
}

/// Whole masters made in other ways, beside the shipped one.
std::string masters_table(const AllOutcomes& outcomes, const std::vector<int>& cluster,
                          std::span<const OtherMaster> others) {
    struct Row {
        std::string name;
        std::function<const Distances&(const Outcome&)> after;
        std::function<const Distances&(const Outcome&)> again;  ///< none: there is no master
    };
    std::vector<Row> rows{
        {"the track as it came", [](const Outcome& outcome) -> const Distances& { return outcome.before; }, {}}};
    for (std::size_t m = 0; m < others.size(); ++m)
        rows.push_back({others[m].name,
                        [m](const Outcome& outcome) -> const Distances& { return outcome.others[m].after; },
                        [m](const Outcome& outcome) -> const Distances& { return outcome.others[m].again; }});
    rows.push_back({"**learned, as shipped**",
                    [](const Outcome& outcome) -> const Distances& { return outcome.shipped.after; },
                    [](const Outcome& outcome) -> const Distances& { return outcome.shipped.again; }});
    std::string text =
        "| fault | mastered by | tone | width | peak to loudness | spread of bands | once more: tone | loudness |\n"
        "|---|---|---|---|---|---|---|---|\n";
    for (std::size_t t = 0; t < trials.size(); ++t) {
        if (!trials[t].other_masters) continue;
        const auto is_shown = [&](std::size_t i) { return !std::isnan(outcomes[t][i]->others[0].after.tone_db); };
        for (const auto& row : rows) {
            text += "| " + trial_name(trials[t]) + " | " + row.name;
            for (const auto member :
                 {&Distances::tone_db, &Distances::width_db, &Distances::plr_db, &Distances::spread_db})
                text += cell_of(
                    trials[t], member,
                    drawn(
                        outcomes[t], cluster, before(member),
                        [&](const Outcome& outcome) { return row.after(outcome).*member; },
                        [&, told = is_told(outcomes[t], member)](std::size_t i) { return told(i) && is_shown(i); }));
            for (const auto& [member, unit] : {std::pair{&Distances::tone_db, "dB"}, {&Distances::loudness_lu, "LU"}}) {
                if (trials[t].fault != Fault::none || !row.again) {
                    text += " | ";
                    continue;
                }
                const auto draws = drawn(
                    outcomes[t], cluster, before(member),
                    [&, wanted = member](const Outcome& outcome) { return row.again(outcome).*wanted; }, is_shown);
                text += " | " + median_and_p95(draws.after_db) + " " + unit;
            }
            text += " |\n";
        }
    }
    return text + "\n";
}

/// What comes of tracks as they may come: the trials in the shares of draw_from_mixture, every size as often.
std::string mixture_text(const AllOutcomes& outcomes) {
    std::array<double, 3> before_db{}, after_db{}, worse{}, count{};
    for (std::size_t t = 0; t < trials.size(); ++t) {
        const auto fault = trials[t].fault;
        if (fault != Fault::none && !is_of_tone(fault)) continue;
        const std::size_t family = fault == Fault::none ? 0 : fault == Fault::smooth ? 1 : 2;
        for (const auto& outcome : outcomes[t]) {
            if (!outcome) continue;
            const double was_db = outcome->before.tone_db;
            const double is_db = outcome->shipped.after.tone_db;
            before_db[family] += was_db;
            after_db[family] += is_db;
            worse[family] += is_db > was_db + harm_db ? 100.0 : 0.0;
            count[family] += 1.0;
        }
    }
    constexpr std::array shares{clean_share, known_share, strange_share};
    double before = 0.0, after = 0.0, harm = 0.0;
    for (std::size_t family = 0; family < shares.size(); ++family) {
        if (count[family] == 0.0) return "";
        before += shares[family] * before_db[family] / count[family];
        after += shares[family] * after_db[family] / count[family];
        harm += shares[family] * worse[family] / count[family];
    }
    return formatted(
        "Of a mixture of %.0f %% untouched tracks, %.0f %% with smooth curves and %.0f %% with shelves and bells or "
        "a tilt, every size as often, tones are %.2f dB off before and %.2f dB after (%.0f %% less); %.0f %% are "
        "made worse by more than %.2f dB, %.0f %% of them untouched tracks that move by more than that.\n\n",
        100.0 * clean_share, 100.0 * known_share, 100.0 * strange_share, before, after,
        100.0 * (1.0 - after / std::max(1e-9, before)), harm, harm_db,
        100.0 * shares[0] * worse[0] / count[0] / std::max(1e-9, harm));
}

/// What whole masters leave of smooth faults of rising size.
Curve severity_of(const AllOutcomes& outcomes, const std::vector<int>& cluster) {
    Curve curve{"as shipped, on audio", {}, {}};
    for (std::size_t t = 0; t < trials.size(); ++t) {
        if (trials[t].fault != Fault::none && trials[t].fault != Fault::smooth) continue;
        const auto draws = drawn(outcomes[t], cluster, &Distances::tone_db, after(&Distances::tone_db));
        curve.x.push_back(mean_of(draws.before_db));
        curve.y.push_back(mean_of(draws.after_db));
    }
    return curve;
}

/// The steps of the way that are on audio, all of the same tracks: three ways to set a tone, and whole masters.
std::vector<Step> steps_of(const AllOutcomes& outcomes, const std::vector<int>& cluster,
                           std::span<const AudioRung> rungs) {
    const auto step = [&](std::string name, const Measure& source, const Measure& version) {
        Step made{std::move(name)};
        for (std::size_t t = 0; t < trials.size(); ++t) {
            const auto draws = drawn(outcomes[t], cluster, source, version, [](std::size_t) { return true; });
            if (trials[t].fault == Fault::none) made.drift_p95_db = percentile_db<950>(draws);
            if (trials[t].fault != Fault::smooth || trials[t].only_shown) continue;
            (trials[t].size_db == small_db ? made.small_percent : made.large_percent) = reduction_percent(draws);
        }
        return made;
    };
    std::vector<Step> steps;
    for (const auto& [rung, name] :
         {std::pair{"M1, without gate", "on audio, artists not seen: without gate, by the chain's curve"},
          {"**M1 with gate, as shipped**", "on audio, with the gate, as shipped"}}) {
        const auto found = std::ranges::find(rungs, rung, &AudioRung::name);
        if (found != rungs.end())
            steps.push_back(step(name, by_rung(0), by_rung(static_cast<std::size_t>(found - rungs.begin()))));
    }
    steps.push_back(step("whole masters, as shipped", before(&Distances::tone_db), after(&Distances::tone_db)));
    const auto ceiling =
        std::ranges::find_if(rungs, [](const auto& rung) { return rung.name.starts_with("actuator"); });
    if (ceiling != rungs.end())
        steps.push_back(step("on audio, the error known (actuator ceiling)", by_rung(0),
                             by_rung(static_cast<std::size_t>(ceiling - rungs.begin()))));
    return steps;
}

/// Drift and what is left of 3 and 6 dB, by some grouping of the tracks.
std::string by_group(const AllOutcomes& outcomes, const std::vector<int>& cluster,
                     const std::function<std::string(std::size_t)>& name_of) {
    std::map<std::string, int> groups;
    for (std::size_t i = 0; i < outcomes[0].size(); ++i) ++groups[name_of(i)];
    const auto is_shown = [](const Trial& trial) {
        return trial.fault == Fault::none || (trial.fault == Fault::smooth && !trial.only_shown);
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

std::string in_words(const AllOutcomes& outcomes, const std::vector<int>& cluster) {
    std::vector<double> simulated, loudness_error;
    int halved = 0;
    int dropped = 0;
    int failed = 0;
    for (const auto& of_trial : outcomes)
        for (const auto& outcome : of_trial) {
            failed += outcome ? 0 : 1;
            if (!outcome) continue;
            simulated.push_back(outcome->simulated_db);
            loudness_error.push_back(outcome->shipped.after.loudness_lu);
            halved += outcome->treatment_share == 0.5 ? 1 : 0;
            dropped += outcome->treatment_share == 0.0 ? 1 : 0;
        }
    return "Median / 95th percentile: a master mastered once more moves by " +
           median_and_p95(again_draws(outcomes[0], cluster, &Distances::tone_db).after_db) + " dB in tone and " +
           median_and_p95(again_draws(outcomes[0], cluster, &Distances::loudness_lu).after_db) +
           " LU; the loudness chosen is " + median_and_p95(loudness_error) +
           " LU from that of the true master; the tone of a master is " + median_and_p95(simulated) +
           " dB from what its tone curve adds to the source's (the error of the feature domain). Of " +
           formatted(
               "%zu masters, %d got half the treatment and %d none, since more would not have brought them "
               "nearer to what is expected; %d could not be rendered.\n\n",
               simulated.size(), halved, dropped, failed);
}

}  // namespace

RenderedChapter rendered_chapter(std::span<const Example> examples, const AllOutcomes& outcomes,
                                 std::span<const AudioRung> rungs, std::span<const OtherMaster> others,
                                 std::span<const double> strangeness, std::span<const Example> known) {
    const auto cluster = numbered_albums(examples);
    std::string text =
        "## On audio\n\nFaults are rendered into whole tracks by artists that the shipped model has not seen, the "
        "tracks are mastered from end to end (loudness chosen by the model), and the masters are compared with the "
        "tracks as they were: mean distance left, 95 % of it by bootstrap over albums (the music of a package, or "
        "of "
        "an artist's folder); in brackets the reduction against the faulty track, 95 % of that, the share made "
        "better "
        "and the share made worse by more than 0.25 dB. Where there is no fault in what is measured it is the "
        "drift, median / 95th percentile, and in brackets the share that moves by more than 0.25 dB: so many would "
        "count as made worse by a fault that hardly shows, like hiss.\n\n" +
        faults_table(outcomes, cluster) + in_words(outcomes, cluster) + mixture_text(outcomes) +
        "Every way to set the tone, rendered by the chain's tone curve, nothing else being done to the track and "
        "nothing checked afterwards; without gate, with that of the model itself, or, where a way has none, with "
        "M1's: "
        "as much of a curve as a fault is likely, and by 0.85 dB at most where none is sure. The genre's mean "
        "curve goes "
        "by the genre that the list has.\n\n" +
        rungs_table(outcomes, cluster, rungs, "tone") + "The same of the width:\n\n" +
        rungs_table(outcomes, cluster, rungs, "width") +
        "Whole masters made in other ways, at the loudness that the shipped model chooses, of the same tracks; and "
        "how "
        "far such a master of an untouched track moves when it is mastered once more the same way:\n\n" +
        masters_table(outcomes, cluster, others) + "As shipped, by genre:\n\n" +
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
    return {std::move(text), bars_of(outcomes, cluster), steps_of(outcomes, cluster, rungs),
            severity_of(outcomes, cluster)};
}

}  // namespace burnish::training
