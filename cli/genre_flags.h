#pragma once

#include <string>
#include <vector>

#include "cli/master_options.h"

namespace burnish {

/// Takes --genre as it was typed: names that the model of the options knows, or presets that stand for one. The weights
/// become shares, the largest first. What a model that cannot be read knows is not asked: rules take its place, with a
/// warning.
[[nodiscard]] Status read_genres(const std::vector<std::string>& typed, MasterOptions& options);

}  // namespace burnish
