#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"
#include "io/file_descriptor.h"

namespace burnish {

/// The kinds of file that can be read, as told by their first bytes.
enum class InputKind : std::uint8_t { wav, rf64, bw64, w64, aiff, flac, ogg, mpeg, caf, au };

[[nodiscard]] std::string_view name_of(InputKind kind) noexcept;

/// A readable file and its kind.
struct Input {
    FileDescriptor file;
    InputKind kind = InputKind::wav;
};

/// Opens a file and looks at its first bytes. libsndfile is asked only about files that pass: it takes more formats,
/// by weaker signs, and complains about the rest in ways that mislead.
[[nodiscard]] Result<Input> open_input(const std::filesystem::path& path);

/// Whether an MP3 starts with a header that tells its length (Xing, Info or VBRI).
[[nodiscard]] bool mpeg_tells_length(int descriptor);

/// Whether the last page of an Ogg file is there whole and marked as the end of its stream (RFC 3533 section 6).
[[nodiscard]] bool ogg_ends_with_its_stream(int descriptor);

}  // namespace burnish
