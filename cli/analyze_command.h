#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/exit_code.h"

namespace burnish {

/// `burnish analyze` as it was typed.
struct AnalyzeFlags {
    std::vector<std::string> inputs;
    std::optional<std::string> jobs;
    bool json = false;
    bool quiet = false;
};

/// Measures files and prints what was found: text, or one JSON document, an array for several inputs.
[[nodiscard]] ExitCode run_analyze(const AnalyzeFlags& flags, const Console& console);

}  // namespace burnish
