#pragma once

#include <cstddef>
#include <memory>

#include "core/audio_stream.h"

namespace burnish {

inline constexpr std::size_t default_scratch_memory_bytes = std::size_t{32} << 20;

/// Audio put aside: up to `memory_bytes` in memory, the rest in a file without a name, which the system frees even
/// after a crash. That file is in $TMPDIR, or else in /var/tmp, which is on a disk where /tmp is often in memory and
/// would defeat the purpose.
///
/// Written first, then read: the first read or rewind ends the writing.
[[nodiscard]] Result<std::unique_ptr<Scratch>> make_scratch(int channels, double sample_rate_hz,
                                                            std::size_t memory_bytes = default_scratch_memory_bytes);

}  // namespace burnish
