#include "cli/targets_command.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/master_job.h"
#include "cli/target_files.h"
#include "mastering/patch.h"
#include "mastering/preset.h"

namespace burnish {

namespace {

using Json = nlohmann::ordered_json;

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

/// What a master for it is brought to.
std::string level_text(const DeliveryTarget& delivery) {
    if (delivery.rms_db) return number_text(*delivery.rms_db) + " dB rms";
    if (delivery.dialogue_lufs) return number_text(*delivery.dialogue_lufs) + " dialogue";
    Target plain;
    plain.loudness_lufs = 0.0;
    apply_habits(delivery, plain);
    const bool is_habit = plain.loudness_lufs != 0.0;
    apply_demands(delivery, plain);
    if (!plain.normalize || plain.loudness_lufs == 0.0) return "as it is";
    return (is_habit ? "~" : "") + number_text(plain.loudness_lufs) + " LUFS";
}

std::string ceiling_text(const DeliveryTarget& delivery) {
    for (const auto& [member, value] : delivery.master)
        if (member == &Target::ceiling_dbtp)
            return number_text(value) + (delivery.loud ? "/" + number_text(delivery.loud->ceiling_dbtp) : "");
    return "";
}

/// The weakest status among its sources: a target is as sure as the least sure of its numbers.
std::string_view status_text(const DeliveryTarget& delivery) {
    static constexpr std::string_view order[] = {"convention", "third-party", "official"};
    for (const auto status : order)
        for (const auto& source : delivery.sources)
            if (source.status == status) return status;
    return "";
}

std::string range_text(const DeliveryLimit& limit) {
    if (limit.min && limit.max && *limit.min == *limit.max) return number_text(*limit.min);
    if (limit.min && limit.max) return number_text(*limit.min) + " to " + number_text(*limit.max);
    return limit.min ? "at least " + number_text(*limit.min) : "at most " + number_text(*limit.max);
}

void show(const DeliveryTarget& delivery, const Console& console) {
    const auto& style = console.out_style;
    const auto line = [&](std::string_view label, const std::string& text, const std::string& remark = {}) {
        console.out << "  " << padded(std::string(label), 20) << padded(text, remark.empty() ? 0 : 22)
                    << style.dim(remark) << '\n';
    };
    console.out << style.bold(delivery.title) << "  " << delivery.help << '\n';
    line("master", level_text(delivery),
         ceiling_text(delivery).empty() ? "" : "under a ceiling of " + ceiling_text(delivery) + " dBTP");
    if (delivery.measure == LevelMeasure::dialogue) {
        Target whole;
        apply_demands(delivery, whole);
        line("dialogue", "not told apart",
             "refused, unless --dialogue none says that there is none: all of it at " +
                 number_text(whole.loudness_lufs) + " LUFS");
    }
    if (delivery.loud)
        line("loud masters", number_text(delivery.loud->ceiling_dbtp) + " dBTP",
             "above " + number_text(delivery.loud->above_lufs) + " LUFS");
    const auto& file = delivery.file;
    std::string extensions;
    for (const auto& extension : file.extensions) extensions += (extensions.empty() ? "" : ", ") + extension;
    if (!extensions.empty()) line("file", extensions);
    if (file.rate_hz) line("file", number_text(*file.rate_hz) + " Hz");
    if (file.bit_depth) line("file", *file.bit_depth + " bits");
    if (file.channels) line("file", *file.channels == 1 ? "mono" : "stereo");
    if (file.bitrate_kbps) line("file", std::to_string(*file.bitrate_kbps) + " kbit/s");
    for (const auto& limit : delivery.limits)
        line(limit.number, range_text(limit) + (limit.is_advice ? " (advice)" : ""), limit.why);
    for (const auto& mode : delivery.playback)
        line("playback " + mode.name, mode.loudness_lufs ? number_text(*mode.loudness_lufs) + " LUFS" : "as it is",
             !mode.loudness_lufs ? ""
             : mode.limits       ? "limits beyond its peak"
             : mode.raises       ? "raises softer tracks"
                                 : "turns down only");
    for (const auto& source : delivery.sources)
        line(source.status, source.about + ": " + source.source +
                                (source.verified_on.empty() ? "" : ", read on " + source.verified_on));
}

Json document_of(const EmbeddedFile& file) {
    Json json{{"name", file.name}};
    json.update(Json::parse(file.text));
    return json;
}

}  // namespace

ExitCode run_targets(const TargetsFlags& flags, const Console& console) {
    auto documents = Json::array();
    const bool in_full = !flags.names.empty();
    for (const auto& name : in_full ? flags.names : delivery_target_names()) {
        const auto delivery = find_delivery_target("targets", name);
        if (!delivery) {
            console.error(delivery.error().message);
            return ExitCode::usage;
        }
        for (const auto& file : embedded_targets())
            if (flags.json && file.name == name) documents.push_back(document_of(file));
        if (flags.json) continue;
        if (in_full)
            show(*delivery, console);
        else
            console.out << padded(name, 14) << padded(level_text(*delivery), 14) << padded(ceiling_text(*delivery), 6)
                        << padded(std::string(status_text(*delivery)), 13) << delivery->help << '\n';
    }
    if (flags.json) console.out << json_text(documents);
    if (!flags.json && !in_full)
        console.out
            << "\n~ is usual there: a preset or --loudness takes its place. Dialogue is not told apart from the "
               "rest:\nmaster and check refuse to guess, unless --dialogue none says that there is none.\n";
    return ExitCode::done;
}

}  // namespace burnish
