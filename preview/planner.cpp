#include "preview/planner.h"

#include <algorithm>
#include <utility>

#include "dsp/denormals.h"
#include "mastering/rendered_source.h"

namespace burnish {

namespace {

constexpr double excerpt_s = 30.0;
constexpr double trial_s = 10.0;
constexpr double long_track_s = 60.0;    // from here on an excerpt is worth a first answer
constexpr double analyzing_share = 0.2;  // of the work on a track that has not been measured yet

TrackSource loudest_part(const std::shared_ptr<const Track>& track, double seconds) {
    const double rate_hz = track->info.sample_rate_hz;
    return {track, static_cast<std::int64_t>(track->loudness.loudest_start_s(seconds) * rate_hz),
            static_cast<std::int64_t>(seconds * rate_hz)};
}

/// How much louder the programme stages make the loudest ten seconds, in LU.
Result<double> programme_gain_lu(const std::shared_ptr<const Track>& track, const ChainSettings& settings) {
    const FlushDenormals no_denormals;
    const auto loudness_of = [](AudioSource& source) -> Result<double> {
        LoudnessMeter meter;
        meter.prepare(source.info().sample_rate_hz, source.info().channels, LoudnessDetail::integrated);
        AudioBuffer block(source.info().channels, 8192);
        while (true) {
            const auto got = source.read(block.view());
            if (!got) return got.error();
            if (*got == 0) return meter.integrated_lufs();
            meter.process(block.view().part(0, *got));
        }
    };
    auto part = loudest_part(track, trial_s);
    const auto before = loudness_of(part);
    if (!before) return before.error();
    if (auto status = part.rewind(); !status) return status.error();
    RenderedSource<program_stages> programme(part, settings);
    const auto after = loudness_of(programme);
    if (!after) return after.error();
    return *before > silence_db && *after > silence_db ? *after - *before : 0.0;
}

}  // namespace

Planner::Planner(std::shared_ptr<const Track> track, MasterServices services, std::function<void(const Plan&)> publish)
    : track_(std::move(track)),
      services_(std::move(services)),
      publish_(std::move(publish)),
      thread_([this](const MasterRequest& request, unsigned number) { answer(request, number); }) {}

Plan Planner::guess(const MasterRequest& request, const TrackAnalysis& analysis, unsigned number) const {
    auto prediction = request.predictor(analysis, request.target);
    Plan plan{.request = number, .target = request.target, .decisions = std::move(prediction.decisions)};
    auto& settings = plan.settings;
    settings = prediction.settings;
    if (request.target.limit_peaks) settings.limiter.ceiling_dbtp = request.target.ceiling_dbtp;
    request.patch.apply_to(settings);
    plan.original_lufs = track_->loudness.section_lufs(0.0, track_->seconds(track_->frames()));
    plan.original_dbtp = analysis.true_peak_dbtp;
    const auto gain_lu = programme_gain_lu(track_, settings);
    if (plan.original_lufs <= silence_db || !gain_lu) return plan;
    const double programme_lufs = plan.original_lufs + *gain_lu;
    if (request.target.normalize && !request.patch.pins("limiter", "drive_db"))
        settings.limiter.drive_db = std::clamp(request.target.loudness_lufs - programme_lufs, -60.0, 60.0);
    plan.master_lufs = programme_lufs + settings.limiter.drive_db;
    return plan;
}

void Planner::answer(const MasterRequest& request, unsigned number) {
    const double analyzing = analysis_ ? 0.0 : analyzing_share;
    const auto fail = [&](const Error& error) {
        if (error.code != ErrorCode::canceled) publish_({.request = number, .error = error});
    };
    if (!analysis_) {
        if (track_->seconds(track_->frames()) > long_track_s) {
            auto excerpt = loudest_part(track_, excerpt_s);
            const auto analysis = analyze_source(excerpt, request.concurrent, thread_.ticker(number, 0.0, 0.0));
            if (!analysis) return fail(analysis.error());
            publish_(guess(request, *analysis, number));
        }
        TrackSource whole(track_);
        auto analysis = analyze_source(whole, request.concurrent, thread_.ticker(number, 0.0, analyzing));
        if (!analysis) return fail(analysis.error());
        analysis_ = *std::move(analysis);
    }
    if (thread_.is_overtaken(number)) return;
    publish_(guess(request, *analysis_, number));

    auto measured = request;
    measured.analysis = &*analysis_;
    TrackSource whole(track_);
    const auto tick = thread_.ticker(number, analyzing, 1.0);
    const auto report =
        master(whole, measured, services_, nullptr, [&](std::string_view, double done) { return tick(done); });
    if (!report) return fail(report.error());
    if (thread_.is_overtaken(number)) return;
    publish_({.request = number,
              .refined = true,
              .target = report->target,
              .settings = report->settings,
              .decisions = report->decisions,
              .original_lufs = report->before.integrated_lufs,
              .original_dbtp = report->before.true_peak_dbtp,
              .master_lufs = report->level.achieved_lufs,
              .limited = report->status == MasterStatus::limited,
              .reason = report->reason,
              .error = {}});
}

}  // namespace burnish
