#pragma once

#include "cli/master_options.h"

namespace burnish {

/// Fixes the numbers that the settings file, a preset, --limiter and --set name, the later ones in place of the
/// earlier.
[[nodiscard]] Status read_patch(const MasterFlags& flags, const Patch& from_preset, MasterOptions& options);

/// What is rounded to 16 bits needs no more, and is told so twice at most.
[[nodiscard]] Status settle_depth(MasterOptions& options);

}  // namespace burnish
