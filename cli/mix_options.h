#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/master_flags.h"
#include "cli/master_options.h"
#include "mixing/mix_plan.h"

namespace burnish {

/// A flag of a master that a mix without one has too, in words of its own.
struct MixFlagWords {
    std::string_view names;
    std::string_view type;
    std::string_view help;
};
inline constexpr auto mix_flag_words = std::to_array<MixFlagWords>({
    {"-o,--output", "OUT", "the mix, or with --master the master of it"},
    {"--preset", "NAME|FILE.json", "a genre (burnish presets lists them), of the mix and of its master"},
    {"--style", "NAME", "a character, whatever the genre, likewise"},
    {"--reference", "FILE[:WEIGHT]",
     "a finished track that mix and master are to sound like, a master be as loud as; may be repeated"},
    {"--tone", "PERCENT",
     "how much of the way to a reference's tone the faders go, and of the master's equalisation; 0 to 150 [100]"},
    {"--width", "PERCENT", "the same of its width, for pans and master; 0 to 150 [100]"},
    {"--bit-depth", "16|24|32f", "of a lossless file [24]"},
    {"--bitrate", "KBPS", "of a lossy file [near the codec's top]"},
    {"--rate", "HZ", "sample rate of the mix [the highest of the stems]"},
    {"--predictor", "learned|rules|off", "what levels and tone are expected by: learned models, or rules [learned]"},
    {"--settings", "IN.json", "takes every number of the mix from a file"},
    {"--save-settings", "OUT.json", "saves every number of the mix"},
    {"--report", "OUT.json", "saves everything that was measured, done and reached"},
    {"--jobs", "N", "threads [all cores]"},
});
/// The row of a master's flag; nullptr if it is about a master alone.
[[nodiscard]] const MixFlagWords* mix_words_for(const MasterFlag& flag) noexcept;

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
