#pragma once

#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/mix_options.h"

namespace burnish {

/// `burnish mix`.
[[nodiscard]] ExitCode run_mix(const MixFlags& flags, const Console& console);

}  // namespace burnish
