#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/background_export.h"
#include "cli/blind_test.h"
#include "cli/master_control.h"
#include "cli/preview_words.h"
#include "cli/stem_control.h"
#include "preview/output.h"
#include "preview/session.h"

namespace burnish {

/// Does what scripts, plain mode and keys say to a session. Used by one thread.
class PreviewControl {
public:
    /// @param flags  of the master, as `burnish master` would take them, with one input
    /// @param device what to open if the device is to be tried again
    /// @param stems  of a session of stems; the flags then are of no use but for the output
    PreviewControl(Session& session, Output& output, MasterFlags flags, DeviceRequest device,
                   std::unique_ptr<StemControl> stems = nullptr);

    /// Asks for the master that the flags describe, or for the mix.
    [[nodiscard]] Status want_master();
    /// @return  what was done, in a few words
    [[nodiscard]] Result<std::string> run(std::string_view command);
    /// What has happened since, a line each.
    [[nodiscard]] std::vector<std::string> news();
    [[nodiscard]] bool quits() const noexcept { return quits_; }
    /// Waits for an export that is under way.
    void finish_export() { export_.finish(); }

    [[nodiscard]] const BlindTest* blind_test() const noexcept { return blind_test_ ? &*blind_test_ : nullptr; }
    /// Whether X is heard, and must not be told.
    [[nodiscard]] bool is_blind() const noexcept;
    /// What plays, for the listener: during a blind test X is X.
    [[nodiscard]] std::string heard_name() const;
    [[nodiscard]] const MasterOptions& options() const noexcept { return master_.options(); }
    [[nodiscard]] const std::string& reference_name() const noexcept { return reference_name_; }
    [[nodiscard]] Session& session() noexcept { return session_; }
    /// Of a session of stems; nullptr if a track plays.
    [[nodiscard]] const StemControl* stems() const noexcept { return stems_.get(); }
    [[nodiscard]] Playing playing() const noexcept { return stems_ ? Playing::stems : Playing::track; }
    [[nodiscard]] Output& output() noexcept { return output_; }

private:
    using Arguments = std::vector<std::string>;
    using Done = Result<std::string>;

    [[nodiscard]] Done do_transport(std::string_view name, const Arguments& arguments);
    [[nodiscard]] Done do_listen(std::string_view name);
    [[nodiscard]] Done do_loop(const Arguments& arguments);
    [[nodiscard]] Done do_switch(std::string_view name, const std::string& what);
    [[nodiscard]] Done do_reference(const std::string& path);
    [[nodiscard]] Done do_abx(const std::string& what);
    [[nodiscard]] Done do_export(const Arguments& arguments);
    /// Where an export goes if nobody says: --output, or beside the working directory's other files, after the input;
    /// the next free number rather than over what is there.
    [[nodiscard]] std::filesystem::path export_path() const;
    [[nodiscard]] Done do_device();
    [[nodiscard]] std::string status() const;
    [[nodiscard]] std::string place() const;

    Session& session_;
    Output& output_;
    MasterControl master_;
    DeviceRequest device_;
    std::unique_ptr<StemControl> stems_;
    std::string reference_name_;
    std::optional<double> loop_in_s_;
    std::optional<double> loop_out_s_;
    std::optional<BlindTest> blind_test_;
    bool quits_ = false;
    unsigned told_request_ = 0;
    bool told_refined_ = false;
    bool told_mix_ = false;
    bool told_end_ = false;
    std::string told_error_;
    std::vector<std::string> told_warnings_;  // of the mix
    BackgroundExport export_;
};

}  // namespace burnish
