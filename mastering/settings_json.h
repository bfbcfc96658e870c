#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/result.h"
#include "mastering/chain.h"
#include "mastering/patch.h"

namespace burnish {

/// {"format": "burnish-settings-1", "chain": {stage: {param: value}}}; only stages that do something, and the limiter,
/// those whole.
[[nodiscard]] nlohmann::ordered_json settings_json(const ChainSettings& settings);

/// Reads what settings_json wrote, or what somebody made of it.
/// @param where  the file's name, for error messages
/// @return       pinned: every number of the programme stages, neutral if not named, and of the delivery stages those
///               named, so that a level left out is solved for; or an error that names the place, the value and what
///               is accepted
[[nodiscard]] Result<Patch> read_settings(std::string_view where, std::string_view json_text);

/// Pins {stage: {param: value}}. @param where  named in errors: the file, and the object within it
[[nodiscard]] Status pin_stages(const std::string& where, const nlohmann::ordered_json& stages, Patch& patch);

}  // namespace burnish
