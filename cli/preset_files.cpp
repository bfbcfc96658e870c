#include "cli/preset_files.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "cli/text_file.h"

namespace burnish {

namespace {

namespace fs = std::filesystem;

std::span<const EmbeddedFile> embedded(PresetKind kind) {
    return kind == PresetKind::genre ? embedded_genres() : embedded_styles();
}

fs::path user_file(PresetKind kind, const std::string& name) {
    const auto directory = user_preset_directory();
    if (kind != PresetKind::genre || directory.empty()) return {};
    return directory / (name + ".json");
}

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return !path.empty() && fs::is_regular_file(path, ignored);
}

Result<Preset> read_file(const fs::path& path) {
    const auto text = read_text(path, ErrorCode::usage);
    if (!text) return text.error();
    return read_preset(path.string(), path.stem().string(), *text);
}

}  // namespace

fs::path user_preset_directory() {
    // NOLINTBEGIN(concurrency-mt-unsafe): nobody changes the environment
    const char* config = std::getenv("XDG_CONFIG_HOME");
    const char* home = std::getenv("HOME");
    // NOLINTEND(concurrency-mt-unsafe)
    if (config != nullptr && *config == '/') return fs::path(config) / "burnish" / "presets";
    if (home != nullptr && *home != '\0') return fs::path(home) / ".config" / "burnish" / "presets";
    return {};
}

Result<Preset> find_preset(PresetKind kind, std::string_view flag, const std::string& typed) {
    const bool is_path = typed.find('/') != typed.npos || typed.ends_with(".json");
    if (kind == PresetKind::genre && is_path) return read_file(typed);
    if (const auto own = user_file(kind, typed); is_file(own)) return read_file(own);
    const auto* const alias = std::ranges::find(preset_aliases, typed, &PresetAlias::typed);
    const bool is_alias = kind == PresetKind::genre && alias != preset_aliases.end();
    const auto meant = is_alias ? std::string(alias->name) : typed;
    for (const auto& file : embedded(kind))
        if (file.name == meant) return read_preset("the built-in " + meant, meant, file.text);
    const auto names = preset_names(kind);
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
    return Error{ErrorCode::usage, std::string(flag) + ": \"" + typed + "\" found" +
                                       did_you_mean(typed, {names.begin(), names.end()}) + ", one of " + list +
                                       (kind == PresetKind::genre ? " or a path to a .json file" : "") + " expected"};
}

std::vector<std::string> preset_names(PresetKind kind) {
    std::set<std::string> names;
    for (const auto& file : embedded(kind)) names.emplace(file.name);
    if (const auto directory = user_preset_directory(); kind == PresetKind::genre && !directory.empty()) {
        std::error_code missing;
        for (fs::directory_iterator entry(directory, missing), end; !missing && entry != end; entry.increment(missing))
            if (entry->path().extension() == ".json") names.insert(entry->path().stem().string());
    }
    return {names.begin(), names.end()};
}

std::string preset_place(PresetKind kind, const std::string& name) {
    const auto own = user_file(kind, name);
    return is_file(own) ? own.string() : "built in";
}

}  // namespace burnish
