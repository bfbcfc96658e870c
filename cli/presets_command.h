#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/exit_code.h"

namespace burnish {

/// `burnish presets` as it was typed.
struct PresetsFlags {
    std::vector<std::string> words;  ///< list, show NAME, validate FILE... or schema
    bool json = false;
};

/// Runs `burnish presets`: genres and styles, the program's and the user's own.
[[nodiscard]] ExitCode run_presets(const PresetsFlags& flags, const Console& console);

}  // namespace burnish
