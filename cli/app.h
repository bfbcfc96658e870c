#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/exit_code.h"

namespace burnish {

/// The whole program: reads the command line, without the program's name, and runs the command. Never throws.
[[nodiscard]] ExitCode run_command_line(const std::vector<std::string>& arguments, const Console& console) noexcept;

}  // namespace burnish
