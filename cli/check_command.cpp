#include "cli/check_command.h"

#include <algorithm>

#include "cli/batch.h"
#include "cli/file_check.h"
#include "cli/input_list.h"
#include "cli/interrupt.h"
#include "cli/number_format.h"
#include "cli/progress_bar.h"
#include "cli/summary_text.h"
#include "cli/target_files.h"
#include "core/version.h"

namespace burnish {

namespace {

using Json = nlohmann::ordered_json;

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

Result<CheckTask> read_flags(const CheckFlags& flags) {
    const auto usage = [](std::string message) { return Error{ErrorCode::usage, std::move(message)}; };
    if (flags.inputs.empty()) return usage("no input file given");
    if (flags.targets.empty() && flags.simulations.empty())
        return usage("nothing to check for: --target NAME or --simulate NAME is needed");
    CheckTask task;
    for (const auto& name : flags.targets) {
        auto target = find_delivery_target("--target", name);
        if (!target) return target.error();
        task.targets.push_back(*std::move(target));
    }
    for (const auto& name : flags.simulations) {
        auto target = find_delivery_target("--simulate", name);
        if (!target) return target.error();
        if (target->playback.empty())
            return usage("--simulate " + name + ": nothing is known of how it plays what it gets");
        task.simulations.push_back(*std::move(target));
    }
    if (!flags.dialogue) return task;
    if (*flags.dialogue != "none")
        return usage("--dialogue: \"" + *flags.dialogue + "\" found, none expected: speech is not told apart");
    task.has_dialogue = false;
    return task;
}

/// The least that lets a file fail.
Verdict failing(const CheckFlags& flags) { return flags.strict ? Verdict::note : Verdict::unknown; }

bool fails(const FileCheck& check, const CheckFlags& flags) {
    return std::any_of(check.reports.begin(), check.reports.end(),
                       [&](const CheckReport& report) { return report.worst() >= failing(flags); });
}

std::string verdict_text(Verdict verdict, const TextStyle& style) {
    const auto word = padded(std::string(verdict_name(verdict)), 9);
    if (verdict == Verdict::failed) return style.red(word);
    return verdict == Verdict::met ? word : style.yellow(word);
}

std::string forecast_text(const PlaybackForecast& forecast) {
    auto text = signed_text(forecast.gain_db, 2) + " dB";
    if (forecast.gain_db < forecast.wanted_db - 0.005)
        text += " of the " + signed_text(forecast.wanted_db, 2) + " dB to its loudness";
    text += ", heard at " + fixed_text(forecast.loudness_lufs, 2) + " LUFS, true peak " +
            fixed_text(forecast.peak_dbtp, 2) + " dBTP";
    if (forecast.is_limited)
        text += ", limited by up to " + fixed_text(forecast.reduction_max_db, 1) + " dB for " +
                fixed_text(100.0 * forecast.reduction_share, 1) + " % of the time";
    return text;
}

void say(const std::string& path, const FileCheck& check, bool is_first, const CheckFlags& flags,
         const Console& console) {
    if (check.error) {
        if (check.error->code != ErrorCode::canceled) console.error(check.error->message);
        return;
    }
    const auto& style = console.out_style;
    if (!flags.json && !flags.quiet) {
        console.out << (is_first ? "" : "\n") << style.bold(path) << "  "
                    << style.dim(source_text(check.info, check.format)) << '\n';
        for (const auto& report : check.reports) {
            console.out << "  " << style.bold(report.target) << '\n';
            for (const auto& finding : report.findings)
                console.out << "    " << verdict_text(finding.verdict, style) << padded(finding.label, 32)
                            << padded(finding.found, finding.problem.empty() ? 0 : 14) << finding.problem << '\n';
        }
        for (const auto& simulation : check.simulations)
            for (const auto& forecast : simulation.forecasts)
                console.out << "  " << style.bold(padded(simulation.target + ", " + forecast.mode, 24))
                            << forecast_text(forecast) << '\n';
        console.out << std::flush;
    }
    if (!flags.quiet)
        for (const auto& warning : check.warnings) console.warning(warning);
}

Json forecast_json(const PlaybackForecast& forecast) {
    Json json{{"mode", forecast.mode},
              {"wanted_db", forecast.wanted_db},
              {"gain_db", forecast.gain_db},
              {"loudness_lufs", forecast.loudness_lufs},
              {"true_peak_dbtp", forecast.peak_dbtp},
              {"limited", forecast.is_limited}};
    if (forecast.is_limited) {
        json["reduction_max_db"] = forecast.reduction_max_db;
        json["reduction_share"] = forecast.reduction_share;
    }
    return json;
}

Json file_json(const std::string& path, const FileCheck& check, const CheckFlags& flags) {
    Json json{{"input", path}};
    if (check.error) {
        json["error"] = check.error->message;
        json["exit_code"] = static_cast<int>(exit_code_for(check.error->code));
        return json;
    }
    json["format"] = "burnish-check-1";
    json["version"] = version;
    json["passes"] = !fails(check, flags);
    auto& targets = json["targets"] = Json::array();
    for (const auto& report : check.reports) targets.push_back(check_json(report));
    for (const auto& simulation : check.simulations) {
        auto& modes = json["playback"][simulation.target] = Json::array();
        for (const auto& forecast : simulation.forecasts) modes.push_back(forecast_json(forecast));
    }
    json["warnings"] = check.warnings;
    return json;
}

ExitCode fail(const Error& error, const Console& console) {
    console.error(error.message);
    return exit_code_for(error.code);
}

/// The first file that is not as it should be decides.
ExitCode code_for(const std::vector<FileCheck>& checks, const CheckFlags& flags) {
    for (const auto& check : checks) {
        if (check.error) return exit_code_for(check.error->code);
        if (fails(check, flags)) return ExitCode::target;
    }
    return ExitCode::done;
}

}  // namespace

ExitCode run_check(const CheckFlags& flags, const Console& console) {
    const auto task = read_flags(flags);
    if (!task) return fail(task.error(), console);
    const auto jobs = read_jobs(flags.jobs);
    if (!jobs) return fail(jobs.error(), console);

    const auto inputs = find_paths(flags.inputs);
    if (!inputs) return fail(inputs.error(), console);
    const int count = static_cast<int>(inputs->size());
    const int workers = std::min(*jobs, count);
    std::vector<FileCheck> checks(inputs->size());
    ProgressBar bar(console, !flags.quiet, count);
    const auto work = [&](int i) {
        checks[i] = check_file((*inputs)[i], *task, workers == 1 && *jobs > 1,
                               [&](std::string_view stage, double fraction, double s) {
                                   bar.update(i, stage, fraction, s);
                                   return !interrupt_requested();
                               });
        bar.finish(i);
    };
    run_batch(count, workers, work,
              [&](int i) { bar.print([&] { say((*inputs)[i], checks[i], i == 0, flags, console); }); });

    if (flags.json) {
        auto documents = Json::array();
        for (int i = 0; i < count; ++i) documents.push_back(file_json((*inputs)[i], checks[i], flags));
        console.out << json_text(count == 1 ? documents[0] : documents);
    }
    for (const auto& check : checks)
        if (check.error && check.error->code == ErrorCode::canceled)
            return fail({ErrorCode::canceled, "interrupted"}, console);
    return code_for(checks, flags);
}

}  // namespace burnish
