#pragma once

#include <memory>

#include "mastering/chain.h"
#include "preview/rendering.h"
#include "preview/track.h"

namespace burnish {

/// A mastering chain behind a track.
///
/// The chain is fed ahead by its own latency, so that the original, read from memory, is delayed by exactly that.
class ChainRendering final : public Rendering {
public:
    /// Has heard nothing yet; without dither.
    ChainRendering(std::shared_ptr<const Track> track, const ChainSettings& settings);

    [[nodiscard]] std::unique_ptr<Rendering> copy() const override;
    void advance(std::int64_t next_frame, AudioView original, AudioView master) noexcept override;
    [[nodiscard]] int latency_frames() const noexcept override { return chain_.latency_frames(); }
    [[nodiscard]] std::int64_t frames() const noexcept override { return track_->frames(); }
    [[nodiscard]] Reductions reductions() const noexcept override;

private:
    std::shared_ptr<const Track> track_;
    Chain chain_;
};

}  // namespace burnish
