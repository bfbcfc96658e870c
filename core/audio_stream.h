#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/audio_buffer.h"
#include "core/result.h"

namespace burnish {

/// What a stream of audio says of itself.
struct StreamInfo {
    double sample_rate_hz = 0.0;
    int channels = 0;
    std::int64_t frames = 0;
    int bits_per_sample = 0;  ///< of integer PCM; 0 for floating point and lossy codecs
};

/// Audio that can be read from the start as often as needed, a block at a time. Every sample is finite.
class AudioSource {
public:
    virtual ~AudioSource() = default;
    [[nodiscard]] virtual const StreamInfo& info() const = 0;
    /// Fills `into` from its first frame on. @return frames read: fewer than asked for only at the end, 0 after it
    [[nodiscard]] virtual Result<int> read(AudioView into) = 0;
    [[nodiscard]] virtual Status rewind() = 0;
};

/// Audio on its way out, a block at a time.
class AudioSink {
public:
    virtual ~AudioSink() = default;
    [[nodiscard]] virtual Status write(ConstAudioView from) = 0;
};

/// Audio put aside between two passes: written once from start to end, then read as often as needed. Frames are
/// floats, kept exactly. Lives on disk beyond a small size, so that memory does not grow with the length of a track.
class Scratch : public AudioSource, public AudioSink {};

}  // namespace burnish
