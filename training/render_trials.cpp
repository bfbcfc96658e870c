#include "training/render_trials.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "analysis/spectrum_analyzer.h"
#include "core/fingerprint.h"
#include "io/audio_file.h"
#include "io/scratch.h"
#include "mastering/master.h"
#include "mastering/memory_audio.h"
#include "mastering/rendered_source.h"
#include "training/formatted.h"
#include "training/kept.h"
#include "training/ladder.h"

namespace burnish::training {

namespace {

using Eigen::VectorXd;

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

/// The fault's own blocks turned round.
Degradation inverse_of(Degradation fault) {
    for (const auto knot : mid_tone_knots) fault.settings.tone.*knot = -(fault.settings.tone.*knot);
    for (const auto knot : side_tone_knots) fault.settings.tone.*knot = -(fault.settings.tone.*knot);
    auto& eq = fault.settings.eq;
    for (auto* gain : {&eq.low_shelf_db, &eq.bell_1_db, &eq.bell_2_db, &eq.bell_3_db, &eq.bell_4_db, &eq.high_shelf_db})
        *gain = -*gain;
    return fault;
}

Result<MemorySource> in_memory(AudioSource& source) {
    const auto& info = source.info();
    AudioBuffer audio(info.channels, static_cast<int>(info.frames));
    int done = 0;
    while (done < audio.frames()) {
        const auto got = source.read(audio.view().part(done, std::min(8192, audio.frames() - done)));
        if (!got) return got.error();
        if (*got == 0) break;
        done += *got;
    }
    return MemorySource(std::move(audio), info.sample_rate_hz);
}

/// The balance of a track, and nothing else of it.
Result<TrackAnalysis> balance_measured(AudioSource& source) {
    SpectrumAnalyzer spectrum;
    spectrum.prepare(source.info(), AnalysisScope::master);
    AudioBuffer block(source.info().channels, 8192);
    while (true) {
        const auto got = source.read(block.view());
        if (!got) return got.error();
        if (*got == 0) break;
        spectrum.process(std::as_const(block).view().part(0, *got));
    }
    TrackAnalysis analysis;
    analysis.sample_rate_hz = source.info().sample_rate_hz;
    spectrum.finish(analysis);
    return analysis;
}

/// What each way leaves of the fault, nothing else being done.
bool try_rungs(const Example& example, AudioSource& original, MemorySource& faulty, const TrackAnalysis& known,
               const Trial& trial, const Degradation& fault, std::span<const AudioRung> rungs, Outcome& outcome) {
    if (!original.rewind()) return false;
    const auto aim = balance_measured(original);
    if (!aim) return false;
    const auto tone = tone_of(*aim);
    const auto width = width_of(*aim);
    for (std::size_t r = 0; r < rungs.size(); ++r) {
        const auto& rung = rungs[r];
        if (!with_rungs(trial, rung.head)) continue;
        if (!faulty.rewind()) return false;
        const auto undone = rung.undoes_exactly ? degraded(faulty, inverse_of(fault)) : nullptr;
        RenderedSource<program_stages> rendered(undone ? *undone : static_cast<AudioSource&>(faulty),
                                                rung.choose(known, example, fault));
        const auto version = balance_measured(rendered);
        if (!version) return false;
        outcome.rung_db[r] = rung.head == "tone" ? error_size(tone_of(*version).values - tone.values, tone, true)
                                                 : error_size(width_of(*version).values - width.values, width, false);
    }
    return true;
}

/// Masters a track; and masters the master, if that is wanted.
std::optional<Outcome::Master> try_master(MemorySource& source, const Example& example, const Predictor& predictor,
                                          bool twice, std::optional<MasterReport>& report) {
    const auto& info = source.info();
    MemoryDelivery delivery(info.channels, info.sample_rate_hz);
    if (!source.rewind()) return std::nullopt;
    auto made = mastered(source, predictor, delivery);
    if (!made || !made->after) return std::nullopt;
    report = *std::move(made);
    Outcome::Master master{distances(*report->after, example.analysis), {}};
    if (!twice) return master;
    MemorySource once(delivery.buffer(), info.sample_rate_hz);
    MemoryDelivery second(info.channels, info.sample_rate_hz);
    const auto again = mastered(once, predictor, second);
    if (again && again->after) master.again = distances(*again->after, *report->after);
    return master;
}

std::optional<Outcome> try_one(const Example& example, std::size_t index, std::size_t number,
                               const std::filesystem::path& file, const Predictor& learned,
                               std::span<const AudioRung> rungs, std::span<const OtherMaster> others) {
    auto opened = open_audio(file);
    if (!opened) return std::nullopt;
    auto& original = **opened;
    const auto& trial = trials[number];
    Random random(100 * index + number);
    const auto degradation = draw_degradation(trial.fault, trial.size_db, random);
    auto source = in_memory(*degraded(original, degradation));
    if (!source) return std::nullopt;

    assert(rungs.size() <= Outcome::most_rungs && others.size() <= Outcome::most_masters);
    const bool twice = trial.fault == Fault::none;
    std::optional<MasterReport> report, unused;
    const auto shipped = try_master(*source, example, learned, twice, report);
    if (!shipped) return std::nullopt;
    Outcome outcome;
    outcome.rung_db.fill(Distances().tone_db);
    outcome.before = distances(report->before, example.analysis);
    outcome.shipped = *shipped;
    outcome.treatment_share = report->treatment_share;
    outcome.side_regions = static_cast<double>(width_of(example.analysis).heard.count());
    const auto heard = tone_of(report->before);
    outcome.simulated_db =
        error_size(heard.values + tone_gains(report->settings) - tone_of(*report->after).values, heard, true);
    if (trial.other_masters)
        for (std::size_t m = 0; m < others.size(); ++m) {
            const auto proposed = [&](const TrackAnalysis& track, const Target& target) {
                return others[m].propose(track, target, example, degradation);
            };
            outcome.others[m] = try_master(*source, example, proposed, twice, unused).value_or(Outcome::Master());
        }
    const bool has_rungs = std::ranges::any_of(rungs, [&](const auto& rung) { return with_rungs(trial, rung.head); });
    if (has_rungs && !try_rungs(example, original, *source, report->before, trial, degradation, rungs, outcome))
        return std::nullopt;
    return outcome;
}

}  // namespace

bool with_rungs(const Trial& trial, std::string_view head) noexcept {
    return head == "tone" ? trial.tone_rungs : trial.width_rungs;
}

std::string trial_name(const Trial& trial) {
    if (trial.fault == Fault::none) return "none, untouched";
    const auto unit = trial.fault == Fault::codec  ? "kbit/s"
                      : trial.fault == Fault::hiss ? "dB under full scale"
                                                   : "dB";
    return std::string(fault_name(trial.fault)) + formatted(", %.0f %s", trial.size_db, unit);
}

std::array<Outcomes, trials.size()> run_trials(std::span<const Example> examples, const std::filesystem::path& corpus,
                                               const std::filesystem::path& kept, const Predictor& learned,
                                               std::span<const AudioRung> rungs, std::span<const OtherMaster> others,
                                               int others_every, int jobs,
                                               const std::function<void(const std::string&)>& tell) {
    std::filesystem::create_directories(kept);
    std::array<Outcomes, trials.size()> outcomes;
    for (auto& of_trial : outcomes) of_trial.resize(examples.size());
    std::atomic<std::size_t> next = 0;
    std::mutex telling;
    const auto work = [&] {
        for (std::size_t item = next++; item < examples.size() * trials.size(); item = next++) {
            const std::size_t index = item / trials.size();
            const std::size_t trial = item % trials.size();
            const auto& row = examples[index].row;
            const auto file = track_file(row, corpus);
            std::error_code unread;
            const auto of_file = file.string() + " " + std::to_string(std::filesystem::file_size(file, unread));
            const bool in_all_ways = index % static_cast<std::size_t>(others_every) == 0;
            const auto name =
                hexadecimal(fingerprint(of_file)) + formatted(" %zu %zu%s", index, trial, in_all_ways ? " all" : "");
            auto& outcome = outcomes[trial][index];
            outcome = read_kept<Outcome>(kept / name);
            if (outcome) continue;
            outcome = try_one(examples[index], index, trial, file, learned, rungs,
                              in_all_ways ? others : std::span<const OtherMaster>());
            if (outcome) keep(*outcome, kept / name);
            const std::scoped_lock lock(telling);
            tell(formatted("rendered %zu of %zu", item + 1, examples.size() * trials.size()));
        }
    };
    std::vector<std::thread> threads;
    for (int job = 1; job < jobs; ++job) threads.emplace_back(work);
    work();
    for (auto& thread : threads) thread.join();
    return outcomes;
}

}  // namespace burnish::training
