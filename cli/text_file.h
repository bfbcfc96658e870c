#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"

namespace burnish {

/// The whole of a text file; an error of the given kind if it cannot be read.
[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& path, ErrorCode kind);

/// Writes a text file that appears whole or not at all.
[[nodiscard]] Status write_text(const std::filesystem::path& path, std::string_view text, bool replace);

/// An error if a file of that name exists and may not be replaced, or is no regular file, or if there is no directory
/// for it.
[[nodiscard]] Status may_be_written(const std::filesystem::path& path, bool replace);

}  // namespace burnish
