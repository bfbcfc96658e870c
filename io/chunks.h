#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/bytes.h"
#include "io/container.h"

namespace burnish {

/// Where the contents of a chunk lie.
struct Chunk {
    std::string id;
    std::int64_t offset = 0;
    std::int64_t size = 0;  ///< as the file says; more than there is in a file that was cut
};

/// The chunks of a WAV, RF64, BW64, W64 or AIFF file, in order; none for the other kinds. A damaged list ends at the
/// damage.
[[nodiscard]] std::vector<Chunk> list_chunks(int descriptor, InputKind kind);
/// The contents of a chunk, as far as they are there.
[[nodiscard]] Bytes read_chunk(int descriptor, const Chunk& chunk);

/// Adds a chunk at the end of a WAV, RF64 or AIFF file and puts its size into the header.
/// @return false with errno set
[[nodiscard]] bool append_chunk(int descriptor, InputKind kind, std::string_view id,
                                std::span<const std::uint8_t> contents);

}  // namespace burnish
