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

Result<double> read_weight(std::string_view flag, const std::string& text, const std::string& beside) {
    constexpr double least = 0.001;
    constexpr double most = 1000.0;
    auto weight = read_number(flag, text, "a weight behind the colon");
    if (weight && (*weight < least || *weight > most))
        return out_of_range(flag, *weight, least, most, "weight beside other " + beside);
    return weight;
}

}  // namespace burnish
