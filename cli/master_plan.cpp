#include "cli/master_plan.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
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

bool takes(const DeliveryFile& file, const fs::path& name) {
    auto extension = name.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto& accepted = file.extensions;
    return accepted.empty() || std::find(accepted.begin(), accepted.end(), extension) != accepted.end();
}

/// The name that a master gets in a directory, if its destination takes it.
fs::path delivered_name(const fs::path& input, const MasterOptions& options) {
    auto name = master_name(input);
    if (options.delivery && !takes(options.delivery->file, name))
        name.replace_extension(options.delivery->file.extensions.front());
    return name;
}

/// mix.wav as mix.spotify.wav, where there are several deliveries.
fs::path with_delivery(const fs::path& name, const MasterOptions& options) {
    if (!options.has_siblings) return name;
    auto stem = name.stem();
    stem += "." + options.delivery->name;
    stem += name.extension();
    return name.parent_path() / stem;
}

/// mix.report.json for mix.wav, or mix.spotify.report.json.
fs::path side_name(const fs::path& input, const MasterOptions& options, const char* suffix) {
    auto name = input.stem();
    if (options.has_siblings) name += "." + options.delivery->name;
    name += suffix;
    return name;
}

/// `asked` itself, or the file of that name in the directory that it is.
std::optional<fs::path> place_in(const std::optional<fs::path>& asked, const TrackInput& input, const fs::path& name,
                                 const MasterOptions& options) {
    if (!asked) return std::nullopt;
    return names_directory(*asked) ? *asked / input.folder / name : with_delivery(*asked, options);
}

Result<std::optional<fs::path>> master_place(const TrackInput& input, const MasterOptions& options) {
    const auto name = with_delivery(delivered_name(input.path, options), options);
    auto place = place_in(options.output, input, name, options);
    if (!place || !options.delivery || takes(options.delivery->file, *place)) return place;
    const auto& accepted = options.delivery->file.extensions;
    if (options.has_siblings) return std::optional(place->replace_extension(accepted.front()));
    std::string list;
    for (const auto& extension : accepted) list += (list.empty() ? "" : ", ") + extension;
    return usage("-o " + place->string() + ": --target " + options.delivery->name + " takes " + list);
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

Status check_places(const std::vector<MasterJob>& jobs) {
    Places places;
    for (const auto& job : jobs) {
        places.add_read(job.input, "the input " + job.input.string());
        if (job.options->settings) places.add_read(*job.options->settings, "the settings file to be read");
        for (const auto& reference : job.options->references)
            places.add_read(reference.path, "the reference " + reference.path.string());
    }
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
Status check_formats(const std::vector<MasterJob>& jobs) {
    for (const auto& job : jobs) {
        if (!job.output) continue;
        const auto& options = *job.options;
        const double any_rate_hz = options.rate_hz > 0.0 ? options.rate_hz : 48000.0;  // every format has it
        if (const auto spec = output_spec(*job.output, options, {.sample_rate_hz = any_rate_hz, .channels = 2}); !spec)
            return usage(spec.error().message);
    }
    return success();
}

Result<MasterJob> job_for(const TrackInput& input, const MasterOptions& options) {
    auto output = master_place(input, options);
    if (!output) return output.error();
    return MasterJob{
        .input = input.path,
        .output = *std::move(output),
        .report = place_in(options.report, input, side_name(input.path, options, ".report.json"), options),
        .settings = place_in(options.save_settings, input, side_name(input.path, options, ".settings.json"), options),
        .options = &options};
}

}  // namespace

fs::path master_name(const fs::path& input) {
    auto name = input.filename();
    const auto encoding = choose_encoding(name, {.sample_rate_hz = 48000.0, .channels = 2, .frames = 0, .depth = {}});
    if (encoding && !encoding->format->lossy()) return name;
    name = input.stem();
    name += ".wav";
    return name;
}

Result<std::vector<MasterJob>> plan_jobs(const std::vector<MasterRow>& rows) {
    std::vector<MasterJob> jobs;
    for (const auto& row : rows) {
        for (const auto& options : row)
            if (auto status = check_single_names(options); !status) return status.error();
        for (std::size_t i = 0; i < row.front().inputs.size(); ++i)
            for (const auto& options : row) {
                auto job = job_for(options.inputs[i], options);
                if (!job) return job.error();
                job->row = static_cast<std::size_t>(&row - rows.data());
                jobs.push_back(*std::move(job));
            }
    }
    if (auto status = check_formats(jobs); !status) return status.error();
    if (auto status = check_places(jobs); !status) return status.error();
    return jobs;
}

namespace {

/// Makes `directory`, and of those above it what lies below `named`, which may itself be missing.
Status make_directory(const fs::path& directory, const fs::path& named, std::vector<fs::path>& made) {
    std::vector<fs::path> missing;
    std::error_code problem;
    auto at = directory;
    while (!at.empty() && !fs::exists(at, problem)) {
        missing.push_back(at);
        if (at == named) break;
        at = at.parent_path();
    }
    for (auto path = missing.rbegin(); path != missing.rend(); ++path) {
        problem.clear();
        if (fs::create_directory(*path, problem)) made.push_back(*path);
        if (problem)
            return Error{ErrorCode::output, path->string() + ": the directory cannot be made: " + problem.message()};
    }
    return success();
}

}  // namespace

Result<std::vector<fs::path>> make_directories(const std::vector<MasterJob>& jobs) {
    std::vector<fs::path> made;
    for (const auto& job : jobs) {
        const auto& options = *job.options;
        const auto no_output = std::optional<fs::path>();
        const std::pair<const std::optional<fs::path>&, const std::optional<fs::path>&> places[] = {
            {options.dry_run ? no_output : job.output, options.output},
            {job.report, options.report},
            {job.settings, options.save_settings}};
        for (const auto& [file, asked] : places) {
            if (!file || !asked || !names_directory(*asked)) continue;
            const auto named = asked->has_filename() ? *asked : asked->parent_path();
            auto status = make_directory(file->parent_path(), named, made);
            if (status) continue;
            remove_empty(made);
            return status.error();
        }
    }
    return made;
}

void remove_empty(const std::vector<fs::path>& directories) noexcept {
    for (auto directory = directories.rbegin(); directory != directories.rend(); ++directory) {
        std::error_code not_empty;
        fs::remove(*directory, not_empty);
    }
}

namespace {

double delivery_rate_hz(double source_rate_hz) {
    if (source_rate_hz >= least_delivery_rate_hz) return source_rate_hz;
    return std::fmod(48000.0, source_rate_hz) == 0.0 ? 48000.0 : 44100.0;
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
        rate_hz = usual_rate_hz(*named->format, options.target.limit_peaks ? delivery_rate_hz(source.sample_rate_hz)
                                                                           : source.sample_rate_hz);
    const double frames = std::round(static_cast<double>(source.frames) * rate_hz / source.sample_rate_hz);
    OutputSpec spec{.sample_rate_hz = rate_hz,
                    .channels = options.channels > 0 ? options.channels : source.channels,
                    .frames = static_cast<std::int64_t>(frames),
                    .depth = options.depth,
                    .bitrate_kbps = options.bitrate_kbps};
    const auto encoding = choose_encoding(output, spec);
    if (!encoding) return encoding.error();
    if (!spec.depth && !encoding->format->lossy()) {
        const auto usual = usual_depth(*encoding->format, options, source);
        spec.depth = usual ? usual : encoding->depth;  // the engine has to know what to round to
    }
    return spec;
}

}  // namespace burnish
