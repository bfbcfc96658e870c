#pragma once

#include <functional>
#include <memory>

#include "core/audio_stream.h"

namespace burnish {

/// What the engine needs from the outside world.
struct MasterServices {
    std::function<Result<std::unique_ptr<Scratch>>(int channels, double sample_rate_hz)> make_scratch;
    /// The same audio at another rate; borrows the source.
    std::function<Result<std::unique_ptr<AudioSource>>(AudioSource& source, double sample_rate_hz)> convert_rate;
};

/// The file that is being made.
class Delivery : public AudioSink {
public:
    /// Throws away what was written: it starts anew.
    [[nodiscard]] virtual Status restart() = 0;
    /// Completes the file under its temporary name and opens it for measuring.
    [[nodiscard]] virtual Result<std::unique_ptr<AudioSource>> finish() = 0;
};

}  // namespace burnish
