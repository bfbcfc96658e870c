#include "mastering/master.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>

#include "analysis/level_analyzer.h"
#include "analysis/spectrum_analyzer.h"
#include "core/decibels.h"
#include "core/pipeline.h"
#include "dsp/denormals.h"
#include "dsp/extremes.h"
#include "mastering/judged_stages.h"
#include "mastering/level_desk.h"
#include "mastering/level_solver.h"
#include "mastering/master_warnings.h"
#include "mastering/phase_progress.h"
#include "mastering/prefetched_source.h"
#include "mastering/reason_text.h"
#include "mastering/rendered_source.h"
#include "mastering/shaped_prediction.h"

namespace burnish {

namespace {

constexpr int block_frames = 8192;

Error canceled() { return {ErrorCode::canceled, "stopped"}; }

/// 16 bits at 44.1 or 48 kHz can hide their dither; longer words need not, shorter ones should not be processed again.
Dither::Settings dither_for(int bits) { return {.bits = static_cast<double>(bits), .shaping = bits <= 16 ? 1.0 : 0.0}; }

/// True if every sample of the programme reaches the file as it came, but for those that the limiter turns down.
bool leaves_samples_alone(const ChainSettings& settings, const LimiterSettings& limiter) {
    return all_neutral(program_stages, settings) && is_neutral(settings.clipper, SoftClipper::params) &&
           limiter.drive_db == 0.0 && limiter.high_cut_hz == 0.0;
}

std::int64_t frames_beyond_full_scale(ConstAudioView audio) {
    bool any = false;
    for (int c = 0; c < audio.channels(); ++c)
        any = any || largest_of(audio.channel(c)) > 1.0F || lowest_of(audio.channel(c)) < -1.0F;
    if (!any) return 0;
    std::int64_t count = 0;
    for (int n = 0; n < audio.frames(); ++n) {
        float peak = 0.0F;
        for (int c = 0; c < audio.channels(); ++c) peak = std::max(peak, std::abs(audio.channel(c)[n]));
        count += peak > 1.0F ? 1 : 0;
    }
    return count;
}

bool compresses(const ChainSettings& settings) {
    return !is_neutral(settings.multiband, MultibandCompressor::params) ||
           !is_neutral(settings.glue, GlueCompressor::params);
}

}  // namespace

Result<TrackAnalysis> analyze_source(AudioSource& source, bool concurrent, const std::function<bool(double)>& tick,
                                     AnalysisScope scope) {
    if (auto status = source.rewind(); !status) return status.error();
    const auto& info = source.info();
    LevelAnalyzer levels;
    levels.prepare(info, scope);
    SpectrumAnalyzer spectrum;
    spectrum.prepare(info, scope);

    struct Slot {
        AudioBuffer audio;
        int frames = 0;
    };
    std::array<Slot, pipeline_slots> slots;
    for (auto& slot : slots) slot.audio = AudioBuffer(info.channels, block_frames);
    std::int64_t done = 0;
    const auto produce = [&](Slot& slot) -> Result<bool> {
        const FlushDenormals no_denormals;
        auto got = source.read(slot.audio.view());
        if (!got) return got.error();
        slot.frames = *got;
        if (slot.frames == 0) return false;
        levels.process(slot.audio.view().part(0, slot.frames));
        done += slot.frames;
        if (!tick(static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(1, info.frames))))
            return canceled();
        return true;
    };
    const auto consume = [&](Slot& slot) -> Status {
        const FlushDenormals no_denormals;
        spectrum.process(slot.audio.view().part(0, slot.frames));
        return success();
    };
    if (auto status = run_pipeline(concurrent, slots, produce, consume); !status) return status.error();
    TrackAnalysis analysis;
    levels.finish(analysis);
    spectrum.finish(analysis);
    return analysis;
}

namespace {

/// What references ask for, shaped by genre and style as any proposal is.
Result<Study> study_with_references(AudioSource& source, const TrackAnalysis& analysis, const MasterRequest& request,
                                    const std::function<bool(double)>& tick) {
    auto match = match_references(source, analysis, *request.references, request.target, request.concurrent, tick);
    if (!match) return match.error();
    auto shape = request.target;
    shape.aim.tone_pull = shape.aim.width_pull = 0.0;  // tone and width are matched already
    return Study{analysis, shaped_prediction(std::move(match->prediction), analysis, shape), std::move(match->report)};
}

}  // namespace

Result<Study> study_track(AudioSource& source, const MasterRequest& request, const std::function<bool(double)>& tick) {
    const bool matches = request.references != nullptr && !request.references->empty();
    const double analyzing = request.analysis != nullptr ? 0.0 : matches ? 0.3 : 1.0;
    std::optional<TrackAnalysis> analysis;
    if (request.analysis != nullptr) {
        analysis = *request.analysis;
    } else {
        const auto part = [&](double fraction) { return tick(analyzing * fraction); };
        auto measured = analyze_source(source, request.concurrent, part);
        if (!measured) return measured.error();
        analysis = *measured;
    }
    if (!matches) return Study{*analysis, request.predictor(*analysis, request.target)};
    return study_with_references(source, *analysis, request,
                                 [&](double fraction) { return tick(analyzing + (1.0 - analyzing) * fraction); });
}

namespace {

/// What is the same for all attempts at a master.
struct Workshop {
    AudioSource& source;
    const MasterRequest& request;
    const MasterServices& services;
    Delivery* delivery;
    PhaseProgress& phase;
};

/// Renders, solves the loudness, writes and measures: all that follows from settings.
/// @param report     analysis, target, settings and decisions are there; the rest is filled in
/// @param has_begun  whether something was delivered that has to be thrown away
/// @param written    the master as it was written
Status carry_out(const Workshop& shop, MasterReport& report, bool& has_begun, std::unique_ptr<AudioSource>& written) {
    auto& source = shop.source;
    const auto& request = shop.request;
    auto* delivery = shop.delivery;
    auto& phase = shop.phase;
    if (auto status = source.rewind(); !status) return status;
    RenderedSource<tone_stages> with_tone(source, report.settings);
    PrefetchedSource with_tone_ahead(with_tone);
    AudioSource& half_way = request.concurrent ? static_cast<AudioSource&>(with_tone_ahead) : with_tone;
    RenderedSource<dynamics_stages> rendered(half_way, report.settings);
    AudioSource* programme = &rendered;
    int lead_frames = with_tone.latency_frames() + rendered.latency_frames();
    std::unique_ptr<AudioSource> converted;
    const double delivery_rate_hz =
        request.delivery_rate_hz > 0.0 ? request.delivery_rate_hz : source.info().sample_rate_hz;
    if (delivery_rate_hz != source.info().sample_rate_hz) {
        auto result = shop.services.convert_rate(rendered, delivery_rate_hz);
        if (!result) return result.error();
        converted = std::move(*result);
        programme = converted.get();
        lead_frames = 0;  // no real-time chain converts in the middle
    }

    phase.begin("mastering", 0.8);
    const auto ticker = phase.ticker();
    LevelDesk desk(shop.services, request.concurrent);
    Dither dither;
    dither.prepare({delivery_rate_hz, source.info().channels, block_frames});
    std::int64_t clipped_frames = 0;
    const auto deliver = [&](const LimiterSettings& limiter, bool limits,
                             const std::function<bool(std::int64_t)>& frames_tick) -> Result<LevelPass> {
        if (has_begun)
            if (auto status = delivery->restart(); !status) return status.error();
        has_begun = true;
        clipped_frames = 0;
        const bool untouched = !limits && converted == nullptr && leaves_samples_alone(report.settings, limiter);
        const int source_bits = source.info().bits_per_sample;
        const bool fits = untouched && source_bits > 0 && source_bits <= request.delivery_bits;
        if (!request.patch.pins("dither", "bits") && !fits) report.settings.dither = dither_for(request.delivery_bits);
        dither.set(report.settings.dither);
        dither.reset();
        return desk.pass(
            limiter,
            [&](AudioView block) {
                if (request.delivery_bits > 0) clipped_frames += frames_beyond_full_scale(block);
                dither.process(block);
                return delivery->write(block);
            },
            frames_tick);
    };

    Target aim = report.target;
    aim.loudness_lufs += request.offset.loudness_lu;
    aim.ceiling_dbtp += request.offset.ceiling_db;
    bool delivered = false;
    if (request.target.limit_peaks) {
        const LevelTask task{.programme = *programme,
                             .lead_frames = lead_frames,
                             .target = aim,
                             .settings = report.settings,
                             .patch = request.patch,
                             .expected_lufs = report.before.integrated_lufs,
                             .expected_dbtp = report.before.true_peak_dbtp,
                             .deliver = delivery == nullptr ? DeliveringPass() : deliver};
        auto solution = solve_level(desk, task, ticker);
        if (!solution) return solution.error();
        report.settings.clipper = solution->clipper;
        report.settings.limiter = solution->limiter;
        report.level = solution->report;
        report.status = solution->limited ? MasterStatus::limited : MasterStatus::done;
        report.reason = solution->reason;
        delivered = solution->delivered;
    } else {
        const auto frames_ticker = [&](std::int64_t) { return ticker(0.5); };
        auto status = desk.load(*programme,
                                {.lead_frames = lead_frames,
                                 .clipper = report.settings.clipper,
                                 .high_cut_hz = report.settings.limiter.high_cut_hz},
                                frames_ticker);
        if (!status) return status.error();
    }

    if (delivery == nullptr) {
        if (report.status == MasterStatus::done) report.status = MasterStatus::planned;
        add_warnings(report, request, 0);
        return success();
    }
    if (!delivered) {
        phase.begin("writing", 0.85);
        const auto write_ticker = phase.ticker();
        const auto length = std::max(1.0, static_cast<double>(programme->info().frames));
        auto pass = deliver(report.settings.limiter, report.level.reduction_max_db > 0.0,
                            [&](std::int64_t frames) { return write_ticker(static_cast<double>(frames) / length); });
        if (!pass) return pass.error();
    }

    phase.begin("verifying", 1.0);
    auto file = delivery->finish();
    if (!file) return file.error();
    written = *std::move(file);
    // The spreads of the bands are measured where something has changed them.
    const auto scope = compresses(report.settings) && request.verified == AnalysisScope::master ? AnalysisScope::match
                                                                                                : request.verified;
    auto after = analyze_source(*written, request.concurrent, phase.ticker(), scope);
    if (!after) return after.error();
    report.after = *after;
    note_what_encoding_moved(report);
    add_warnings(report, request, clipped_frames);
    return success();
}

/// Shares of the intensity asked for that are tried in turn, until the master is better than what it was made from.
constexpr std::array attempts{1.0, 0.5, 0.0};

/// Whether tone, width or dynamics are treated.
bool treats(const ChainSettings& settings) {
    bool found = false;
    for_each_stage(program_stages, [&](const auto& stage) {
        constexpr auto& params = std::remove_cvref_t<decltype(stage)>::Processor::params;
        found = found || (std::ranges::find(judged_stages, stage.name) != judged_stages.end() &&
                          !is_neutral(settings.*stage.settings, params));
    });
    return found;
}

/// Whether the treatment is of a kind that is weighed against what is expected: by the predictor's own measures, and
/// not because somebody wants it so.
bool is_judged(const Prediction& prediction, const MasterReport& report, const Patch& patch) {
    if (!prediction.misfit || !report.after) return false;
    if (std::ranges::any_of(patch.pins(), [&](const Patch::Pin& pin) {
            return std::ranges::find(judged_stages, pin.stage) != judged_stages.end();
        }))
        return false;
    return treats(report.settings);
}

/// How far source and master are from what is expected: the mean of what was measured of both.
struct Scores {
    double before = 0.0, after = 0.0;
    [[nodiscard]] bool is_better() const { return after < before; }
    /// Too near to each other for spectra side by side, which a master is measured by.
    [[nodiscard]] bool is_close() const { return !(std::abs(after - before) > 0.1); }
};

/// What can be held against a treatment: spreads of bands only where something compresses them; that of the lowest not
/// where a repair has taken away the DC and rumble that had kept its quiet moments up.
TrackAnalysis comparable(TrackAnalysis analysis, const ChainSettings& settings) {
    auto& levels_db = analysis.dynamics.level_db;
    if (!compresses(settings))
        levels_db.fill(silence_db);
    else if (!is_neutral(settings.repair, SubsonicFilter::params))
        levels_db.front() = silence_db;
    return analysis;
}

Scores scores_of(const Prediction& prediction, const MasterReport& report) {
    const auto before = prediction.misfit(comparable(report.before, report.settings));
    const auto after = prediction.misfit(comparable(*report.after, report.settings));
    Scores scores;
    int measures = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (std::isnan(before[i]) || std::isnan(after[i])) continue;
        scores.before += before[i];
        scores.after += after[i];
        ++measures;
    }
    scores.before /= std::max(1, measures);
    scores.after /= std::max(1, measures);
    return scores;
}

/// Whether the master is better by what the predictor measures; where that is close, by all that can be measured of it.
/// What is not judged is good enough. @param how  is filled in if it is not
Result<bool> is_better(const Prediction& prediction, const MasterRequest& request, AudioSource& written,
                       MasterReport& report, std::string& how) {
    if (!is_judged(prediction, report, request.patch)) return true;
    auto scores = scores_of(prediction, report);
    if (scores.is_close() && request.verified != AnalysisScope::track) {
        auto after = analyze_source(
            written, request.concurrent, [](double) { return true; }, AnalysisScope::track);
        if (!after) return after.error();
        report.after = *after;
        scores = scores_of(prediction, report);
    }
    how = reason_text("it departs by %.2f times the usual, the source by %.2f", scores.after, scores.before);
    return scores.is_better();
}

/// What is surely broken is mended, whatever becomes of the rest. @return  whether there was anything
bool keep_repair(const Prediction& whole, MasterReport& report) {
    const auto is_off = [](const ChainSettings& settings) {
        return is_neutral(settings.repair, SubsonicFilter::params);
    };
    if (is_off(whole.settings) || !is_off(report.settings)) return false;
    report.settings.repair = whole.settings.repair;
    std::ranges::copy_if(whole.decisions, std::back_inserter(report.decisions),
                         [](const Decision& decision) { return decision.parameter.starts_with("repair."); });
    return true;
}

}  // namespace

Result<MasterReport> master(AudioSource& source, const MasterRequest& request, const MasterServices& services,
                            Delivery* delivery, const Progress& progress) {
    PhaseProgress phase(progress);
    phase.begin("analyzing", 0.2);
    std::optional<Study> own;
    if (request.study == nullptr) {
        auto made = study_track(source, request, phase.ticker());
        if (!made) return made.error();
        own = *std::move(made);
    }
    const Study& study = own ? *own : *request.study;

    const Workshop shop{source, request, services, delivery, phase};
    std::string warning;
    bool has_begun = false;
    for (const double share : attempts) {
        MasterReport report;
        report.before = study.analysis;
        report.target = request.target;
        report.treatment_share = share;
        auto asked_for = request.target;
        asked_for.intensity_percent *= share;
        auto prediction = share == 1.0 ? study.prediction : request.predictor(report.before, asked_for);
        report.predictor = prediction.by;
        report.settings = prediction.settings;
        report.decisions = std::move(prediction.decisions);
        report.genres = std::move(prediction.genres);
        report.judgements = std::move(prediction.judgements);
        report.warnings = std::move(prediction.notes);
        if (share == attempts.back() && keep_repair(study.prediction, report)) warning += ", and what is broken";
        request.patch.apply_to(report.settings);
        std::erase_if(report.decisions, [&](const Decision& decision) {
            const auto dot = decision.parameter.find('.');
            return request.patch.pins(decision.parameter.substr(0, dot), decision.parameter.substr(dot + 1));
        });
        if (request.target.choose_loudness && prediction.loudness) {
            report.loudness = std::move(prediction.loudness);
            report.target.loudness_lufs = report.loudness->value;
        }
        report.reference = study.reference;
        if (report.reference) hold_peaks(*report.reference, report.target);
        std::unique_ptr<AudioSource> written;
        if (auto status = carry_out(shop, report, has_begun, written); !status) return status.error();
        std::string how;
        const auto better = share == attempts.back() || !written
                                ? Result<bool>(true)
                                : is_better(prediction, request, *written, report, how);
        if (!better) return better.error();
        if (*better) {
            if (share == attempts[1] && !treats(report.settings)) warning += ", of which nothing was left";
            if (!warning.empty()) report.warnings.push_back(warning);
            return report;
        }
        const bool half = share == attempts.front();
        warning = "the treatment" + std::string(half ? "" : " at half the intensity") +
                  " did not help: the master came out no nearer to what is expected of such tracks (" + how + "); " +
                  (half ? "half the intensity was used" : "only loudness and peaks were treated");
    }
    return Error{ErrorCode::internal, "no attempt at a master was made"};
}

}  // namespace burnish
