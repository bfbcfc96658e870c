#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "cli/master_options.h"
#include "core/audio_stream.h"

namespace burnish {

/// A row of work: the same inputs for one delivery or for several.
using MasterRow = std::vector<MasterOptions>;

/// One input and the files that are made from it.
struct MasterJob {
    std::filesystem::path input;
    std::optional<std::filesystem::path> output;  ///< always there but in a dry run
    std::optional<std::filesystem::path> report;
    std::optional<std::filesystem::path> settings;
    const MasterOptions* options = nullptr;  ///< one of those that the plan was made of
    References references{};                 ///< the options' own, once they have been listened to
    std::size_t row = 0;                     ///< of the plan; jobs of one row and input differ by their delivery only
};

/// The name of an input's master in a directory: its own, or with .wav where its format cannot be written losslessly.
[[nodiscard]] std::filesystem::path master_name(const std::filesystem::path& input);

/// Which file goes where; touches no file. A usage error if two of them would meet, if an output's format cannot be
/// had, or if several inputs are to go into one file. Jobs of one input stand side by side. The rows must outlive them.
///
/// In a directory, a master keeps the name of its input, and its extension too if that is of a lossless format that
/// can be written and the delivery takes it; otherwise it gets the delivery's, or .wav. Of several deliveries each puts
/// its name before the extension: <stem>.spotify.wav. Reports are called <stem>.report.json and .settings.json there.
[[nodiscard]] Result<std::vector<MasterJob>> plan_jobs(const std::vector<MasterRow>& rows);

/// Makes the directories that the jobs' files go to: those that were named, one level deep, and the folders in them
/// that mirror those of the inputs.
[[nodiscard]] Result<std::vector<std::filesystem::path>> make_directories(const std::vector<MasterJob>& jobs);
/// Takes away again those of them that nothing was written to.
void remove_empty(const std::vector<std::filesystem::path>& directories) noexcept;

/// No shop, service or player asks for less; a source below is converted up.
inline constexpr double least_delivery_rate_hz = 44100.0;

/// What a file made from `source` is to be. Where no rate is asked for it is the source's, but for one below
/// least_delivery_rate_hz, which becomes 48 or 44.1 kHz: the one that is a multiple of it, or else 44.1. If nothing is
/// to change, neither does the rate, unless the format does not hold it.
[[nodiscard]] Result<OutputSpec> output_spec(const std::filesystem::path& output, const MasterOptions& options,
                                             const StreamInfo& source);

}  // namespace burnish
