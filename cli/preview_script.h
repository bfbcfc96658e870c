#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace burnish {

/// A line of a script: when to do what.
struct ScriptLine {
    double time_s = 0.0;
    std::string command;
    std::string place;  ///< "script.txt:3"
};

/// Reads lines of `SECONDS COMMAND`, in any order; # begins a comment.
/// @param where  the script's name, for error messages, which name the line too
[[nodiscard]] Result<std::vector<ScriptLine>> read_script(const std::string& where, std::string_view text);

}  // namespace burnish
