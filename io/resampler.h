#pragma once

#include <memory>

#include "core/audio_stream.h"

namespace burnish {

/// `source` at another sample rate; borrows it. Linear phase with the delay taken out; round(frames * ratio) frames;
/// the same bits however it is read. At the source's own rate the samples pass unchanged.
///
/// How: libsoxr at its very high quality (28 bits), on one thread: distortion and noise below -150 dB, aliases -120,
/// flat within 0.01 dB up to 20 kHz at 44.1 kHz. Cost: some 20 ns per stereo frame.
[[nodiscard]] Result<std::unique_ptr<AudioSource>> convert_rate(AudioSource& source, double sample_rate_hz);

}  // namespace burnish
