#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace burnish {

/// A file to work on, and the folder below the output's directory that its master goes to: that in which it lay below
/// the folder that was named.
struct TrackInput {
    std::filesystem::path path;
    std::filesystem::path folder{};
};

/// Extensions of the kinds of sound that can be read: lower case, with the dot.
[[nodiscard]] std::span<const std::string_view> sound_extensions() noexcept;
[[nodiscard]] bool is_sound_file(const std::filesystem::path& path);

/// The files that words on a command line stand for, each once: a file for itself; a folder for all files in and below
/// it whose extension is that of a kind of sound that can be read, in the order of their names, hidden ones left out; a
/// pattern with * ? or [ for what it matches, where no file has that name.
/// @param output  a directory in there that is left out, since masters are not to be mastered again
/// @return  an error if a folder or a pattern has nothing to offer
[[nodiscard]] Result<std::vector<TrackInput>> find_inputs(const std::vector<std::string>& words,
                                                          const std::optional<std::filesystem::path>& output);

/// The same word by word, as paths only: what is named twice comes twice.
[[nodiscard]] Result<std::vector<std::string>> find_paths(const std::vector<std::string>& words);

}  // namespace burnish
