#pragma once

#include <concepts>

#include "core/audio_buffer.h"
#include "core/param.h"

namespace burnish {

/// All that a block knows of the outside.
struct ProcessSpec {
    double sample_rate_hz = 48000.0;
    int channels = 2;
    int max_block_frames = 512;  ///< `process` is never given more
};

/// The shape of every processor in the chain.
///
/// `prepare` allocates and leaves the block neutral and silent; `set`, `process` and `reset` are real-time safe (no
/// allocation, lock, log or I/O). Default settings are the identity: the input delayed by exactly `latency_frames()`,
/// bit for bit. The latency depends on the spec alone, never on the settings. `reset` forgets the past and keeps the
/// settings. The output does not depend on how the input is cut into blocks. A copy goes on like its original.
template <class T>
concept Block = requires(T block, const T& constant, const ProcessSpec& spec, const typename T::Settings& settings,
                         AudioView io) {
    requires covers_every_member(T::params);
    requires std::copyable<T>;
    block.prepare(spec);
    { block.set(settings) }
    noexcept;
    { block.process(io) }
    noexcept;
    { block.reset() }
    noexcept;
    { constant.latency_frames() }
    noexcept->std::same_as<int>;
};

}  // namespace burnish
