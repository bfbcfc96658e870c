#pragma once

#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/master_options.h"

namespace burnish {

/// Masters every input and says how it went: text, or one JSON document, an array for several inputs.
/// @return  the code of the first failure in the order of the inputs; the others are done all the same
[[nodiscard]] ExitCode run_master(const MasterFlags& flags, const Console& console);

}  // namespace burnish
