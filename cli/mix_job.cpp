#include "cli/mix_job.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "cli/mix_files.h"
#include "cli/text_file.h"
#include "core/version.h"
#include "mastering/patch.h"
#include "mixing/balance_model.h"
#include "mixing/mix_settings_json.h"
#include "mixing/reopening.h"

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

/// mix.wav and "wide" make mix.wide.wav.
fs::path variant_path(const fs::path& path, const MixVariant& variant) {
    if (variant.name == mix_variants[0].name) return path;
    auto name = path.stem();
    name += "." + std::string(variant.name);
    name += path.extension();
    return path.parent_path() / name;
}

std::vector<fs::path> written_files(const MixOptions& options) {
    std::vector<fs::path> paths;
    for (int v = 0; v <= options.variants; ++v)
        for (const auto* path : {&options.shared.output, &options.save_settings, &options.report})
            if (*path && !(options.shared.dry_run && path == &options.shared.output))
                paths.push_back(variant_path(**path, mix_variants[static_cast<std::size_t>(v)]));
    return paths;
}

Status check_written(const MixOptions& options, const StemFiles& stems) {
    std::vector<fs::path> sounds;
    if (options.shared.output) sounds.push_back(fs::absolute(*options.shared.output).parent_path());
    if (options.stems_out) sounds.push_back(fs::absolute(*options.stems_out / "").parent_path());
    for (const auto& input : options.shared.inputs)
        for (const auto& folder : sounds)
            if (fs::is_directory(input.path) && same_file(input.path, folder))
                return Error{ErrorCode::usage, input.path.string() +
                                                   ": what is written there would be among the stems; name " +
                                                   "another place for it"};
    for (const auto& path : written_files(options)) {
        for (const auto& input : stems.paths)
            if (same_file(path, input))
                return Error{ErrorCode::usage, path.string() + ": cannot be a stem and an output at once"};
        if (auto status = may_be_written(path, options.shared.force); !status) return status;
    }
    return success();
}

/// One session on its way through the steps.
class MixMaker {
public:
    MixMaker(const MixOptions& options, const MixSession& session, BalancePredictor predictor, WidthPredictor widths,
             References references, const MixSettings* fixed, StepProgress& steps)
        : options_(options),
          session_(session),
          predictor_(std::move(predictor)),
          widths_(std::move(widths)),
          references_(std::move(references)),
          fixed_(fixed),
          steps_(steps) {}

    [[nodiscard]] Result<MixOutcome> make(const MixVariant& variant) {
        MixOutcome mix;
        mix.variant = variant;
        if (options_.shared.output && !options_.shared.dry_run)
            mix.output = variant_path(*options_.shared.output, variant);
        MixTarget target{
            .balance = options_.balance, .variant = variant, .aim = options_.shared.target.mix, .reopening = {}};
        auto mixed = remix(mix, target);
        if (!mixed) return mixed.error();
        auto mixdown = *std::move(mixed);
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
    [[nodiscard]] Result<Mixdown> remix(MixOutcome& mix, const MixTarget& target) {
        mix.plan = fixed_ != nullptr ? replay_mix(*fixed_, session_.measures())
                                     : plan_mix(session_.stems(), session_.measures(), predictor_, target, widths_);
        auto mixdown = session_.mix(mix.plan.settings, fixed_ == nullptr, steps_.next());
        if (!mixdown) return mixdown;
        mix.plan.settings = mixdown->settings;
        mix.integrated_lufs = mixdown->integrated_lufs;
        mix.true_peak_dbtp = mixdown->true_peak_dbtp;
        return mixdown;
    }

    /// Masters the mix, and makes it anew before if the master alone would have too much to do.
    [[nodiscard]] Status master(MixOutcome& mix, MixTarget& target, Mixdown& mixdown) {
        if (fixed_ == nullptr) {
            const auto trial = run_master_of(mix, mixdown, true);
            if (trial.error) return *trial.error;
            target.reopening = reopening_after(trial.report);
            if (target.reopening) {
                mix.reopened = target.reopening->reason;
                auto again = remix(mix, target);
                if (!again) return again.error();
                mixdown = *std::move(again);
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
        const auto folder = variant_folder(mix.variant);
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

    [[nodiscard]] fs::path variant_folder(const MixVariant& variant) const {
        if (variant.name == mix_variants[0].name) return *options_.stems_out;
        return *options_.stems_out / std::string(variant.name);
    }

    const MixOptions& options_;
    const MixSession& session_;
    BalancePredictor predictor_;
    WidthPredictor widths_;
    References references_;  // of the master
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
    if (auto status = check_written(options, *opened); !status) return status.error();
    std::optional<MixSettings> fixed;
    if (options.settings) {
        auto settings = read_settings_for(*options.settings, opened->stems);
        if (!settings) return settings.error();
        fixed = *std::move(settings);
        outcome.replayed = true;
    }

    StepProgress steps(progress, 1 + (options.variants + 1) * (options.master ? 3 : 2));
    auto session = MixSession::open(opened->stems, options.shared.rate_hz, file_services(), options.shared.jobs > 1);
    if (!session) return session.error();
    steps.set_duration(session->duration_s());
    if (auto status = session->measure(steps.next()); !status) return status.error();
    outcome.duration_s = session->duration_s();
    outcome.sample_rate_hz = session->sample_rate_hz();

    ReferenceShelf shelf;
    auto references = shelf.take(options.shared.references, options.shared.jobs > 1, progress);
    if (!references) return references.error();
    MixMaker maker(options, *session, balance_predictor(options.shared.predictor, outcome.warnings),
                   width_predictor(options.shared.predictor, outcome.warnings), *std::move(references),
                   fixed ? &*fixed : nullptr, steps);
    for (int v = 0; v <= options.variants; ++v) {
        auto mix = maker.make(mix_variants[static_cast<std::size_t>(v)]);
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

nlohmann::ordered_json mix_json(const MixOutcome& mix, const MixJobOutcome& outcome) {
    using Json = nlohmann::ordered_json;
    const auto rounded = [](double value) { return std::round(value * 1000.0) / 1000.0; };
    const auto decisions_json = [](const std::vector<Decision>& decisions) {
        auto list = Json::array();
        for (const auto& decision : decisions)
            list.push_back({{"parameter", decision.parameter},
                            {"value", decision.value},
                            {"confidence", decision.confidence},
                            {"reason", decision.reason}});
        return list;
    };
    Json json{{"format", "burnish-mix-report-1"}, {"version", version}};
    if (!mix.output.empty()) json["output"] = mix.output.string();
    json["variant"] = mix.variant.name;
    json["duration_s"] = rounded(outcome.duration_s);
    json["sample_rate_hz"] = outcome.sample_rate_hz;
    json["warnings"] = outcome.warnings;
    if (!outcome.replayed) {
        json["balance"] = {{"kept", mix.plan.balance_kept}, {"kept_chance", rounded(mix.plan.kept_chance)}};
        json["masking"] = {{"before_db", rounded(mix.plan.masking_before_db)},
                           {"after_db", rounded(mix.plan.masking_after_db)}};
        json["tempo_bpm"] = rounded(mix.plan.tempo_bpm);
    }
    json["integrated_lufs"] = rounded(mix.integrated_lufs);
    json["true_peak_dbtp"] = rounded(mix.true_peak_dbtp);
    if (!mix.reopened.empty()) json["reopened"] = mix.reopened;
    auto& stems = json["stems"] = Json::array();
    for (const auto& stem : mix.plan.stems)
        stems.push_back(
            {{"name", stem.name},
             {"role", row_of(stem.role.role).name},
             {"role_confidence", stem.role.confidence},
             {"role_reason", stem.role.reason},
             {"integrated_lufs", rounded(stem.lufs)},
             {"mix_lufs", rounded(stem.is_silent ? silence_db : stem.mix_lufs + mix.plan.settings.sum.gain_db)},
             {"decisions", decisions_json(stem.decisions)}});
    json["buses"] = decisions_json(mix.plan.buses);
    json["settings"] = mix_settings_json(mix.plan.settings);
    if (!mix.stem_files.empty()) json["stems_out"] = mix.stem_files;
    if (mix.master) {
        json["master"] = report_json(mix.master->report);
        if (mix.master->check) json["master"]["check"] = check_json(*mix.master->check);
    }
    return json;
}

}  // namespace burnish
