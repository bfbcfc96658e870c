#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace burnish {

/// How a control moves between its ends: in equal steps, or in equal ratios.
enum class Scale { linear, log };

/// One row of a parameter table: everything about a number except its default, which is the member's initialiser.
///
/// Settings structs hold doubles and nothing else, so that every number of a master can be printed, ranged, saved
/// and predicted by one loop.
template <class Settings>
struct Param {
    std::string_view
        name;  ///< with its unit: `_db`, `_hz`, `_ms` ...; the same word in C++, JSON and on the command line
    double min;
    double max;
    Scale scale;
    double Settings::*member;
    std::string_view help;
    bool whole = false;  ///< only whole numbers

    [[nodiscard]] bool accepts(double value) const noexcept {
        return value >= min && value <= max && (!whole || value == std::floor(value));
    }
    [[nodiscard]] double default_value() const noexcept { return Settings{}.*member; }
};

/// True if the table has exactly one row for every member of Settings.
///
/// Members are doubles, so their count is sizeof(Settings) / sizeof(double); distinct rows of that number cover all.
template <class Settings, std::size_t rows>
[[nodiscard]] consteval bool covers_every_member(const std::array<Param<Settings>, rows>& params) {
    if (sizeof(Settings) != rows * sizeof(double)) return false;
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = i + 1; j < rows; ++j)
            if (params[i].member == params[j].member || params[i].name == params[j].name) return false;
    return true;
}

/// True if every number of `settings` is at its default, that is, if the block does nothing.
template <class Settings, std::size_t rows>
[[nodiscard]] bool is_neutral(const Settings& settings, const std::array<Param<Settings>, rows>& params) noexcept {
    const Settings neutral{};
    for (const auto& param : params)
        if (settings.*param.member != neutral.*param.member) return false;
    return true;
}

}  // namespace burnish
