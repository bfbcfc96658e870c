#pragma once

#include <CLI/CLI.hpp>

#include "cli/album_options.h"
#include "cli/analyze_command.h"
#include "cli/check_command.h"
#include "cli/master_options.h"
#include "cli/mix_options.h"
#include "cli/presets_command.h"
#include "cli/preview_command.h"
#include "cli/targets_command.h"

namespace burnish {

/// The flags of a command line as they are read, and what CLI11 knows of them: commands, flags, their help. CLI11
/// writes into this object, which stays where it is.
struct Program {
    Program();

    CLI::App app{
        "burnish: automatic mixing and mastering. Measures stems or a track, decides what they need, and does it.",
        "burnish"};
    CLI::App* master = nullptr;
    CLI::App* mix = nullptr;
    CLI::App* album = nullptr;
    CLI::App* analyze = nullptr;
    CLI::App* presets = nullptr;
    CLI::App* targets = nullptr;
    CLI::App* check = nullptr;
    CLI::App* preview = nullptr;
    CLI::App* devices = nullptr;
    MasterFlags master_flags;
    MixFlags mix_flags;
    AlbumFlags album_flags;
    AnalyzeFlags analyze_flags;
    PresetsFlags presets_flags;
    TargetsFlags targets_flags;
    CheckFlags check_flags;
    PreviewFlags preview_flags;
    bool devices_as_json = false;
    bool lists_parameters = false, lists_measures = false;
};

}  // namespace burnish
