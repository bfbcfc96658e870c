#pragma once

#include <array>
#include <memory>
#include <vector>

#include "mixing/mix_desk.h"
#include "preview/rendering.h"
#include "preview/stem_set.h"

namespace burnish {

/// A mixing desk behind stems: the original is their plain sum, the master their mix, which may ring on after the last
/// stem's end. No latency.
class MixRendering final : public Rendering {
public:
    /// @param heard  stems by index, in the order in which they are summed; the others are in neither sum
    MixRendering(std::shared_ptr<const StemSet> stems, const MixSettings& settings, std::vector<std::size_t> heard);

    [[nodiscard]] std::unique_ptr<Rendering> copy() const override;
    void advance(std::int64_t next_frame, AudioView original, AudioView master) noexcept override;
    [[nodiscard]] int latency_frames() const noexcept override { return 0; }
    [[nodiscard]] std::int64_t frames() const noexcept override { return frames_; }
    [[nodiscard]] Reductions reductions() const noexcept override;

private:
    std::shared_ptr<const StemSet> stems_;
    std::vector<std::size_t> heard_;
    std::vector<MixStrip> strips_;  // of the stems that are heard
    MixDesk desk_;
    std::int64_t frames_ = 0;
    std::vector<AudioBuffer> strip_audio_;
    std::array<AudioBuffer, max_channels> scratch_;  // mono, stereo
};

}  // namespace burnish
