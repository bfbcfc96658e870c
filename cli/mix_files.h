#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/master_options.h"
#include "core/progress.h"
#include "mixing/mix.h"

namespace burnish {

/// Writes a sound as it is, at the depth and rate that the options and the format have; the file appears whole or not
/// at all. @return  the encoding in words
[[nodiscard]] Result<std::string> write_mix(AudioSource& sound, const std::filesystem::path& path,
                                            const MasterOptions& options, const Progress& progress);

/// Where a stem of a mix is written: <folder>/<stem>.wav; what is a path among the names becomes one word.
[[nodiscard]] std::filesystem::path stem_path(const std::filesystem::path& folder, std::string name);

/// An error if stems at the mix's rate cannot add up to such a master.
[[nodiscard]] Status stems_can_follow(const OutputSpec& master, double mix_rate_hz);

/// Writes every stem that is heard in a mix into a folder; together they are the mix.
/// @param master  of that mix, if there is one: the stems then are those of the master, and together they are it; at
///                the mix's rate, and stereo
/// @return        the files' names
[[nodiscard]] Result<std::vector<std::string>> write_stems(const MixSession& session, const MixSettings& settings,
                                                           const std::filesystem::path& folder, AudioSource* master,
                                                           const MasterOptions& options, const Progress& progress);

}  // namespace burnish
