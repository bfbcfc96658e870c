#include "cli/master_plan.h"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "io/audio_file.h"

namespace burnish {

namespace {

namespace fs = std::filesystem;

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

bool names_directory(const fs::path& path) {
    std::error_code ignored;
    return !path.has_filename() || fs::is_directory(path, ignored);
}

/// The same text for every name of a place, whether there is a file yet or not.
std::string place_of(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
    std::error_code ignored;
    return fs::weakly_canonical(fs::absolute(path, ignored), ignored).string();
}

/// Where files are, and what each is there for.
class Places {
public:
    void add_read(const fs::path& path, const std::string& role) { roles_.emplace(place_of(path), role); }
    /// Fails if there is something else in that place.
    Status add_written(const fs::path& path, const std::string& role) {
        const auto [other, is_new] = roles_.emplace(place_of(path), role);
        if (is_new) return success();
        return usage(path.string() + ": cannot be " + role + " and " + other->second + " at once");
    }

private:
    std::map<std::string, std::string> roles_;
};

fs::path with_suffix(const fs::path& input, const char* suffix) {
    auto name = input.stem();
    name += suffix;
    return name;
}

/// `asked` itself, or the file of that name in the directory that it is.
std::optional<fs::path> place_in(const std::optional<fs::path>& asked, const fs::path& name) {
    if (!asked) return std::nullopt;
    return names_directory(*asked) ? *asked / name : *asked;
}

Status check_single_names(const MasterOptions& options) {
    const auto check = [&](const std::optional<fs::path>& path, const std::string& flag) -> Status {
        if (options.inputs.size() == 1 || !path || names_directory(*path)) return success();
        return usage(flag + " " + path->string() + ": one file for " + std::to_string(options.inputs.size()) +
                     " inputs; name a directory, with a slash at its end");
    };
    if (auto status = check(options.output, "-o"); !status) return status;
    if (auto status = check(options.report, "--report"); !status) return status;
    return check(options.save_settings, "--save-settings");
}

Status check_places(const std::vector<MasterJob>& jobs, const MasterOptions& options) {
    Places places;
    for (const auto& job : jobs) places.add_read(job.input, "the input " + job.input.string());
    for (const auto& reference : options.references)
        places.add_read(reference.path, "the reference " + reference.path.string());
    if (options.settings) places.add_read(*options.settings, "the settings file to be read");
    for (const auto& job : jobs) {
        const auto of_input = " of " + job.input.string();
        const std::pair<const std::optional<fs::path>&, const char*> written[] = {
            {job.output, "the master"}, {job.report, "the report"}, {job.settings, "the saved settings"}};
        for (const auto& [path, role] : written)
            if (path)
                if (auto status = places.add_written(*path, role + of_input); !status) return status;
    }
    return success();
}

/// Finds what no input could make possible, before any is opened.
Status check_formats(const std::vector<MasterJob>& jobs, const MasterOptions& options) {
    for (const auto& job : jobs) {
        if (!job.output) continue;
        const double any_rate_hz = options.rate_hz > 0.0 ? options.rate_hz : 48000.0;  // every format has it
        if (const auto spec = output_spec(*job.output, options, {.sample_rate_hz = any_rate_hz, .channels = 2}); !spec)
            return usage(spec.error().message);
    }
    return success();
}

}  // namespace

fs::path master_name(const fs::path& input) {
    const auto as_it_is = input.filename();
    const auto encoding =
        choose_encoding(as_it_is, {.sample_rate_hz = 48000.0, .channels = 2, .frames = 0, .depth = {}});
    if (encoding && !encoding->format->lossy()) return as_it_is;
    auto name = input.stem();
    name += ".wav";
    return name;
}

Result<std::vector<MasterJob>> plan_jobs(const MasterOptions& options) {
    if (auto status = check_single_names(options); !status) return status.error();
    std::vector<MasterJob> jobs;
    for (const auto& input : options.inputs)
        jobs.push_back({.input = input,
                        .output = place_in(options.output, master_name(input)),
                        .report = place_in(options.report, with_suffix(input, ".report.json")),
                        .settings = place_in(options.save_settings, with_suffix(input, ".settings.json"))});
    if (auto status = check_formats(jobs, options); !status) return status.error();
    if (auto status = check_places(jobs, options); !status) return status.error();
    return jobs;
}

Result<std::vector<fs::path>> make_directories(const MasterOptions& options) {
    std::vector<fs::path> made;
    const auto& output = options.dry_run ? std::nullopt : options.output;
    for (const auto* path : {&output, &options.report, &options.save_settings}) {
        if (!*path || (*path)->has_filename()) continue;
        std::error_code problem;
        // False, and no error, if it is there.
        if (fs::create_directory((*path)->parent_path(), problem)) made.push_back((*path)->parent_path());
        if (!problem) continue;
        remove_empty(made);
        return Error{ErrorCode::output, (*path)->string() + ": the directory cannot be made: " + problem.message()};
    }
    return made;
}

void remove_empty(const std::vector<fs::path>& directories) noexcept {
    for (const auto& directory : directories) {
        std::error_code not_empty;
        fs::remove(directory, not_empty);
    }
}

namespace {

/// The source's rate, or where the format does not hold it, the next higher one that it holds, or else its highest.
double usual_rate_hz(const OutputFormat& format, double source_rate_hz) {
    if (format.rates_hz.empty()) return source_rate_hz;
    double best_hz = 0.0;
    for (const int rate_hz : format.rates_hz) {
        const bool better =
            best_hz < source_rate_hz ? rate_hz > best_hz : rate_hz >= source_rate_hz && rate_hz < best_hz;
        if (better) best_hz = rate_hz;
    }
    return best_hz;
}

/// Where nothing is asked to change, the depth that holds every sample of the source, if the format has it.
std::optional<BitDepth> usual_depth(const OutputFormat& format, const MasterOptions& options,
                                    const StreamInfo& source) {
    const bool untouched = !options.target.limit_peaks;
    const bool floating = source.bits_per_sample == 0 || source.bits_per_sample > 24;
    const auto& depths = format.depths;
    const bool held = std::find(depths.begin(), depths.end(), BitDepth::float32) != depths.end();
    return untouched && floating && held ? BitDepth::float32 : options.usual_depth;
}

}  // namespace

Result<OutputSpec> output_spec(const fs::path& output, const MasterOptions& options, const StreamInfo& source) {
    double rate_hz = options.rate_hz > 0.0 ? options.rate_hz : source.sample_rate_hz;
    // At a rate that every format holds, only to learn the format from the name.
    if (const auto named =
            choose_encoding(output, {.sample_rate_hz = 48000.0, .channels = 2, .frames = 0, .depth = {}});
        named && options.rate_hz == 0.0)
        rate_hz = usual_rate_hz(*named->format, source.sample_rate_hz);
    const double frames = std::round(static_cast<double>(source.frames) * rate_hz / source.sample_rate_hz);
    OutputSpec spec{.sample_rate_hz = rate_hz,
                    .channels = source.channels,
                    .frames = static_cast<std::int64_t>(frames),
                    .depth = options.depth};
    const auto encoding = choose_encoding(output, spec);
    if (!encoding) return encoding.error();
    if (!spec.depth && !encoding->format->lossy()) {
        const auto usual = usual_depth(*encoding->format, options, source);
        spec.depth = usual ? usual : encoding->depth;  // the engine has to know what to round to
    }
    return spec;
}

}  // namespace burnish
