#include "cli/analyze_command.h"

#include <algorithm>
#include <new>

#include "cli/advice_text.h"
#include "cli/analysis_text.h"
#include "cli/batch.h"
#include "cli/input_list.h"
#include "cli/interrupt.h"
#include "cli/master_outcome.h"
#include "cli/printable_text.h"
#include "cli/progress_bar.h"
#include "cli/summary_text.h"
#include "core/version.h"
#include "mastering/master.h"

namespace burnish {

namespace {

struct Finding {
    TrackAnalysis analysis;
    std::optional<Error> error;
    StreamInfo info;
    AudioFormat format;
    std::vector<std::string> warnings;
};

Status measure(const std::string& path, bool concurrent, const JobProgress& progress, Finding& finding) {
    auto input = open_audio(path);
    if (!input) return input.error();
    finding.info = (*input)->info();
    finding.format = (*input)->format();
    finding.warnings = (*input)->warnings();
    const double duration_s = static_cast<double>(finding.info.frames) / finding.info.sample_rate_hz;
    auto analysis = analyze_source(**input, concurrent,
                                   [&](double fraction) { return progress("analyzing", fraction, duration_s); });
    if (!analysis) return analysis.error();
    finding.analysis = *analysis;
    return success();
}

Finding find(const std::string& path, bool concurrent, const JobProgress& progress) noexcept {
    Finding finding;
    try {
        if (auto status = measure(path, concurrent, progress, finding); !status) finding.error = status.error();
    } catch (const std::bad_alloc&) {
        finding.error = Error{ErrorCode::internal, path + ": out of memory"};
    } catch (const std::exception& fault) {
        finding.error = Error{ErrorCode::internal, path + ": internal error: " + fault.what()};
    }
    return finding;
}

nlohmann::ordered_json finding_json(const std::string& path, const Finding& finding, bool as_advice) {
    nlohmann::ordered_json json;
    json["input"] = path;
    if (finding.error) {
        json["error"] = finding.error->message;
        json["exit_code"] = static_cast<int>(exit_code_for(finding.error->code));
        return json;
    }
    json["format"] = as_advice ? "burnish-advice-1" : "burnish-analysis-1";
    json["version"] = version;
    json["container"] = finding.format.container;
    json["encoding"] = finding.format.encoding;
    json["warnings"] = finding.warnings;
    if (as_advice)
        json["advice"] = advice_json(advise(finding.analysis, finding.format.lossy));
    else
        json["analysis"] = analysis_json(finding.analysis);
    return json;
}

/// @param is_first  nothing was said before; then it is no longer
void say_finding(const std::string& path, const Finding& finding, bool& is_first, const AnalyzeFlags& flags,
                 const Console& console) {
    if (finding.error) {
        if (finding.error->code != ErrorCode::canceled) console.error(finding.error->message);
        return;
    }
    const auto& style = console.out_style;
    const auto text = flags.json     ? std::string()
                      : flags.advice ? advice_text(advise(finding.analysis, finding.format.lossy), style)
                                     : "\n" + analysis_text(finding.analysis, style);
    if (!text.empty()) {
        console.out << (is_first ? "" : "\n") << style.bold(path) << "  "
                    << style.dim(source_text(finding.info, finding.format)) << "\n"
                    << text << std::flush;
        is_first = false;
    }
    if (!flags.quiet)
        for (const auto& warning : finding.warnings) console.warning(warning);
}

}  // namespace

ExitCode run_analyze(const AnalyzeFlags& flags, const Console& console) {
    const auto fail = [&](const Error& error) {
        console.error(error.message);
        return exit_code_for(error.code);
    };
    if (flags.inputs.empty()) return fail({ErrorCode::usage, "no input file given"});
    const auto jobs = read_jobs(flags.jobs);
    if (!jobs) return fail(jobs.error());

    const auto inputs = find_paths(flags.inputs);
    if (!inputs) return fail(inputs.error());
    const int count = static_cast<int>(inputs->size());
    const int workers = std::min(*jobs, count);
    std::vector<Finding> findings(inputs->size());
    ProgressBar bar(console, !flags.quiet, count);
    const auto work = [&](int i) {
        findings[i] =
            find((*inputs)[i], workers == 1 && *jobs > 1, [&](std::string_view stage, double fraction, double s) {
                bar.update(i, stage, fraction, s);
                return !interrupt_requested();
            });
        bar.finish(i);
    };
    bool is_first = true;
    run_batch(count, workers, work,
              [&](int i) { bar.print([&] { say_finding((*inputs)[i], findings[i], is_first, flags, console); }); });

    if (flags.json) {
        auto documents = nlohmann::ordered_json::array();
        for (int i = 0; i < count; ++i) documents.push_back(finding_json((*inputs)[i], findings[i], flags.advice));
        console.out << json_text(count == 1 ? documents[0] : documents);
    }
    const auto failed =
        std::find_if(findings.begin(), findings.end(), [](const auto& f) { return f.error.has_value(); });
    for (const auto& finding : findings)
        if (finding.error && finding.error->code == ErrorCode::canceled)
            return fail({ErrorCode::canceled, "interrupted"});
    return failed == findings.end() ? ExitCode::done : exit_code_for(failed->error->code);
}

}  // namespace burnish
