#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/exit_code.h"

namespace burnish {

/// `burnish check` as it was typed.
struct CheckFlags {
    std::vector<std::string> inputs;
    std::vector<std::string> targets;
    std::vector<std::string> simulations;
    std::optional<std::string> dialogue;
    std::optional<std::string> jobs;
    bool strict = false;
    bool json = false;
    bool quiet = false;
};

/// Runs `burnish check`: judges files by delivery targets, and tells what services will do to them.
[[nodiscard]] ExitCode run_check(const CheckFlags& flags, const Console& console);

}  // namespace burnish
