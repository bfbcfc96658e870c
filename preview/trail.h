#pragma once

#include <memory>
#include <vector>

#include "preview/rendering.h"
#include "preview/track.h"

namespace burnish {

/// The way of a rendering through the whole track, and what rings on after it: what it sounds like, and copies of it
/// left behind on the way, from which any place is soon reached with one that has heard all that came before.
///
/// Memory: for a chain some 1.5 MB for each of up to 48 copies. Cost: that of the rendering; a chain takes about 0.15
/// us per stereo frame.
class Trail {
public:
    /// @param fresh  has heard nothing yet
    Trail(std::shared_ptr<const Track> track, const Rendering& fresh);

    /// Goes on for some thousand frames. @return  false if it was at its end already
    bool advance();
    [[nodiscard]] bool is_complete() const noexcept { return next_frame_ >= end_frame_; }
    [[nodiscard]] double fraction() const noexcept {
        return static_cast<double>(next_frame_) / static_cast<double>(end_frame_);
    }

    struct Copy {
        std::unique_ptr<Rendering> rendering;
        std::int64_t next_frame;  ///< of the track, that it is given next
    };
    /// The copy that is nearest before a frame; nullptr if none is near enough to be worth more than a fresh start.
    [[nodiscard]] const Copy* nearest(std::int64_t next_frame) const noexcept;

    // Without latency; whole once the trail is complete.
    [[nodiscard]] LoudnessProfile original_loudness() const { return original_loudness_.finish(); }
    [[nodiscard]] LoudnessProfile loudness() const { return loudness_.finish(); }
    [[nodiscard]] const Overview& overview() const noexcept { return overview_.overview(); }

private:
    std::shared_ptr<const Track> track_;
    std::unique_ptr<Rendering> rendering_;
    std::int64_t next_frame_ = 0;
    std::int64_t end_frame_;
    std::int64_t spacing_frames_;
    std::vector<Copy> copies_;  // every spacing_frames_ from 0 on
    AudioBuffer original_, master_;
    LoudnessProfileMaker original_loudness_;
    LoudnessProfileMaker loudness_;
    OverviewMaker overview_;
};

}  // namespace burnish
