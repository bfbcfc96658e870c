#pragma once

#include <array>
#include <string_view>

namespace burnish {

/// Stages of the chain that a model sets, and whose work is weighed against what it expects.
inline constexpr auto judged_stages = std::to_array<std::string_view>({"tone", "multiband", "glue", "width"});

}  // namespace burnish
