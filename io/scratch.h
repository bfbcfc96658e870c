#pragma once

#include <cstddef>
#include <memory>

#include "core/audio_stream.h"

namespace burnish {

/// Four and a half minutes, and no more than that takes at 44.1 kHz.
[[nodiscard]] std::size_t usual_scratch_bytes_per_channel(double sample_rate_hz) noexcept;

/// Audio put aside: up to `memory_bytes_per_channel` in memory, the rest in a file without a name, which the system
/// frees even after a crash. That file is in $TMPDIR, or else in /var/tmp, which is on a disk where /tmp is often in
/// memory and would defeat the purpose.
///
/// Written first, then read: the first read or rewind ends the writing.
[[nodiscard]] Result<std::unique_ptr<Scratch>> make_scratch(int channels, double sample_rate_hz,
                                                            std::size_t memory_bytes_per_channel);

}  // namespace burnish
