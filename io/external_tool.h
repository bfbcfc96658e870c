#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/result.h"

namespace burnish {

/// Runs another program and waits for its end. No shell is involved: every word reaches the program as it is. It reads
/// nothing, what it prints is dropped, but for the last of what it complains about, which goes into the error.
/// @param words  the program, looked up in PATH, and its arguments
/// @param tick   asked now and then; false kills the program
[[nodiscard]] Status run_tool(const std::vector<std::string>& words, const std::function<bool()>& tick);

/// Whether a program of that name is in PATH.
[[nodiscard]] bool tool_is_there(const std::string& name);

}  // namespace burnish
