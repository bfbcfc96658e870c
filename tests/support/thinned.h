#pragma once

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

}  // namespace burnish::test
