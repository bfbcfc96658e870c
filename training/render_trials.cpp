#include "training/render_trials.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "core/fingerprint.h"
#include "io/audio_file.h"
#include "io/scratch.h"
#include "mastering/master.h"
#include "mastering/memory_audio.h"
#include "mastering/rendered_source.h"
#include "mastering/rule_predictor.h"
#include "mastering/usual_tone.h"
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

/// What the tone curve of some settings adds to the Bark bands.
VectorXd curve_of(const ChainSettings& settings) {
    KnotLevels knots_db{};
    for (std::size_t knot = 0; knot < knots_db.size(); ++knot) knots_db[knot] = settings.tone.*mid_tone_knots[knot];
    const LevelCurve curve(knots_db, tone_knot_hz(0), 2.0);
    VectorXd bands(tone_bands);
    for (int b = 0; b < tone_bands; ++b) bands(b) = curve.level_db(bark_bands_hz[static_cast<std::size_t>(b)]);
    return bands;
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

/// The shipped loudness, and nothing else or what the rules propose.
Predictor at_its_loudness(const Predictor& learned, bool by_rules) {
    return [=](const TrackAnalysis& track, const Target& target) {
        auto prediction = by_rules ? predict_by_rules(track, target) : Prediction();
        prediction.loudness = learned(track, target).loudness;
        return prediction;
    };
}

/// What each way leaves of the fault, before anything limits it. Originals and versions are measured as masters are,
/// which is quicker than all there is to know of a track.
bool try_rungs(const Example& example, AudioSource& original, MemorySource& faulty, const TrackAnalysis& known,
               const Trial& trial, const Degradation& fault, std::span<const AudioRung> rungs, Outcome& outcome) {
    const auto measured = [](AudioSource& source) {
        return analyze_source(
            source, false, [](double) { return true; }, AnalysisScope::master);
    };
    const auto aim = measured(original);
    if (!aim) return false;
    for (std::size_t r = 0; r < rungs.size(); ++r) {
        const auto& rung = rungs[r];
        if (!with_rungs(trial, rung.head)) continue;
        if (!faulty.rewind()) return false;
        const auto undone = rung.undoes_exactly ? degraded(faulty, inverse_of(fault)) : nullptr;
        RenderedSource<program_stages> rendered(undone ? *undone : static_cast<AudioSource&>(faulty),
                                                rung.choose(known, example, fault));
        const auto version = measured(rendered);
        if (!version) return false;
        const auto left = distances(*version, *aim);
        outcome.rung_db[r] = rung.head == "tone" ? left.tone_db : left.width_db;
    }
    return true;
}

std::optional<Outcome> try_one(const Example& example, std::size_t index, std::size_t number,
                               const std::filesystem::path& file, const Predictor& learned,
                               std::span<const AudioRung> rungs, bool on_ladder) {
    auto opened = open_audio(file);
    if (!opened) return std::nullopt;
    auto& original = **opened;
    const auto& trial = trials[number];
    Random random(100 * index + number);
    const auto degradation = draw_degradation(trial.fault, trial.size_db, random);
    auto source = in_memory(*degraded(original, degradation));
    if (!source) return std::nullopt;
    const auto& info = original.info();

    MemoryDelivery delivery(info.channels, info.sample_rate_hz);
    auto report = mastered(*source, learned, delivery);
    if (!report || !report->after) return std::nullopt;
    Outcome outcome;
    outcome.rung_db.fill(Distances().tone_db);
    outcome.before = distances(report->before, example.analysis);
    outcome.after = distances(*report->after, example.analysis);
    outcome.treatment_share = report->treatment_share;
    outcome.side_regions = static_cast<double>(width_of(example.analysis).heard.count());
    const auto heard = tone_of(report->before);
    outcome.simulated_db =
        error_size(heard.values + curve_of(report->settings) - tone_of(*report->after).values, heard, true);
    if (trial.fault == Fault::none) {
        MemorySource once(delivery.buffer(), info.sample_rate_hz);
        MemoryDelivery second(info.channels, info.sample_rate_hz);
        const auto again = mastered(once, learned, second);
        if (again && again->after) outcome.again = distances(*again->after, *report->after);
    }
    if (on_ladder && trial.other_masters)
        for (const bool by_rules : {false, true}) {
            MemoryDelivery other(info.channels, info.sample_rate_hz);
            if (!source->rewind()) return std::nullopt;
            const auto made = mastered(*source, at_its_loudness(learned, by_rules), other);
            if (made && made->after)
                (by_rules ? outcome.by_rules : outcome.by_loudness) = distances(*made->after, example.analysis);
        }
    const bool has_rungs = std::ranges::any_of(rungs, [&](const auto& rung) { return with_rungs(trial, rung.head); });
    if (on_ladder && has_rungs &&
        !try_rungs(example, original, *source, report->before, trial, degradation, rungs, outcome))
        return std::nullopt;
    return outcome;
}

}  // namespace

bool with_rungs(const Trial& trial, std::string_view head) noexcept {
    return head == "tone" ? trial.tone_rungs : trial.width_rungs;
}

std::string trial_name(const Trial& trial) {
    return std::string(fault_name(trial.fault)) +
           (trial.size_db > 0.0 ? formatted(", %.0f dB", trial.size_db) : std::string(", untouched"));
}

std::array<Outcomes, trials.size()> run_trials(std::span<const Example> examples, const std::filesystem::path& corpus,
                                               const std::filesystem::path& kept, const Predictor& learned,
                                               std::span<const AudioRung> rungs, int ladder_every, int jobs,
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
            const bool on_ladder = index % static_cast<std::size_t>(ladder_every) == 0;
            const auto name =
                hexadecimal(fingerprint(of_file)) + formatted(" %zu %zu%s", index, trial, on_ladder ? " ladder" : "");
            auto& outcome = outcomes[trial][index];
            outcome = read_kept<Outcome>(kept / name);
            if (outcome) continue;
            outcome = try_one(examples[index], index, trial, file, learned, rungs, on_ladder);
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
