#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/audio_stream.h"
#include "mastering/services.h"

namespace burnish {

/// Numbers put aside like audio: appended a few at a time, then read from the start as often as needed.
class ScratchColumn {
public:
    /// Forgets what was there. @param rate_hz  numbers per second of audio, by which memory is given
    [[nodiscard]] Status start(const MasterServices& services, double rate_hz);
    [[nodiscard]] Status add(std::span<const float> values);
    [[nodiscard]] Status add(float value) { return add({&value, 1}); }
    /// To be called after the last.
    [[nodiscard]] Status finish();

    [[nodiscard]] Status rewind() { return scratch_->rewind(); }
    /// The next numbers; zeros after the last. @return how many there were
    [[nodiscard]] Result<int> read(std::span<float> into);

private:
    std::unique_ptr<Scratch> scratch_;
    std::vector<float> pending_;  // a scratch likes blocks
};

}  // namespace burnish
