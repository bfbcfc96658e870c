#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/background_export.h"
#include "cli/master_options.h"
#include "cli/reference_files.h"
#include "preview/session.h"

namespace burnish {

/// What the listener does to the master of a track: preset, style, amounts, and what it is made after. Settings stay
/// flags of `burnish master`, read by the same code. Used by one thread.
class MasterControl {
public:
    using Done = Result<std::string>;

    /// @param flags  of the master, as `burnish master` would take them, with one input
    MasterControl(Session& session, MasterFlags flags);

    /// Asks for the master that the flags describe.
    [[nodiscard]] Status want_master();
    /// preset, style, intensity, loudness. @return  what was done, in a few words
    [[nodiscard]] Done run(std::string_view name, const std::string& what);
    /// Makes it after another reference than now.
    [[nodiscard]] Status follow(const std::string& reference);
    [[nodiscard]] bool follows_reference() const noexcept { return !flags_.references.empty(); }

    /// Writes the settings of the master as it is heard; an error while they are not settled.
    [[nodiscard]] Status write_settings(const std::filesystem::path& path) const;
    /// What writes the master as it is heard, and its settings beside it, and says how that went; slow, for any thread.
    [[nodiscard]] Result<FileWriter> exporter(const std::filesystem::path& path) const {
        return master_writer(flags_, path, references_);
    }

    [[nodiscard]] const MasterFlags& flags() const noexcept { return flags_; }
    [[nodiscard]] const MasterOptions& options() const noexcept { return options_; }
    /// Since they were taken last.
    [[nodiscard]] std::vector<std::string> take_warnings() { return std::exchange(warnings_, {}); }

private:
    [[nodiscard]] Status set_flags(MasterFlags flags);
    [[nodiscard]] Done set_preset(const std::string& what);
    [[nodiscard]] Done set_style(const std::string& what);
    [[nodiscard]] Done set_target(double Target::*member, const std::string& what, double step);

    Session& session_;
    MasterFlags flags_;
    MasterOptions options_;
    ReferenceShelf shelf_;
    References references_;  // that it is made after; none: as the predictor says
    std::vector<std::string> warnings_;
};

}  // namespace burnish
