#include "cli/presets_command.h"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>

#include "cli/master_job.h"
#include "cli/preset_files.h"
#include "cli/text_file.h"

namespace burnish {

namespace {

using Json = nlohmann::ordered_json;

ExitCode fail(const std::string& message, const Console& console) {
    console.error(message);
    return ExitCode::usage;
}

struct KindName {
    PresetKind kind;
    std::string_view name;
    std::string_view heading;
};
constexpr auto kinds = std::to_array<KindName>({
    {PresetKind::genre, "genre", "genres (--preset)"},
    {PresetKind::style, "style", "styles (--style)"},
});

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

ExitCode list(const PresetsFlags& flags, const Console& console) {
    auto documents = Json::array();
    for (const auto& [kind, kind_name, heading] : kinds) {
        if (!flags.json)
            console.out << (kind == PresetKind::genre ? "" : "\n") << console.out_style.bold(heading) << '\n';
        for (const auto& name : preset_names(kind)) {
            const auto place = preset_place(kind, name);
            std::vector<std::string_view> aliases;
            for (const auto& alias : preset_aliases)
                if (kind == PresetKind::genre && alias.name == name) aliases.push_back(alias.typed);
            std::string also;
            for (const auto& alias : aliases) also += (also.empty() ? "  also: " : ", ") + std::string(alias);
            const auto preset = find_preset(kind, "presets", name);
            const auto help = preset ? preset->title + ": " + preset->help : preset.error().message;
            if (flags.json)
                documents.push_back(
                    {{"name", name}, {"kind", kind_name}, {"help", help}, {"also", aliases}, {"place", place}});
            else
                console.out << "  " << padded(name, 16) << help << console.out_style.dim(also)
                            << (place == "built in" ? "" : "  (" + place + ")") << '\n';
        }
    }
    if (flags.json) console.out << json_text(documents);
    return ExitCode::done;
}

/// A genre of that name, or else a style.
Result<Preset> preset_or_style(const std::string& name) {
    const auto styles = preset_names(PresetKind::style);
    const bool is_style = std::find(styles.begin(), styles.end(), name) != styles.end();
    return find_preset(is_style ? PresetKind::style : PresetKind::genre, "presets show", name);
}

void say_numbers(const Preset& preset, const Json& json, const std::string& path, const Console& console) {
    for (const auto& [key, value] : json.items()) {
        const auto own_path = path.empty() ? key : path + "." + key;
        if (key == "sources" || value.is_string()) continue;
        if (value.is_object()) {
            say_numbers(preset, value, own_path, console);
            continue;
        }
        console.out << "  " << padded(own_path, 34) << padded(number_text(value.get<double>()), 8)
                    << console.out_style.dim(source_of(preset, own_path)) << '\n';
    }
}

ExitCode show(const PresetsFlags& flags, const Console& console) {
    if (flags.words.size() != 2) return fail("presets show: one name expected", console);
    const auto preset = preset_or_style(flags.words[1]);
    if (!preset) return fail(preset.error().message, console);
    const auto json = preset_json(*preset);
    if (flags.json) {
        console.out << json_text(json);
        return ExitCode::done;
    }
    console.out << console.out_style.bold(preset->title) << "  " << preset->help << "\n\n";
    say_numbers(*preset, json, "", console);
    return ExitCode::done;
}

ExitCode validate(const PresetsFlags& flags, const Console& console) {
    if (flags.words.size() < 2) return fail("presets validate: a file expected", console);
    auto documents = Json::array();
    bool all_valid = true;
    for (auto path = flags.words.begin() + 1; path != flags.words.end(); ++path) {
        const auto text = read_text(*path, ErrorCode::usage);
        const auto read = text ? read_preset(*path, *path, *text) : Result<Preset>(text.error());
        all_valid = all_valid && read.ok();
        if (flags.json) {
            Json document{{"file", *path}, {"valid", read.ok()}};
            if (!read) document["error"] = read.error().message;
            documents.push_back(std::move(document));
        } else if (read) {
            console.out << *path << ": valid\n";
        } else {
            console.error(read.error().message);
        }
    }
    if (flags.json) console.out << json_text(documents);
    return all_valid ? ExitCode::done : ExitCode::usage;
}

ExitCode schema(const PresetsFlags& /*flags*/, const Console& console) {
    console.out << json_text(preset_schema());
    return ExitCode::done;
}

struct Action {
    std::string_view name;
    ExitCode (*run)(const PresetsFlags&, const Console&);
};
constexpr auto actions =
    std::to_array<Action>({{"list", list}, {"show", show}, {"validate", validate}, {"schema", schema}});

}  // namespace

ExitCode run_presets(const PresetsFlags& flags, const Console& console) {
    const auto word = flags.words.empty() ? std::string("list") : flags.words.front();
    const auto action = std::find_if(actions.begin(), actions.end(), [&](const Action& a) { return a.name == word; });
    if (action != actions.end()) return action->run(flags, console);
    std::vector<std::string_view> names;
    names.reserve(actions.size());
    for (const auto& row : actions) names.push_back(row.name);
    return fail(
        "presets: \"" + word + "\" found" + did_you_mean(word, names) + ", list, show, validate or schema expected",
        console);
}

}  // namespace burnish
