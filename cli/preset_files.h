#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mastering/preset.h"

namespace burnish {

enum class PresetKind { genre, style };

/// Where a user's own genres are: $XDG_CONFIG_HOME/burnish/presets, or ~/.config/burnish/presets; empty without a home.
[[nodiscard]] std::filesystem::path user_preset_directory();

/// The preset of that name: the user's own before the program's. A genre may also be given as a path, which ends in
/// .json or has a slash.
[[nodiscard]] Result<Preset> find_preset(PresetKind kind, std::string_view flag, const std::string& typed);

/// All names of a kind, sorted.
[[nodiscard]] std::vector<std::string> preset_names(PresetKind kind);

/// Where a preset of that name comes from: a path, or "built in".
[[nodiscard]] std::string preset_place(PresetKind kind, const std::string& name);

}  // namespace burnish
