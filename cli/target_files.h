#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mastering/delivery_target.h"

namespace burnish {

/// The delivery target of that name, or in the file of that path, which ends in .json or has a slash.
/// @param flag  that named it, for error messages
[[nodiscard]] Result<DeliveryTarget> find_delivery_target(std::string_view flag, const std::string& typed);

/// All targets that are part of the program, sorted by name.
[[nodiscard]] std::vector<std::string> delivery_target_names();

}  // namespace burnish
