#include "cli/file_check.h"

#include <algorithm>
#include <cctype>
#include <new>

#include "io/metadata.h"
#include "mastering/master.h"

namespace burnish {

namespace {

Status simulate(AudioFile& file, const CheckTask& task, const JobProgress& progress, FileCheck& check) {
    const double duration_s = static_cast<double>(check.info.frames) / check.info.sample_rate_hz;
    for (const auto& target : task.simulations) {
        Simulation simulation{.target = target.name, .forecasts = {}};
        for (const auto& mode : target.playback) {
            auto forecast = forecast_playback(check.analysis, mode);
            if (forecast.is_limited) {
                auto status = limit_playback(file, mode, forecast, [&](double fraction) {
                    return progress("simulating", fraction, duration_s);
                });
                if (!status) return status;
            }
            simulation.forecasts.push_back(std::move(forecast));
        }
        check.simulations.push_back(std::move(simulation));
    }
    return success();
}

Status measure(const std::string& path, const CheckTask& task, bool concurrent, const JobProgress& progress,
               FileCheck& check) {
    auto file = open_audio(path);
    if (!file) return file.error();
    check.info = (*file)->info();
    check.format = (*file)->format();
    check.warnings = (*file)->warnings();
    const double duration_s = static_cast<double>(check.info.frames) / check.info.sample_rate_hz;
    auto analysis = analyze_source(**file, concurrent,
                                   [&](double fraction) { return progress("analyzing", fraction, duration_s); });
    if (!analysis) return analysis.error();
    check.analysis = *analysis;
    const auto facts = facts_of(**file);
    if (!facts) return facts.error();
    for (const auto& target : task.targets)
        check.reports.push_back(check_delivery(check.analysis, *facts, target, task.has_dialogue));
    return simulate(**file, task, progress, check);
}

}  // namespace

Result<FileFacts> facts_of(const AudioFile& file) {
    FileFacts facts;
    facts.extension = file.path().extension().string();
    std::transform(facts.extension.begin(), facts.extension.end(), facts.extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    facts.lossy = file.format().lossy;
    const auto& info = file.info();
    std::error_code unknown;
    const auto bytes = std::filesystem::file_size(file.path(), unknown);
    if (facts.lossy && !unknown && info.frames > 0)
        facts.bitrate_kbps = 8e-3 * static_cast<double>(bytes) * info.sample_rate_hz / static_cast<double>(info.frames);
    const auto metadata = read_metadata(file.path());
    if (!metadata) return metadata.error();
    facts.has_replaygain = metadata->replaygain_db.has_value();
    facts.replaygain_db = metadata->replaygain_db.value_or(0.0);
    return facts;
}

FileCheck check_file(const std::string& path, const CheckTask& task, bool concurrent,
                     const JobProgress& progress) noexcept {
    FileCheck check;
    try {
        if (auto status = measure(path, task, concurrent, progress, check); !status) check.error = status.error();
    } catch (const std::bad_alloc&) {
        check.error = Error{ErrorCode::internal, path + ": out of memory"};
    } catch (const std::exception& fault) {
        check.error = Error{ErrorCode::internal, path + ": internal error: " + fault.what()};
    }
    return check;
}

}  // namespace burnish
