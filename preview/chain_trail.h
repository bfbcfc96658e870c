#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mastering/chain.h"
#include "preview/loudness_profile.h"
#include "preview/track.h"

namespace burnish {

/// The way of a chain through the whole track: what it sounds like, and copies of the chain left behind on the way,
/// from which any place is soon reached with a chain that has heard all that came before.
///
/// Memory: some 1.5 MB for each of up to 48 copies. Cost: that of the chain, about 0.15 us per stereo frame.
class ChainTrail {
public:
    /// @param fresh  prepared, set, and still silent
    ChainTrail(std::shared_ptr<const Track> track, const Chain& fresh);

    /// Goes on for some thousand frames. @return  false if it was at its end already
    bool advance();
    [[nodiscard]] bool is_complete() const noexcept { return next_frame_ >= end_frame_; }
    [[nodiscard]] double fraction() const noexcept {
        return static_cast<double>(next_frame_) / static_cast<double>(end_frame_);
    }

    struct Copy {
        Chain chain;
        std::int64_t next_frame;  ///< of the track, that it is given next
    };
    /// The copy that is nearest before a frame; nullptr if none is near enough to be worth more than a fresh start.
    [[nodiscard]] const Copy* nearest(std::int64_t next_frame) const noexcept;

    /// Of the master, without latency; whole once the trail is complete.
    [[nodiscard]] LoudnessProfile loudness() const { return loudness_.finish(); }
    [[nodiscard]] const Overview& overview() const noexcept { return overview_.overview(); }

private:
    std::shared_ptr<const Track> track_;
    Chain chain_;
    std::int64_t next_frame_ = 0;
    std::int64_t end_frame_;
    std::int64_t spacing_frames_;
    std::vector<std::unique_ptr<Copy>> copies_;  // every spacing_frames_ from 0 on
    AudioBuffer block_;
    LoudnessProfileMaker loudness_;
    OverviewMaker overview_;
};

}  // namespace burnish
