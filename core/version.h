#pragma once

#include <string_view>

namespace burnish {

/// The version that a report names; the same as in CMakeLists.txt, which tests/core compares.
inline constexpr std::string_view version = "0.1.0";

}  // namespace burnish
