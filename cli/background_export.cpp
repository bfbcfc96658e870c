#include "cli/background_export.h"

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "cli/interrupt.h"
#include "cli/master_job.h"
#include "cli/number_format.h"
#include "cli/text_file.h"

namespace burnish {

void BackgroundExport::start(FileWriter write) {
    finish();
    is_writing_ = true;
    thread_ = std::thread([this, write = std::move(write)] {
        auto said = write();
        const std::scoped_lock lock(mutex_);
        news_ = std::move(said);
        is_writing_ = false;
    });
}

void BackgroundExport::finish() {
    if (thread_.joinable()) thread_.join();
}

std::optional<std::string> BackgroundExport::news() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(news_, std::nullopt);
}

std::filesystem::path settings_path_of(const std::filesystem::path& file) {
    return std::filesystem::path(file).replace_extension(".settings.json");
}

std::filesystem::path free_path(const std::filesystem::path& path) {
    std::error_code ignored;
    auto candidate = path;
    for (int number = 2;
         std::filesystem::exists(candidate, ignored) || std::filesystem::exists(settings_path_of(candidate), ignored);
         ++number) {
        candidate = path;
        candidate.replace_filename(path.stem().string() + "-" + std::to_string(number) + path.extension().string());
    }
    return candidate;
}

Result<FileWriter> master_writer(MasterFlags flags, const std::filesystem::path& path, const References& references) {
    flags.dry_run = false;
    flags.output = path.string();
    flags.save_settings = settings_path_of(path).string();
    const auto options = read_master_flags(flags);
    if (!options) return options.error();
    const auto rows = std::make_shared<const std::vector<MasterRow>>(std::vector<MasterRow>{{*options}});
    auto jobs = plan_jobs(*rows);
    if (!jobs) return jobs.error();
    jobs->front().references = references;
    for (const auto& side : {jobs->front().output, jobs->front().settings})
        if (auto status = may_be_written(*side, options->force); !status) return status.error();
    return FileWriter([rows, job = jobs->front()] {
        MasterOutcome outcome;
        const auto progress = [](std::size_t) {
            return JobProgress([](std::string_view, double, double) { return !interrupt_requested(); });
        };
        run_jobs(std::span(&job, 1), false, progress, std::span(&outcome, 1));
        if (outcome.error) return "export failed: " + outcome.error->message;
        const auto& after = outcome.report.after;
        return "written: " + job.output->string() +
               (after ? ", " + fixed_text(after->integrated_lufs, 2) + " LUFS, " +
                            fixed_text(after->true_peak_dbtp, 2) + " dBTP"
                      : "");
    });
}

}  // namespace burnish
