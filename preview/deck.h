#pragma once

#include <memory>

#include "preview/level_match.h"
#include "preview/rendering.h"
#include "preview/track.h"

namespace burnish {

/// One way to play a track from a place on: a rendering that has its settings and has heard what came before.
///
/// Original and master come out side by side. Made and freed by a worker; between the two it belongs to the audio
/// thread.
struct Deck {
    /// When it takes over from the deck that plays.
    enum class Cue {
        at_once,      ///< a jump
        on_frame,     ///< when that one comes to cue_frame, where this one goes on; too late is useless
        at_loop_end,  ///< when that one comes to cue_frame, to jump back from there
    };

    /// @param warm         has heard the track up to the frame before `next_frame`
    Deck(std::shared_ptr<const Track> of, std::unique_ptr<Rendering> warm, std::int64_t next_frame);

    /// The next frames of both, at most deck_block_frames. Real-time safe.
    void advance(AudioView original, AudioView master) noexcept;
    /// What `advance` gives next.
    [[nodiscard]] std::int64_t heard_frame() const noexcept { return next_frame - rendering->latency_frames(); }

    std::shared_ptr<const Track> track;
    std::unique_ptr<Rendering> rendering;
    std::int64_t next_frame;  ///< of the track, that the rendering is given next
    MatchCurve match{};
    Cue cue = Cue::at_once;
    std::int64_t cue_frame = 0;
    unsigned generation = 0;  ///< of the settings
    unsigned loop_id = 0;     ///< of the loop that it is to close
    unsigned serial = 0;      ///< its own
    bool exact = false;       ///< has heard the whole track so far: the samples are those of the offline render
    bool measured = false;    ///< the match is by the loudness of the whole, not by a first guess
    bool missed = false;      ///< came too late to take over
};

}  // namespace burnish
