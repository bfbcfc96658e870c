#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "cli/master_options.h"
#include "core/audio_stream.h"

namespace burnish {

/// One input and the files that are made from it.
struct MasterJob {
    std::filesystem::path input;
    std::optional<std::filesystem::path> output;  ///< always there but in a dry run
    std::optional<std::filesystem::path> report;
    std::optional<std::filesystem::path> settings;
};

/// The name of an input's master in a directory: its own, or with .wav where its format cannot be written losslessly.
[[nodiscard]] std::filesystem::path master_name(const std::filesystem::path& input);

/// Which file goes where; touches no file. A usage error if two of them would meet, if the output's format cannot be
/// had, or if several inputs are to go into one file.
///
/// In a directory, a master keeps the name of its input, and its extension too if that is of a lossless format that
/// can be written; otherwise it is a .wav. Reports are called <input's stem>.report.json and .settings.json there.
[[nodiscard]] Result<std::vector<MasterJob>> plan_jobs(const MasterOptions& options);

/// Makes the directories that outputs, reports and settings go to, one level deep.
[[nodiscard]] Result<std::vector<std::filesystem::path>> make_directories(const MasterOptions& options);
/// Takes away again those of them that nothing was written to.
void remove_empty(const std::vector<std::filesystem::path>& directories) noexcept;

/// What a file made from `source` is to be.
[[nodiscard]] Result<OutputSpec> output_spec(const std::filesystem::path& output, const MasterOptions& options,
                                             const StreamInfo& source);

}  // namespace burnish
