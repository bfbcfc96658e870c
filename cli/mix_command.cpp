#include "cli/mix_command.h"

#include <algorithm>

#include "cli/interrupt.h"
#include "cli/mix_job.h"
#include "cli/mix_report.h"
#include "cli/mix_text.h"
#include "cli/number_format.h"
#include "cli/progress_bar.h"

namespace burnish {

namespace {

void say(const MixJobOutcome& outcome, const MixOptions& options, const Console& console) {
    const auto& shared = options.shared;
    if (shared.json) {
        auto documents = nlohmann::ordered_json::array();
        for (const auto& mix : outcome.mixes) documents.push_back(mix_json(mix, outcome));
        console.out << json_text(documents.size() == 1 ? documents[0] : documents);
    } else if (shared.verbosity != Verbosity::quiet) {
        console.out << console.out_style.bold(std::to_string(outcome.mixes[0].plan.stems.size()) + " stems") << "  "
                    << duration_text(outcome.duration_s) << ", " << fixed_text(outcome.sample_rate_hz / 1000.0, 1)
                    << " kHz\n";
        for (const auto& mix : outcome.mixes) {
            if (mix.variant.name != mix_variants[0].name)
                console.out << console.out_style.bold(std::string(mix.variant.name)) << "  " << mix.variant.help
                            << '\n';
            console.out << mix_text(mix, outcome, shared, console.out_style);
        }
        console.out << "  " << console.out_style.bold("time       ") << fixed_text(outcome.elapsed_s, 1) << " s, "
                    << speed_text(outcome.duration_s, outcome.elapsed_s) << " x real time\n";
    }
    if (shared.verbosity == Verbosity::quiet) return;
    for (const auto& warning : outcome.warnings) console.warning(warning);
    for (const auto& mix : outcome.mixes)
        if (mix.master)
            for (const auto& warning : mix.master->report.warnings) console.warning(warning);
}

}  // namespace

ExitCode run_mix(const MixFlags& flags, const Console& console) {
    const auto fail = [&](const Error& error) {
        console.error(error.code == ErrorCode::canceled ? "interrupted" : error.message);
        return exit_code_for(error.code);
    };
    const auto options = read_mix_flags(flags);
    if (!options) return fail(options.error());
    ProgressBar bar(console, options->shared.verbosity != Verbosity::quiet, 1);
    const auto outcome = run_mix_job(*options, [&](std::string_view stage, double fraction, double duration_s) {
        bar.update(0, stage, fraction, duration_s);
        return !interrupt_requested();
    });
    bar.finish(0);
    if (!outcome) {
        bar.print([] {});
        return fail(outcome.error());
    }
    bar.print([&] { say(*outcome, *options, console); });
    for (const auto& mix : outcome->mixes)
        if (mix.master && mix.master->error) return fail(*mix.master->error);  // a target was missed
    return ExitCode::done;
}

}  // namespace burnish
