#pragma once

#include "cli/master_options.h"

namespace burnish {

/// Tags to be set in place of the input's.
[[nodiscard]] Status read_tags(const MasterFlags& flags, MasterOptions& options);

}  // namespace burnish
