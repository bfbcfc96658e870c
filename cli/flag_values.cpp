#include "cli/flag_values.h"

#include <charconv>
#include <cmath>

#include "mastering/patch.h"

namespace burnish {

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

std::string range_text(double min, double max) { return "[" + number_text(min) + ", " + number_text(max) + "]"; }

Result<double> read_number(std::string_view flag, std::string_view text, std::string_view accepted) {
    auto digits = text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    double value = 0.0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (problem == std::errc() && end == digits.data() + digits.size() && std::isfinite(value)) return value;
    return usage(std::string(flag) + ": \"" + std::string(text) + "\" found, " + std::string(accepted) + " expected");
}

Error out_of_range(std::string_view flag, double found, double min, double max, std::string_view help) {
    return usage(std::string(flag) + ": " + number_text(found) + " is outside " + range_text(min, max) + " (" +
                 std::string(help) + ")");
}

}  // namespace burnish
