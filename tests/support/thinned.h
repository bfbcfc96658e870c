#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <vector>

namespace burnish::test {

/// All of some settings; under sanitizers, which look at memory and not at numbers and take tens of times as long, only
/// the last. For settings that all take the same way through the code.
template <class Setting>
[[nodiscard]] std::vector<Setting> thinned(std::initializer_list<Setting> settings) {
#if defined(BURNISH_SANITIZED)
    return {*(settings.end() - 1)};
#else
    return settings;
#endif
}

/// The same of settings that are listed elsewhere.
template <class Setting, std::size_t count>
[[nodiscard]] std::vector<Setting> thinned(const std::array<Setting, count>& settings) {
#if defined(BURNISH_SANITIZED)
    return {settings.back()};
#else
    return {settings.begin(), settings.end()};
#endif
}

}  // namespace burnish::test
