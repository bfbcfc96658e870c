#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/master_options.h"
#include "mixing/mix_plan.h"

namespace burnish {

/// `burnish mix` as it was typed; what was not given is empty.
struct MixFlags {
    /// Inputs, output, format, report and console as for a master; the rest of it with --master alone.
    MasterFlags shared;
    std::vector<std::string> roles;
    std::optional<std::string> balance;
    std::optional<std::string> variants;
    std::optional<std::string> stems_out;
    bool master = false;
};

/// What `burnish mix` is to do: every value read and in range.
struct MixOptions {
    /// Output, format, verbosity; all of a master's options if there is to be one.
    MasterOptions shared;
    bool master = false;
    BalanceMode balance = BalanceMode::automatic;
    int variants = 0;                   ///< beside the mix itself
    std::map<std::string, Role> roles;  ///< by stem
    std::optional<std::filesystem::path> settings;
    std::optional<std::filesystem::path> save_settings;
    std::optional<std::filesystem::path> report;
    std::optional<std::filesystem::path> stems_out;
};

/// Checks values and combinations; touches no file.
[[nodiscard]] Result<MixOptions> read_mix_flags(const MixFlags& flags);

}  // namespace burnish
