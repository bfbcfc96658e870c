#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mastering/preset.h"

namespace burnish {

enum class PresetKind { genre, style };

/// Where a user's own genres are: $XDG_CONFIG_HOME/burnish/presets, or ~/.config/burnish/presets; empty without a home.
[[nodiscard]] std::filesystem::path user_preset_directory();

/// Other words for a genre.
struct PresetAlias {
    std::string_view typed;
    std::string_view name;
};
inline constexpr auto preset_aliases = std::to_array<PresetAlias>({
    {"r&b", "r-and-b"},
    {"rnb", "r-and-b"},
    {"hiphop", "hip-hop"},
    {"rap", "hip-hop"},
    {"dnb", "drum-and-bass"},
    {"edm", "electronic"},
    {"lofi", "lo-fi"},
    {"game", "chiptune"},
    {"speech", "podcast"},
    {"film", "cinematic"},
    {"orchestral", "cinematic"},
    {"ai", "ai-music"},
});

/// The preset of that name: the user's own before the program's. A genre may also be given as a path, which ends in
/// .json or has a slash.
[[nodiscard]] Result<Preset> find_preset(PresetKind kind, std::string_view flag, const std::string& typed);

/// All names of a kind, sorted.
[[nodiscard]] std::vector<std::string> preset_names(PresetKind kind);

/// Where a preset of that name comes from: a path, or "built in".
[[nodiscard]] std::string preset_place(PresetKind kind, const std::string& name);

}  // namespace burnish
