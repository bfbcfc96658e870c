#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace burnish {

/// Values as they were typed, and what is said of those that cannot be taken.

[[nodiscard]] Error usage(std::string message);

/// "[-40, -5]".
[[nodiscard]] std::string range_text(double min, double max);

/// A finite number, perhaps with a plus sign. @param accepted  what the message says is expected
[[nodiscard]] Result<double> read_number(std::string_view flag, std::string_view text, std::string_view accepted);

[[nodiscard]] Error out_of_range(std::string_view flag, double found, double min, double max, std::string_view help);

}  // namespace burnish
