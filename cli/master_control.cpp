#include "cli/master_control.h"

#include <algorithm>

#include "cli/interrupt.h"
#include "cli/master_outcome.h"
#include "cli/master_request.h"
#include "cli/preset_files.h"
#include "cli/preview_words.h"
#include "cli/text_file.h"
#include "mastering/settings_json.h"

namespace burnish {

namespace {

constexpr double intensity_step_percent = 5.0;
constexpr double loudness_step_lu = 0.5;

std::size_t target_index(double Target::*member) {
    const auto row = std::ranges::find(target_params, member, &Param<Target>::member);
    return static_cast<std::size_t>(row - target_params.begin());
}

/// The name before or after one in a list that goes round; from none, its first or last.
std::string neighbour(const std::vector<std::string>& names, const std::string& name, int step) {
    const auto at = std::ranges::find(names, name);
    const auto count = static_cast<int>(names.size());
    if (at == names.end()) return step > 0 ? names.front() : names.back();
    return names[static_cast<std::size_t>((static_cast<int>(at - names.begin()) + step + count) % count)];
}

}  // namespace

MasterControl::MasterControl(Session& session, MasterFlags flags) : session_(session), flags_(std::move(flags)) {
    flags_.dry_run = true;
}

Status MasterControl::want_master() { return set_flags(flags_); }

Status MasterControl::follow(const std::string& reference) {
    auto flags = flags_;
    flags.references = {reference};
    return set_flags(std::move(flags));
}

MasterControl::Done MasterControl::run(std::string_view name, const std::string& what) {
    if (name == "preset") return set_preset(what);
    if (name == "style") return set_style(what);
    if (name == "intensity") return set_target(&Target::intensity_percent, what, intensity_step_percent);
    return set_target(&Target::loudness_lufs, what, loudness_step_lu);
}

Status MasterControl::set_flags(MasterFlags flags) {
    auto options = read_master_flags(flags);
    if (!options) return options.error();
    const auto go_on = [](std::string_view, double, double) { return !interrupt_requested(); };
    auto references = shelf_.take(options->references, true, go_on);
    if (!references) return references.error();
    flags_ = std::move(flags);
    options_ = *std::move(options);
    references_ = *std::move(references);
    const auto& info = session_.track().info;
    const OutputSpec spec{
        .sample_rate_hz = info.sample_rate_hz, .channels = info.channels, .frames = info.frames, .depth = {}};
    warnings_.clear();
    auto request = master_request(options_, spec, true, warnings_);
    request.references = references_;
    session_.want(std::move(request));
    return success();
}

MasterControl::Done MasterControl::set_preset(const std::string& what) {
    auto flags = flags_;
    const auto names = preset_names(PresetKind::genre);
    if (what == "none")
        flags.preset.reset();
    else if (what == "next" || what == "previous")
        flags.preset = neighbour(names, flags.preset.value_or(""), what == "next" ? 1 : -1);
    else if (what.size() == 1 && what[0] >= '1' && what[0] <= '9')
        flags.preset = std::string(preview_presets[static_cast<std::size_t>(what[0] - '1')]);
    else
        flags.preset = what;
    if (auto status = set_flags(std::move(flags)); !status) return status.error();
    return "preset " + flags_.preset.value_or("none");
}

MasterControl::Done MasterControl::set_style(const std::string& what) {
    auto flags = flags_;
    if (what == "none")
        flags.style.reset();
    else
        flags.style = what == "next" ? neighbour(preset_names(PresetKind::style), flags.style.value_or(""), 1) : what;
    if (auto status = set_flags(std::move(flags)); !status) return status.error();
    return "style " + flags_.style.value_or("none");
}

MasterControl::Done MasterControl::set_target(double Target::*member, const std::string& what, double step) {
    auto flags = flags_;
    const auto index = target_index(member);
    const auto& param = target_params[index];
    auto& text = flags.target[index];
    const double now = options_.target.*member;
    if (what == "up" || what == "down")
        text = number_text(std::clamp(now + (what == "up" ? step : -step), param.min, param.max));
    else
        text = what;
    if (auto status = set_flags(std::move(flags)); !status) return status.error();
    return std::string(param.name) + " " + number_text(options_.target.*member);
}

Status MasterControl::write_settings(const std::filesystem::path& path) const {
    const auto plan = session_.plan();
    if (!plan.refined) return Error{ErrorCode::output, "export: the settings are not settled yet"};
    return write_text(path, json_text(settings_json(plan.settings)), flags_.force);
}

}  // namespace burnish
