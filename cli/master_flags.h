#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/master_options.h"

namespace burnish {

/// A flag of `burnish master` that takes a value.
struct MasterFlag {
    std::string names;  ///< as the command line takes it: "-o,--output"
    std::string type;   ///< of its value, for the help
    std::string help;
    std::function<std::optional<std::string>&(MasterFlags&)> text;  ///< of a flag that may be given once
    std::function<std::vector<std::string>&(MasterFlags&)> list{};  ///< of one that may be repeated
    bool is_of_the_run = false;  ///< about all files together, so that a line of a manifest cannot have its own

    /// "output" for "-o,--output": its word in a manifest.
    [[nodiscard]] std::string word() const { return names.substr(names.rfind("--") + 2); }
};

/// All of them, in the order of the help.
[[nodiscard]] std::vector<MasterFlag> master_flags();

}  // namespace burnish
