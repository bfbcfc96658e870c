#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/exit_code.h"

namespace burnish {

/// `burnish targets` as it was typed.
struct TargetsFlags {
    std::vector<std::string> names;  ///< those to show in full; empty: a line for each
    bool json = false;
};

/// Runs `burnish targets`: delivery targets, what they ask for, and where that comes from.
[[nodiscard]] ExitCode run_targets(const TargetsFlags& flags, const Console& console);

}  // namespace burnish
