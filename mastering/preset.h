#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "mastering/patch.h"
#include "mastering/target.h"

namespace burnish {

/// A genre or a style: what it departs from neutral in, and where each number comes from.
///
/// `target` and `aim` take the place of the defaults, percentages multiply; `mix` of a genre and a style add up;
/// `character` is put on top of whatever is proposed; `pins` are not to be changed by anyone but the user.
struct Preset {
    std::string name;  ///< the file's, without its extension
    std::string title;
    std::string help;
    std::vector<std::pair<double Target::*, double>> target;
    std::vector<std::pair<double TreatmentAim::*, double>> aim;
    std::vector<std::pair<double MixAim::*, double>> mix;
    Patch character;
    Patch pins;
    /// For each group of numbers, named by the beginning of their path ("aim.tone"): "measured: ..." or
    /// "convention: ...".
    std::vector<std::pair<std::string, std::string>> sources;
};

/// Where a number of a preset comes from; empty if the preset does not say.
/// @param path  as in the file: aim.plr_db
[[nodiscard]] std::string_view source_of(const Preset& preset, std::string_view path) noexcept;

/// Reads a preset. @param where  the file's name, for error messages
/// @return  an error that names the place, the value and what is accepted
[[nodiscard]] Result<Preset> read_preset(std::string_view where, std::string_view name, std::string_view json_text);

/// What read_preset reads.
[[nodiscard]] nlohmann::ordered_json preset_json(const Preset& preset);

/// JSON Schema (draft 2020-12) of a preset, made from the tables of parameters.
[[nodiscard]] nlohmann::ordered_json preset_schema();

/// Puts the preset's target, aims and character into a target; its pins are the caller's to respect.
void apply_preset(const Preset& preset, Target& target);

/// Files that are part of the program: those of presets/genres, presets/styles or presets/targets.
struct EmbeddedFile {
    std::string_view name;  ///< without its extension
    std::string_view text;
};
[[nodiscard]] std::span<const EmbeddedFile> embedded_genres() noexcept;
[[nodiscard]] std::span<const EmbeddedFile> embedded_styles() noexcept;
[[nodiscard]] std::span<const EmbeddedFile> embedded_targets() noexcept;

}  // namespace burnish
