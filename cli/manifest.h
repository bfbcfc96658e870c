#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cli/master_options.h"

namespace burnish {

/// Reads a list of tracks: for each the flags of the command line with its own in their place.
///
/// A .tsv has the names of its columns in its first line of words: `input`, and flags of `burnish master` without their
/// dashes; an empty field leaves a flag as it is, commas divide what may be repeated. A .jsonl has a JSON object of the
/// same names in each line. Empty lines and lines that begin with # are passed over. Paths of inputs and outputs are
/// relative to the manifest.
/// @param path  for its folder and for error messages, which name the line
[[nodiscard]] Result<std::vector<MasterFlags>> read_manifest(const std::filesystem::path& path, std::string_view text,
                                                             const MasterFlags& common);

}  // namespace burnish
