#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "mastering/chain.h"
#include "preview/level_match.h"
#include "preview/track.h"

namespace burnish {

/// Frames that a deck is advanced by at most; what its chain is prepared for.
inline constexpr int deck_block_frames = 512;

/// Stages that turn down, in signal order, and how far each does at the moment.
struct Reductions {
    static constexpr auto names = std::to_array<std::string_view>(
        {"low", "low mid", "high mid", "high", "glue", "limiter"});  ///< the first four are those of the multiband
    std::array<float, names.size()> db{};                            ///< 0 or above
};

/// One way to play a track from a place on: a chain that has its settings and has heard what came before.
///
/// Original and master come out side by side: the chain is fed ahead by its own latency, so that the original, read
/// from memory, is delayed by exactly that. Made and freed by a worker; between the two it belongs to the audio thread.
struct Deck {
    /// When it takes over from the deck that plays.
    enum class Cue {
        at_once,      ///< a jump
        on_frame,     ///< when that one comes to cue_frame, where this one goes on; too late is useless
        at_loop_end,  ///< when that one comes to cue_frame, to jump back from there
    };

    /// @param warm         has heard the track up to the frame before `next_frame`
    Deck(std::shared_ptr<const Track> of, const Chain& warm, std::int64_t next_frame);

    /// The next frames of both, at most deck_block_frames. Real-time safe.
    void advance(AudioView original, AudioView master) noexcept;
    /// What `advance` gives next.
    [[nodiscard]] std::int64_t heard_frame() const noexcept { return next_frame - chain.latency_frames(); }
    [[nodiscard]] Reductions reductions() const noexcept;

    std::shared_ptr<const Track> track;
    Chain chain;
    std::int64_t next_frame;  ///< of the track, that the chain is given next
    MatchCurve match{};
    Cue cue = Cue::at_once;
    std::int64_t cue_frame = 0;
    unsigned generation = 0;  ///< of the settings
    unsigned loop_id = 0;     ///< of the loop that it is to close
    unsigned serial = 0;      ///< its own
    bool exact = false;       ///< has heard the whole track so far: the samples are those of the offline master
    bool measured = false;    ///< the match is by the loudness of the whole master, not by a first guess
    bool missed = false;      ///< came too late to take over
};

}  // namespace burnish
