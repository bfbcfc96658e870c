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

/// The weight of one of several, 0.001 to 1000. @param beside  what it weighs against, for the message
[[nodiscard]] Result<double> read_weight(std::string_view flag, const std::string& text, const std::string& beside);

[[nodiscard]] Error out_of_range(std::string_view flag, double found, double min, double max, std::string_view help);

}  // namespace burnish
