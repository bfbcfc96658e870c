#include "cli/mix_job.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "cli/master_plan.h"
#include "cli/master_request.h"
#include "cli/mix_files.h"
#include "cli/mix_paths.h"
#include "cli/mix_report.h"
#include "cli/text_file.h"
#include "mastering/patch.h"
#include "mixing/balance_model.h"
#include "mixing/mix_settings_json.h"
#include "mixing/reopening.h"
#include "mixing/variant_choice.h"

namespace burnish {

namespace {

namespace fs = std::filesystem;

/// Maps the progress of steps of equal weight onto the whole job.
class StepProgress {
public:
    StepProgress(const JobProgress& progress, int steps) : progress_(progress), steps_(steps) {}
    void set_duration(double seconds) { duration_s_ = seconds; }
    /// The next step's progress.
    [[nodiscard]] Progress next() {
        const int step = step_++;
        return [this, step](std::string_view stage, double fraction) {
            const double whole = (step + std::clamp(fraction, 0.0, 1.0)) / steps_;
            return progress_(stage, std::min(whole, 1.0), duration_s_);
        };
    }

private:
    const JobProgress& progress_;
    int steps_;
    int step_ = 0;
    double duration_s_ = 0.0;
};

/// One session on its way through the steps.
class MixMaker {
public:
    MixMaker(const MixOptions& options, const MixSession& session, BalancePredictor predictor, WidthPredictor widths,
             References references, const MixSettings* fixed, StepProgress& steps)
        : options_(options),
          session_(session),
          predictor_(std::move(predictor)),
          widths_(std::move(widths)),
          referee_(references, options.shared.target, options.shared.jobs > 1),
          references_(std::move(references)),
          fixed_(fixed),
          steps_(steps) {}

    /// The mix itself and the further ones that were asked for, as far as these stems make different ones.
    [[nodiscard]] std::vector<MixVariant> variants() const {
        std::vector<MixVariant> all{mix_variants[0]};
        if (options_.variants == 0) return all;
        const auto chosen = choose_variants(
            [&](const MixVariant& variant) {
                return plan_mix(session_.stems(), session_.measures(), predictor_, target_of(variant), widths_);
            },
            options_.variants);
        all.insert(all.end(), chosen.begin(), chosen.end());
        return all;
    }

    [[nodiscard]] Result<MixOutcome> make(const MixVariant& variant) {
        MixOutcome mix;
        mix.variant = variant;
        if (options_.shared.output && !options_.shared.dry_run)
            mix.output = variant_path(*options_.shared.output, variant);
        auto target = target_of(variant);
        auto mixed = remix(mix, target);
        if (!mixed) return mixed.error();
        auto mixdown = *std::move(mixed);
        if (follows_references()) {
            auto followed = referee_.follow(
                target, mixdown, [&](const MixTarget& changed) { return remix(mix, changed); },
                [&] { return steps_.next(); });
            if (!followed) return followed.error();
            mix.reference = *std::move(followed);
        }
        if (options_.master) {
            if (auto status = master(mix, target, mixdown); !status) return status.error();
        } else if (!options_.shared.dry_run) {
            GainedSource sound(*mixdown.audio, mixdown.settings.sum.gain_db);
            auto encoding = write_mix(sound, mix.output, options_.shared, steps_.next());
            if (!encoding) return encoding.error();
            mix.encoding = *encoding;
        }
        if (auto status = write_side_files(mix, mixdown); !status) return status.error();
        return mix;
    }

private:
    [[nodiscard]] MixTarget target_of(const MixVariant& variant) const {
        return {.balance = options_.balance,
                .variant = variant,
                .aim = options_.shared.target.mix,
                .reference = {},
                .reopening = {}};
    }

    [[nodiscard]] Result<Mixdown> remix(MixOutcome& mix, const MixTarget& target) {
        mix.plan = fixed_ != nullptr ? replay_mix(*fixed_, session_.measures())
                                     : plan_mix(session_.stems(), session_.measures(), predictor_, target, widths_);
        auto mixdown = session_.mix(mix.plan.settings, fixed_ == nullptr, steps_.next());
        if (!mixdown) return mixdown;
        mix.plan.settings = mixdown->settings;
        if (mixdown->level) mix.plan.buses.push_back(*mixdown->level);
        const auto& sound = mixdown->audio->info();
        mix.duration_s = static_cast<double>(sound.frames) / sound.sample_rate_hz;
        mix.integrated_lufs = mixdown->integrated_lufs;
        mix.true_peak_dbtp = mixdown->true_peak_dbtp;
        return mixdown;
    }

    /// A mix whose numbers are given follows nothing.
    [[nodiscard]] bool follows_references() const { return referee_.has_references() && fixed_ == nullptr; }

    /// Masters the mix, and makes it anew before if the master alone would have too much to do.
    [[nodiscard]] Status master(MixOutcome& mix, MixTarget& target, Mixdown& mixdown) {
        if (fixed_ == nullptr) {
            const auto trial = run_master_of(mix, mixdown, true);
            if (!trial.finished()) return *trial.error;
            const bool faders_stay =
                options_.balance == BalanceMode::keep || (mix.reference && !mix.reference->faders_left.empty());
            target.reopening = reopening_after(trial.report, !faders_stay);
            if (target.reopening) {
                mix.reopened = target.reopening->reason;
                const auto before = json_text(mix_settings_json(mix.plan.settings));
                auto again = remix(mix, target);
                if (!again) return again.error();
                if (json_text(mix_settings_json(mix.plan.settings)) == before)
                    mix.reopened += "; nothing in the mix can be moved for that";
                mixdown = *std::move(again);
                if (mix.reference)
                    if (auto status = referee_.check(mixdown, *mix.reference, steps_.next()); !status) return status;
            }
        }
        mix.master = run_master_of(mix, mixdown, options_.shared.dry_run);
        if (!mix.master->finished()) return *mix.master->error;
        mix.encoding = mix.master->encoding;
        return success();
    }

    [[nodiscard]] MasterOutcome run_master_of(const MixOutcome& mix, const Mixdown& mixdown, bool dry_run) {
        GainedSource sound(*mixdown.audio, mixdown.settings.sum.gain_db);
        auto options = options_.shared;
        options.dry_run = dry_run;
        const MasterJob job{.input = "the mix",
                            .output = mix.output.empty() ? std::nullopt : std::optional(mix.output),
                            .report = {},
                            .settings = {},
                            .references = references_};
        const auto progress = steps_.next();
        return run_sound_job(
            sound, job, options, options.jobs > 1,
            [&](std::string_view stage, double fraction, double) { return progress(stage, fraction); });
    }

    [[nodiscard]] Status write_side_files(MixOutcome& mix, const Mixdown& mixdown) {
        if (options_.save_settings) {
            const auto path = variant_path(*options_.save_settings, mix.variant);
            const auto text = json_text(mix_settings_json(mix.plan.settings));
            if (auto status = write_text(path, text, options_.shared.force); !status) return status;
        }
        if (!options_.stems_out) return success();
        const auto folder = variant_folder(*options_.stems_out, mix.variant);
        std::unique_ptr<AudioFile> master;
        if (mix.master) {
            auto file = open_audio(mix.output);
            if (!file) return Error{ErrorCode::output, file.error().message};
            master = *std::move(file);
        }
        auto written = write_stems(session_, mixdown.settings, folder, master.get(), options_.shared, steps_.next());
        if (!written) return written.error();
        mix.stem_files = *std::move(written);
        return success();
    }

    const MixOptions& options_;
    const MixSession& session_;
    BalancePredictor predictor_;
    WidthPredictor widths_;
    MixReferee referee_;
    References references_;
    const MixSettings* fixed_;
    StepProgress& steps_;
};

}  // namespace

Result<MixSettings> read_settings_for(const fs::path& file, const std::vector<Stem>& stems) {
    const auto text = read_text(file, ErrorCode::usage);
    if (!text) return text.error();
    auto settings = read_mix_settings(file.string(), *text);
    if (!settings) return settings.error();
    std::vector<NamedStrip> ordered;
    std::vector<std::string_view> known;
    known.reserve(stems.size());
    for (const auto& stem : stems) known.push_back(stem.name);
    for (const auto& strip : settings->strips)
        if (std::ranges::find(known, strip.name) == known.end())
            return Error{ErrorCode::usage, file.string() + ": stems: there is no stem called \"" + strip.name + "\"" +
                                               did_you_mean(strip.name, known)};
    for (const auto& stem : stems) {
        const auto strip = std::ranges::find(settings->strips, stem.name, &NamedStrip::name);
        if (strip == settings->strips.end())
            return Error{ErrorCode::usage, file.string() + ": stems: \"" + stem.name + "\" is missing"};
        ordered.push_back(*strip);
    }
    settings->strips = std::move(ordered);
    return settings;
}

BalancePredictor balance_predictor(PredictorKind kind, std::vector<std::string>& warnings) {
    if (kind != PredictorKind::learned) return expected_by_rules;
    const auto model = embedded_balance_model();
    if (model) return [model = *model](const std::vector<Voice>& voices) { return expected_by_model(voices, model); };
    warnings.push_back(model.error().message + "; rules take its place");
    return expected_by_rules;
}

WidthPredictor width_predictor(PredictorKind kind, std::vector<std::string>& warnings) {
    if (kind != PredictorKind::learned) return widths_by_rules;
    const auto model = embedded_pan_model();
    if (model) return [model = *model](const std::vector<Voice>& voices) { return widths_by_model(voices, model); };
    warnings.push_back(model.error().message + "; rules take its place");
    return widths_by_rules;
}

Result<MixJobOutcome> run_mix_job(const MixOptions& options, const JobProgress& progress) {
    const auto start = std::chrono::steady_clock::now();
    MixJobOutcome outcome;
    std::vector<fs::path> inputs;
    inputs.reserve(options.shared.inputs.size());
    for (const auto& input : options.shared.inputs) inputs.push_back(input.path);
    const auto opened = open_stems(inputs, options.roles);
    if (!opened) return opened.error();
    outcome.warnings = opened->warnings;
    if (auto status = check_written(options, {mix_variants.data(), 1}, *opened); !status) return status.error();
    std::optional<MixSettings> fixed;
    if (options.settings) {
        auto settings = read_settings_for(*options.settings, opened->stems);
        if (!settings) return settings.error();
        fixed = *std::move(settings);
        outcome.replayed = true;
    }

    const bool follows = !options.shared.references.empty() && !fixed;
    StepProgress steps(progress, 1 + (options.variants + 1) * ((options.master ? 3 : 2) + (follows ? 3 : 0)));
    auto session = MixSession::open(opened->stems, options.shared.rate_hz, file_services(), options.shared.jobs > 1);
    if (!session) return session.error();
    if (options.master && options.stems_out) {
        const auto spec =
            output_spec(*options.shared.output, options.shared, {session->sample_rate_hz(), max_channels, 0});
        if (!spec) return spec.error();
        if (auto status = stems_can_follow(*spec, session->sample_rate_hz()); !status) return status.error();
    }
    ReferenceShelf shelf;
    auto references = shelf.take(options.shared.references, options.shared.jobs > 1, progress);
    if (!references) return references.error();
    steps.set_duration(session->duration_s());
    if (auto status = session->measure(steps.next()); !status) return status.error();
    outcome.duration_s = session->duration_s();
    outcome.sample_rate_hz = session->sample_rate_hz();

    MixMaker maker(options, *session, balance_predictor(options.shared.predictor, outcome.warnings),
                   width_predictor(options.shared.predictor, outcome.warnings), *std::move(references),
                   fixed ? &*fixed : nullptr, steps);
    const auto variants = maker.variants();
    const auto count = static_cast<int>(variants.size()) - 1;
    if (count < options.variants)
        outcome.warnings.push_back("--variants: " + std::to_string(options.variants) + " asked for, " +
                                   std::to_string(count) + " made: others would be the same mixes of these stems");
    if (auto status = check_written(options, variants, *opened); !status) return status.error();
    for (const auto& variant : variants) {
        auto mix = maker.make(variant);
        if (!mix) return mix.error();
        outcome.mixes.push_back(*std::move(mix));
        for (const auto& warning : outcome.mixes.back().plan.warnings) outcome.warnings.push_back(warning);
    }
    outcome.elapsed_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (options.report)
        for (const auto& mix : outcome.mixes)
            if (auto status = write_text(variant_path(*options.report, mix.variant), json_text(mix_json(mix, outcome)),
                                         options.shared.force);
                !status)
                return status.error();
    return outcome;
}

}  // namespace burnish
