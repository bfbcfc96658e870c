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
    bool advice = false;  ///< what to fix first, in place of the measurements
    bool json = false;
    bool quiet = false;
};

/// Measures files and prints what was found: text, or one JSON document, an array for several inputs. With advice,
/// text has only the files that something is wrong with.
[[nodiscard]] ExitCode run_analyze(const AnalyzeFlags& flags, const Console& console);

}  // namespace burnish
