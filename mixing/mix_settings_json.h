#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "core/result.h"
#include "mixing/mix_settings.h"

namespace burnish {

/// {"format": "burnish-mix-1", "stems": {name: {"role", "bus", "mute", stage: {param: value}}}, "buses": {bus: {param:
/// value}}, "reverbs": {...}, "sum": {...}}; only what departs from neutral.
[[nodiscard]] nlohmann::ordered_json mix_settings_json(const MixSettings& settings);

/// Reads what mix_settings_json wrote, or what somebody made of it. What is not named is neutral.
/// @param where  the file's name, for error messages
/// @return       an error that names the place, the value and what is accepted
[[nodiscard]] Result<MixSettings> read_mix_settings(std::string_view where, std::string_view json_text);

}  // namespace burnish
