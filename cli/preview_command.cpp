#include "cli/preview_command.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/interrupt.h"
#include "cli/master_job.h"
#include "cli/master_request.h"
#include "cli/mix_job.h"
#include "cli/number_format.h"
#include "cli/preview_control.h"
#include "cli/preview_runs.h"
#include "cli/preview_screen.h"
#include "cli/progress_bar.h"
#include "cli/text_file.h"
#include "mastering/patch.h"

namespace burnish {

namespace {

constexpr int least_buffer_frames = 16;
constexpr int most_buffer_frames = 8192;

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

ExitCode fail(const Error& error, const Console& console) {
    if (error.code != ErrorCode::canceled) console.error(error.message);
    return exit_code_for(error.code);
}

Result<DeviceRequest> read_device_flags(const PreviewFlags& flags) {
    DeviceRequest request;
    request.device = flags.device.value_or("");
    if (flags.null && (flags.api || flags.device))
        return usage("--null and --api or --device contradict each other: a clock is no device");
    if (flags.fast && !(flags.null && flags.script)) return usage("--fast needs --null and --script");
    if (flags.api) {
        const auto apis = audio_apis();
        if (std::find(apis.begin(), apis.end(), *flags.api) == apis.end()) {
            std::string names;
            for (const auto& name : apis) names += (names.empty() ? "" : ", ") + name;
            return usage("--api: \"" + *flags.api + "\" found, one of " + names + " expected");
        }
        request.api = *flags.api;
    }
    if (flags.buffer) {
        const auto& text = *flags.buffer;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), request.buffer_frames);
        if (problem != std::errc() || end != text.data() + text.size() || request.buffer_frames < least_buffer_frames ||
            request.buffer_frames > most_buffer_frames)
            return usage("--buffer: \"" + text + "\" found, a whole number of frames in [" +
                         std::to_string(least_buffer_frames) + ", " + std::to_string(most_buffer_frames) +
                         "] expected");
    }
    return request;
}

Result<std::vector<ScriptLine>> read_script_flag(const std::optional<std::string>& path) {
    if (!path) return std::vector<ScriptLine>();
    if (*path == "-") return read_script("-", std::string(std::istreambuf_iterator<char>(std::cin), {}));
    const auto text = read_text(*path, ErrorCode::usage);
    if (!text) return text.error();
    return read_script(*path, *text);
}

Result<std::shared_ptr<const Track>> open_track(const std::filesystem::path& path, const Console& console) {
    auto file = open_audio(path);
    if (!file) return file.error();
    for (const auto& warning : (*file)->warnings()) console.warning(warning);
    const auto& info = (*file)->info();
    if (info.frames == 0) return Error{ErrorCode::input, path.string() + ": there is no sound in it"};
    ProgressBar bar(console, true, 1);
    auto track = load_track(path.filename().string(), **file, [&](double done) {
        bar.update(0, "reading", done, static_cast<double>(info.frames) / info.sample_rate_hz);
        return !interrupt_requested();
    });
    bar.finish(0);
    return track;
}

/// Stems take memory: more than this share of the machine's would make it swap, and sound would stop.
constexpr double most_memory_share = 0.6;

Status check_memory(const std::vector<Stem>& stems, double sample_rate_hz) {
    double needed_bytes = 0.0;
    for (const auto& stem : stems) {
        const auto& info = stem.source->info();
        const double frames = static_cast<double>(info.frames) * sample_rate_hz / info.sample_rate_hz;
        needed_bytes += frames * info.channels * sizeof(float);
    }
    const double has_bytes =
        static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGE_SIZE));
    if (needed_bytes <= most_memory_share * has_bytes) return success();
    return Error{ErrorCode::input, "the stems take " + fixed_text(1e-9 * needed_bytes, 1) + " GB of memory, and " +
                                       fixed_text(1e-9 * most_memory_share * has_bytes, 1) +
                                       " GB is the most on this machine; burnish mix needs no more than a little"};
}

/// A folder, a session file or several files are stems; one file is a track.
bool is_session(const std::vector<std::string>& inputs) {
    std::error_code ignored;
    return inputs.size() > 1 || (inputs.size() == 1 && (std::filesystem::is_directory(inputs[0], ignored) ||
                                                        std::filesystem::path(inputs[0]).extension() == ".json"));
}

/// What is played, and who commands it.
struct Sitting {
    std::string title;
    std::unique_ptr<Session> session;
    std::unique_ptr<Output> output;
    std::unique_ptr<PreviewControl> control;
};

Result<Sitting> sit_with_track(const PreviewFlags& flags, DeviceRequest& request, const Console& console) {
    if (!flags.roles.empty() || flags.balance)
        return usage(std::string(flags.balance ? "--balance" : "--roles") + " is about stems, and one file is a track");
    if (flags.match_reference && !flags.reference) return usage("--match-reference needs a --reference");
    auto master = flags.master;
    if (flags.match_reference) master.references = {*flags.reference};
    auto checked = master;
    checked.dry_run = true;
    if (const auto options = read_master_flags(checked); !options) return options.error();
    const auto track = open_track(flags.master.inputs.front(), console);
    if (!track) return track.error();
    request.sample_rate_hz = (*track)->info.sample_rate_hz;
    Sitting sitting{.title = (*track)->name, .session = {}, .output = {}, .control = {}};
    sitting.session = std::make_unique<Session>(*track, file_services());
    sitting.output = std::make_unique<Output>(*sitting.session);
    sitting.control = std::make_unique<PreviewControl>(*sitting.session, *sitting.output, std::move(master), request);
    return sitting;
}

Result<Sitting> sit_with_stems(const PreviewFlags& flags, DeviceRequest& request, const Console& console) {
    if (flags.match_reference)
        return usage("--match-reference is about a master: the mix of stems follows --reference FILE by itself");
    MixFlags mix{
        .shared = flags.master, .roles = flags.roles, .balance = flags.balance, .variants = {}, .stems_out = {}};
    mix.shared.dry_run = true;
    if (flags.reference && !mix.shared.settings) mix.shared.references = {*flags.reference};
    auto options = read_mix_flags(mix);
    if (!options) return options.error();
    const std::vector<std::filesystem::path> inputs(flags.master.inputs.begin(), flags.master.inputs.end());
    const auto opened = open_stems(inputs, options->roles);
    if (!opened) return opened.error();
    for (const auto& warning : opened->warnings) console.warning(warning);
    std::optional<MixSettings> fixed;
    if (options->settings) {
        auto settings = read_settings_for(*options->settings, opened->stems);
        if (!settings) return settings.error();
        fixed = *std::move(settings);
    }
    double rate_hz = 0.0, duration_s = 0.0;
    for (const auto& stem : opened->stems) {
        const auto& info = stem.source->info();
        rate_hz = std::max(rate_hz, info.sample_rate_hz);
        duration_s = std::max(duration_s, stem.start_s + static_cast<double>(info.frames) / info.sample_rate_hz);
    }
    if (auto status = check_memory(opened->stems, rate_hz); !status) return status.error();
    const auto name = std::to_string(opened->stems.size()) + " stems";
    ProgressBar bar(console, true, 1);
    auto stems = load_stems(name, opened->stems, rate_hz, file_services(), [&](double done) {
        bar.update(0, "reading", done, duration_s);
        return !interrupt_requested();
    });
    bar.finish(0);
    if (!stems) return stems.error();
    request.sample_rate_hz = rate_hz;
    std::vector<std::string> warnings;
    auto predictor = balance_predictor(options->shared.predictor, warnings);
    auto widths = width_predictor(options->shared.predictor, warnings);
    for (const auto& warning : warnings) console.warning(warning);
    Sitting sitting{.title = name, .session = {}, .output = {}, .control = {}};
    sitting.session = std::make_unique<Session>(*stems, file_services());
    sitting.output = std::make_unique<Output>(*sitting.session);
    auto control = std::make_unique<StemControl>(*sitting.session, *std::move(options), std::move(predictor),
                                                 std::move(widths), fixed);
    sitting.control =
        std::make_unique<PreviewControl>(*sitting.session, *sitting.output, flags.master, request, std::move(control));
    return sitting;
}

Status listen(const PreviewFlags& flags, const Console& console) {
    auto request = read_device_flags(flags);
    if (!request) return request.error();
    const auto script = read_script_flag(flags.script);
    if (!script) return script.error();
    if (flags.master.inputs.empty()) return usage("no input; burnish preview FILE, or STEMS/");
    auto made = is_session(flags.master.inputs) ? sit_with_stems(flags, *request, console)
                                                : sit_with_track(flags, *request, console);
    if (!made) return made.error();
    auto& session = *made->session;
    auto& output = *made->output;
    auto& control = *made->control;
    if (auto status = control.want_master(); !status) return status;
    if (flags.reference)
        if (const auto done = control.run("reference " + *flags.reference); !done) return done.error();
    if (flags.fast) return run_script_fast(control, *script, *request, console);

    const auto opened = flags.null ? output.open_null(*request) : output.open(*request);
    if (!opened && opened.error().code == ErrorCode::output)
        return Error{ErrorCode::output, opened.error().message + "\n       burnish devices lists what there is; with " +
                                            "--null everything works, unheard"};
    if (!opened) return opened;
    if (flags.script) return run_script(control, *script, console);
    session.play(true);
    if (flags.plain || !has_screen())
        run_plain(control, console);
    else
        run_screen(control, made->title, console.out_style.unicode);
    control.finish_export();
    for (const auto& line : control.news()) console.out << line << '\n';
    return success();
}

}  // namespace

ExitCode run_preview(const PreviewFlags& flags, const Console& console) {
    const auto status = listen(flags, console);
    if (!status) return fail(status.error(), console);
    return interrupt_requested() ? ExitCode::interrupted : ExitCode::done;
}

ExitCode run_devices(bool json, const Console& console) {
    const auto devices = list_audio_devices();
    if (json) {
        auto list = nlohmann::ordered_json::array();
        for (const auto& device : devices)
            list.push_back({{"api", device.api},
                            {"number", device.number},
                            {"name", device.name},
                            {"channels", device.channels},
                            {"sample_rates_hz", device.sample_rates_hz},
                            {"default", device.is_default}});
        console.out << json_text(list);
        return ExitCode::done;
    }
    for (const auto& device : devices) {
        std::string rates;
        for (const int rate_hz : device.sample_rates_hz)
            rates += (rates.empty() ? "" : " ") + number_text(rate_hz / 1000.0);
        console.out << "--api " << device.api << " --device " << device.number << "   " << device.name << ", "
                    << device.channels << " channels, " << rates << " kHz" << (device.is_default ? ", default" : "")
                    << '\n';
    }
    if (devices.empty())
        console.out << "no audio device found: no JACK, PulseAudio or PipeWire server answers, and ALSA has no card "
                       "that is free\n"
                       "(burnish preview --null plays to a clock)\n";
    return ExitCode::done;
}

}  // namespace burnish
