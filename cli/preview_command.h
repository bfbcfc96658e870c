#pragma once

#include <optional>
#include <string>

#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/master_options.h"

namespace burnish {

/// `burnish preview` as it was typed; what was not given is empty.
struct PreviewFlags {
    MasterFlags master;                  ///< of what is to be heard as B; its output is where an export goes
    std::vector<std::string> roles;      ///< of stems
    std::optional<std::string> balance;  ///< likewise
    std::optional<std::string> reference;
    bool match_reference = false;
    std::optional<std::string> api;
    std::optional<std::string> device;
    std::optional<std::string> buffer;
    std::optional<std::string> script;
    bool null = false;
    bool fast = false;
    bool plain = false;
};

/// Plays a track and its master side by side, or the plain sum of stems and their mix.
[[nodiscard]] ExitCode run_preview(const PreviewFlags& flags, const Console& console);

/// `burnish devices`: what can be played on.
[[nodiscard]] ExitCode run_devices(bool json, const Console& console);

}  // namespace burnish
