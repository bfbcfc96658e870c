#include "training/rendered_evaluation.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "analysis/statistics.h"
#include "io/audio_file.h"
#include "io/scratch.h"
#include "mastering/learned_predictor.h"
#include "mastering/master.h"
#include "mastering/memory_audio.h"
#include "mastering/rule_predictor.h"
#include "mastering/usual_tone.h"
#include "training/feature_table.h"
#include "training/formatted.h"
#include "training/ladder.h"

namespace burnish::training {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// What is rendered and mastered for every track.
struct Trial {
    Fault fault;
    double size_db;
    bool with_rules;  ///< mastered by the rules too
};
constexpr auto trials = std::to_array<Trial>({{Fault::none, 0.0, true},
                                              {Fault::smooth, 3.0, true},
                                              {Fault::smooth, 6.0, true},
                                              {Fault::equalizer, 3.0, true},
                                              {Fault::equalizer, 6.0, false},
                                              {Fault::width, 6.0, false},
                                              {Fault::transients, 6.0, false}});

/// Distances of a version of a track from the track as it was.
struct Distances {
    double tone_db = 0.0, width_db = 0.0, plr_db = 0.0, spread_db = 0.0, loudness_lu = 0.0;
};
Distances distances(const TrackAnalysis& version, const TrackAnalysis& original) {
    const auto tone = tone_of(original);
    const auto width = width_of(original);
    const auto dynamics = dynamics_of(original);
    const VectorXd spread = dynamics_of(version).values - dynamics.values;
    return {error_size(tone_of(version).values - tone.values, tone, true),
            error_size(width_of(version).values - width.values, width, false), std::abs(spread(0)),
            spread.tail(spread.size() - 1).cwiseAbs().mean(),
            std::abs(version.integrated_lufs - original.integrated_lufs)};
}

/// How one track went through one trial.
struct Outcome {
    Distances before, after;
    std::optional<Distances> by_rules;
    std::optional<Distances> again;  ///< the master mastered once more, from the master
    double simulated_db = 0.0;       ///< of the tone: what the settings should have done, from what they did
    double treatment_share = 1.0;
    bool has_side = false;
};

MasterServices services() {
    auto made = memory_services();
    made.make_scratch = [](int channels, double sample_rate_hz) {
        return make_scratch(channels, sample_rate_hz, usual_scratch_bytes_per_channel(sample_rate_hz));
    };
    return made;
}

Result<MasterReport> mastered(AudioSource& source, const Predictor& predictor, MemoryDelivery& delivery) {
    MasterRequest request;
    request.predictor = predictor;
    request.target.choose_loudness = true;
    request.delivery_bits = 0;
    request.concurrent = false;
    request.verified = AnalysisScope::track;
    return master(source, request, services(), &delivery, {});
}

/// What the tone curve of some settings adds to the Bark bands.
VectorXd curve_of(const ChainSettings& settings) {
    KnotLevels knots_db{};
    for (std::size_t knot = 0; knot < knots_db.size(); ++knot) knots_db[knot] = settings.tone.*mid_tone_knots[knot];
    const LevelCurve curve(knots_db, tone_knot_hz(0), 2.0);
    VectorXd bands(tone_bands);
    for (int b = 0; b < tone_bands; ++b) bands(b) = curve.level_db(bark_bands_hz[static_cast<std::size_t>(b)]);
    return bands;
}

std::optional<Outcome> try_one(const Example& example, std::size_t index, const Trial& trial,
                               const std::filesystem::path& file, const Predictor& learned) {
    auto opened = open_audio(file);
    if (!opened) return std::nullopt;
    auto& original = **opened;
    Random random(100 * index + static_cast<std::size_t>(&trial - trials.data()));
    const auto degradation = draw_degradation(trial.fault, trial.size_db, random);
    const auto source = degraded(original, degradation);
    const auto& info = original.info();

    MemoryDelivery delivery(info.channels, info.sample_rate_hz);
    auto report = mastered(*source, learned, delivery);
    if (!report || !report->after) return std::nullopt;
    Outcome outcome;
    outcome.before = distances(report->before, example.analysis);
    outcome.after = distances(*report->after, example.analysis);
    outcome.treatment_share = report->treatment_share;
    outcome.has_side = width_of(example.analysis).heard.count() >= 3;
    const auto heard = tone_of(report->before);
    outcome.simulated_db =
        error_size(heard.values + curve_of(report->settings) - tone_of(*report->after).values, heard, true);

    if (trial.fault == Fault::none) {
        MemorySource once(delivery.buffer(), info.sample_rate_hz);
        MemoryDelivery second(info.channels, info.sample_rate_hz);
        const auto again = mastered(once, learned, second);
        if (again && again->after) outcome.again = distances(*again->after, *report->after);
    }
    if (trial.with_rules) {
        if (!source->rewind()) return std::nullopt;
        MemoryDelivery other(info.channels, info.sample_rate_hz);
        const auto by_rules = mastered(*source, predict_by_rules, other);
        if (by_rules && by_rules->after) outcome.by_rules = distances(*by_rules->after, example.analysis);
    }
    return outcome;
}

using Outcomes = std::vector<std::optional<Outcome>>;  // per example

Draws drawn(const Outcomes& outcomes, const std::vector<int>& cluster, double Distances::*member,
            const std::function<std::optional<Distances>(const Outcome&)>& version) {
    Draws draws;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (!outcomes[i] || (member == &Distances::width_db && !outcomes[i]->has_side)) continue;
        const auto found = version(*outcomes[i]);
        if (!found) continue;
        draws.before_db.push_back(outcomes[i]->before.*member);
        draws.after_db.push_back((*found).*member);
        draws.cluster.push_back(cluster[i]);
    }
    return draws;
}

std::string drawn_text(const Draws& draws) {
    if (draws.after_db.empty()) return " | –";
    const auto cell = summary_of(draws);
    if (cell.before_db < 1e-3) return formatted(" | %.2f / %.2f", cell.median_db, cell.p95_db);
    return formatted(" | %.2f [%.2f, %.2f] (%.0f %%, %.0f %%, %.0f %%)", cell.residual_db, cell.low_db, cell.high_db,
                     100.0 * cell.reduction, 100.0 * cell.win_rate, 100.0 * cell.harm_rate);
}

std::optional<Distances> after(const Outcome& outcome) { return outcome.after; }

std::vector<Bar> bars_of(const std::array<Outcomes, trials.size()>& outcomes, const std::vector<int>& cluster) {
    std::vector<Bar> bars;
    double plr_error_db = 0.0;
    double worst_plr_error_db = 0.0;
    int faults = 0;
    std::vector<float> tone_again, loudness_again;
    for (std::size_t t = 0; t < trials.size(); ++t) {
        const auto& [fault, size_db, with_rules] = trials[t];
        const auto cell_of = [&](double Distances::*member) {
            return summary_of(drawn(outcomes[t], cluster, member, after));
        };
        const auto tone = cell_of(&Distances::tone_db);
        if (fault == Fault::none) {
            bars.push_back({"tone of untouched masters, median", tone.median_db, 0.4, true, "dB"});
            bars.push_back({"tone of untouched masters, 95th percentile", tone.p95_db, 1.2, true, "dB"});
            for (const auto& outcome : outcomes[t])
                if (outcome && outcome->again) {
                    tone_again.push_back(static_cast<float>(outcome->again->tone_db));
                    loudness_again.push_back(static_cast<float>(outcome->again->loudness_lu));
                }
            continue;
        }
        ++faults;
        const double plr_db = cell_of(&Distances::plr_db).residual_db;
        plr_error_db += plr_db;
        worst_plr_error_db = std::max(worst_plr_error_db, plr_db);
        const auto name = std::string(fault_name(fault)) + formatted(", %.0f dB", size_db);
        if (fault == Fault::smooth || fault == Fault::equalizer) {
            const bool is_small = size_db < 4.0;
            bars.push_back(
                {"tone, " + name + ": less than before", 100.0 * tone.reduction, is_small ? 22.0 : 42.0, false, "%"});
            if (is_small) bars.push_back({"tone, " + name + ": made worse", 100.0 * tone.harm_rate, 12.0, true, "%"});
        }
        if (fault == Fault::width)
            bars.push_back(
                {name + ": less than before", 100.0 * cell_of(&Distances::width_db).reduction, 40.0, false, "%"});
    }
    bars.push_back({"peak to loudness ratio to the true master's, mean of all faults",
                    plr_error_db / std::max(1, faults), 1.5, true, "dB"});
    bars.push_back({"the same, of the fault that it does worst at", worst_plr_error_db, 1.5, true, "dB"});
    if (tone_again.empty()) return bars;
    bars.push_back({"a master mastered once more: tone, median", percentile(tone_again, 0.5), 0.3, true, "dB"});
    bars.push_back({"the same: loudness, median", percentile(loudness_again, 0.5), 0.3, true, "LU"});
    return bars;
}

}  // namespace

RenderedChapter rendered_chapter(std::span<const Example> unknown, const std::filesystem::path& corpus,
                                 const Predictor& learned, int jobs,
                                 const std::function<void(const std::string&)>& tell) {
    std::array<Outcomes, trials.size()> outcomes;
    for (auto& of_trial : outcomes) of_trial.resize(unknown.size());
    std::atomic<std::size_t> next = 0;
    std::mutex telling;
    const auto work = [&] {
        for (std::size_t item = next++; item < unknown.size() * trials.size(); item = next++) {
            const std::size_t index = item / trials.size();
            const std::size_t trial = item % trials.size();
            const auto& row = unknown[index].row;
            outcomes[trial][index] = try_one(unknown[index], index, trials[trial], track_file(row, corpus), learned);
            const std::scoped_lock lock(telling);
            tell(formatted("rendered %zu of %zu", item + 1, unknown.size() * trials.size()));
        }
    };
    std::vector<std::thread> threads;
    for (int job = 1; job < jobs; ++job) threads.emplace_back(work);
    work();
    for (auto& thread : threads) thread.join();

    const auto cluster = numbered(unknown, &TrackRow::artist);
    const auto before = [](const Outcome& outcome) { return std::optional(outcome.before); };
    const auto rules = [](const Outcome& outcome) { return outcome.by_rules; };
    std::string text =
        "## On audio\n\nFaults are rendered into whole tracks by artists that the shipped model has not seen, the "
        "tracks are mastered from end to end (loudness chosen by the model), and the masters are compared with the "
        "tracks as they were: mean distance left, 95 % of it by bootstrap over artists; in brackets the reduction "
        "against the faulty track, the share made better and the share made worse by more than 0.25 dB. For untouched "
        "tracks it is the drift, median / 95th percentile.\n\n"
        "| fault | tone: loudness only | tone: rules | **tone: learned** | **width: learned** | peak to loudness: "
        "source | **learned** | spread of bands: source | **learned** |\n|---|---|---|---|---|---|---|---|---|\n";
    for (std::size_t t = 0; t < trials.size(); ++t) {
        const auto& trial = trials[t];
        text += "| " + std::string(fault_name(trial.fault)) +
                (trial.size_db > 0.0 ? formatted(", %.0f dB", trial.size_db) : std::string(", untouched"));
        const auto add = [&](double Distances::*member, const auto& version) {
            text += drawn_text(drawn(outcomes[t], cluster, member, version));
        };
        add(&Distances::tone_db, before);
        add(&Distances::tone_db, rules);
        add(&Distances::tone_db, after);
        add(&Distances::width_db, after);
        add(&Distances::plr_db, before);
        add(&Distances::plr_db, after);
        add(&Distances::spread_db, before);
        add(&Distances::spread_db, after);
        text += " |\n";
    }
    std::vector<double> simulated, tone_again, loudness_again, loudness_error;
    int halved = 0;
    int dropped = 0;
    for (const auto& of_trial : outcomes)
        for (const auto& outcome : of_trial) {
            if (!outcome) continue;
            simulated.push_back(outcome->simulated_db);
            loudness_error.push_back(outcome->after.loudness_lu);
            halved += outcome->treatment_share == 0.5 ? 1 : 0;
            dropped += outcome->treatment_share == 0.0 ? 1 : 0;
            if (!outcome->again) continue;
            tone_again.push_back(outcome->again->tone_db);
            loudness_again.push_back(outcome->again->loudness_lu);
        }
    const auto median_and_p95 = [](std::vector<double> values) {
        if (values.empty()) return std::string("–");
        std::ranges::sort(values);
        return formatted("%.2f / %.2f", values[values.size() / 2], values[values.size() * 95 / 100]);
    };
    text += "\nMedian / 95th percentile: a master mastered once more moves by " + median_and_p95(tone_again) +
            " dB in tone and " + median_and_p95(loudness_again) + " LU; the loudness chosen is " +
            median_and_p95(loudness_error) + " LU from that of the true master; the tone of a master is " +
            median_and_p95(simulated) +
            " dB from what its tone curve adds to the source's (the error of the feature domain). Of " +
            formatted("%zu masters, %d got half the treatment and %d none, since the whole would have made them worse.",
                      simulated.size(), halved, dropped) +
            "\n\n";

    return {std::move(text), bars_of(outcomes, cluster)};
}

}  // namespace burnish::training
