#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/background_export.h"
#include "cli/mix_options.h"
#include "cli/reference_files.h"
#include "preview/session.h"

namespace burnish {

/// A stem as a preview shows it.
struct StemLine {
    std::string name;
    std::string role;
    double lufs = silence_db;  ///< in the mix; silence_db for a silent stem
    double fader_db = 0.0;     ///< of the mix, with the listener's change
    double change_db = 0.0;
    double pan = 0.0;
    bool mute = false;
    bool solo = false;
    bool is_heard = true;
};

/// What the listener does to the stems of a session: faders, mute, solo, another variant. Used by one thread.
class StemControl {
public:
    using Done = Result<std::string>;

    /// @param options    of the mix, as `burnish mix` would take them
    /// @param predictor  of its levels
    /// @param widths     of its pans
    /// @param fixed      settings that take the place of a plan
    StemControl(Session& session, MixOptions options, BalancePredictor predictor, WidthPredictor widths,
                std::optional<MixSettings> fixed);

    /// Asks for the mix as it stands.
    void want_mix();
    /// stem, fader, mute, solo, variant, reset. @return  what was done, in a few words
    [[nodiscard]] Done run(std::string_view name, const std::string& what);
    /// Mixes after another reference than now; after none if settings are fixed.
    /// @param reference  FILE or FILE:WEIGHT, as `burnish mix` takes it
    [[nodiscard]] Status follow(const std::string& reference);
    [[nodiscard]] bool can_follow() const noexcept { return !fixed_; }

    /// Writes the settings of the mix as it is heard; an error while they are not settled.
    [[nodiscard]] Status write_settings(const std::filesystem::path& path, bool replace) const;
    /// What writes the mix as it is heard, and its settings beside it, and says how that went; slow, for any thread.
    [[nodiscard]] Result<FileWriter> exporter(const std::filesystem::path& path, bool replace) const;

    [[nodiscard]] std::vector<StemLine> lines() const;
    /// The stem that commands are about; none after a name that no stem has, so that they do not reach another one.
    [[nodiscard]] std::optional<std::size_t> selected() const noexcept { return selected_; }
    [[nodiscard]] const MixVariant& variant() const noexcept { return variant_; }

private:
    struct Change {
        double gain_db = 0.0;
        bool mute = false;
        bool solo = false;
    };

    [[nodiscard]] Done select(const std::string& what);
    [[nodiscard]] Done set_fader(const std::string& what);
    [[nodiscard]] Done set_switch(std::string_view name, const std::string& what);
    [[nodiscard]] Done set_variant(const std::string& what);
    [[nodiscard]] const std::string& name_of(std::size_t stem) const;
    [[nodiscard]] bool is_muted(std::size_t stem) const;

    Session& session_;
    MixOptions options_;
    BalancePredictor predictor_;
    WidthPredictor widths_;
    std::optional<MixSettings> fixed_;
    ReferenceShelf shelf_;
    References references_;
    MixVariant variant_ = mix_variants[0];
    std::vector<Change> changes_;  // of every stem
    std::optional<std::size_t> selected_ = 0;
};

}  // namespace burnish
