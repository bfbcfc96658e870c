#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "preview/deck.h"
#include "preview/frame_tap.h"
#include "preview/ramp.h"
#include "preview/spsc_queue.h"
#include "preview/track.h"

namespace burnish {

/// What can be listened to: A, B, C, and what the master removed or added (B - A).
enum class Heard { original, master, reference, difference };
inline constexpr int heard_count = 4;

/// What the listener has set. A snapshot of it travels to the audio thread.
struct Controls {
    bool playing = false;
    Heard heard = Heard::master;
    bool mono = false;
    bool matched = true;
    unsigned loop_id = 0;              ///< of the loop to keep to; 0: none
    const Track* reference = nullptr;  ///< outlives the player
    std::int64_t reference_frame = 0;  ///< where a new reference begins
};

/// What the audio thread tells about itself.
struct PlayerState {
    std::int64_t heard_frame = 0;
    bool running = false;      ///< frames go by: it plays, or still fades out
    bool at_end = false;       ///< the track is over
    unsigned deck_serial = 0;  ///< of the deck that plays; 0: none yet
    unsigned generation = 0;
    bool exact = false;
    bool measured = false;
    float master_gain = 1.0F;  ///< of the level match
    float original_gain = 1.0F;
    Reductions reductions;  ///< the highest of late: they fall by 20 dB a second
};

/// The heart of the preview: plays a deck, turns over to the next one, mixes what is heard. Knows no device.
///
/// Three threads meet here without a lock: one sets controls, one offers decks and takes used ones back, one renders.
/// Every change is a crossfade: 10 ms between what is heard and at a jump, 30 ms from one chain to another that plays
/// the same frames.
class Player {
public:
    Player(double sample_rate_hz, int channels);
    /// Only when nobody renders any more. Frees the decks that it still has.
    ~Player();
    Player(const Player&) = delete;
    Player& operator=(const Player&) = delete;

    // The control thread.
    /// @return  false if the audio thread has not taken the last ones yet: to be tried again
    [[nodiscard]] bool set(const Controls& controls) noexcept { return controls_queue_.push(controls); }

    // The worker.
    /// Hands over a deck for good, until take_back. @return  false, and it stays the caller's, if too many wait
    [[nodiscard]] bool offer(Deck* deck) noexcept { return offered_.push(deck); }
    /// A deck that is no longer wanted; nullptr if there is none.
    [[nodiscard]] Deck* take_back() noexcept { return retired_.pop().value_or(nullptr); }

    // The audio thread.
    /// The next frames, any number, at the rate and with the channels of the track.
    void render(AudioView out) noexcept;

    // Any thread.
    [[nodiscard]] PlayerState state() const noexcept;
    // One thread that measures.
    [[nodiscard]] FrameTap& tap() noexcept { return tap_; }

private:
    void take_messages() noexcept;
    void accept(Deck* deck) noexcept;
    void apply(const Controls& controls) noexcept;
    void retire(Deck*& deck) noexcept;
    /// Turns over to a deck whose time has come, and sorts out those whose time is over.
    void turn_over() noexcept;
    [[nodiscard]] bool is_due(Deck*& slot) noexcept;
    [[nodiscard]] bool is_silent() const noexcept;
    [[nodiscard]] bool at_end() const noexcept;
    [[nodiscard]] int frames_to_next_turn(int most) const noexcept;
    void render_slice(AudioView out) noexcept;
    /// What comes from a deck: its two sides, and what is heard of them. All of one length.
    struct Sounds {
        AudioView original, master, heard;
    };
    void mix(Deck& deck, const Sounds& out) noexcept;
    /// As the listener fades from one to the other: the meters see no step that is not heard.
    void cross_over(const Sounds& from, const Sounds& to) noexcept;
    void read_reference(int frames) noexcept;
    void publish(int frames) noexcept;

    double sample_rate_hz_;
    int short_fade_frames_;
    int long_fade_frames_;

    SpscQueue<Controls, 64> controls_queue_;
    SpscQueue<Deck*, 16> offered_;
    SpscQueue<Deck*, 64> retired_;
    FrameTap tap_;

    // The audio thread's own.
    Controls controls_;
    Deck* deck_ = nullptr;
    Deck* fading_out_ = nullptr;
    Deck* next_deck_ = nullptr;  // for a jump or a change of settings
    Deck* loop_deck_ = nullptr;  // waits at the end of the loop
    Ramp deck_fade_;
    std::array<Ramp, heard_count> weights_;
    Ramp mono_;
    Ramp matched_;
    Ramp transport_;
    std::int64_t reference_frame_ = 0;
    AudioBuffer original_, master_, reference_;
    AudioBuffer fading_original_, fading_master_, fading_heard_;
    using Values = std::array<float, deck_block_frames>;
    std::array<Values, heard_count> weight_values_{};
    Values mono_values_{}, matched_values_{}, transport_values_{}, fade_values_{};

    // What is published.
    std::atomic<std::int64_t> heard_frame_ = 0;
    std::atomic<bool> running_ = false;
    std::atomic<bool> at_end_ = false;
    std::atomic<unsigned> deck_serial_ = 0;
    std::atomic<unsigned> generation_ = 0;
    std::atomic<bool> exact_ = false;
    std::atomic<bool> measured_ = false;
    std::atomic<float> master_gain_ = 1.0F;
    std::atomic<float> original_gain_ = 1.0F;
    std::atomic<const std::string_view*> reduction_names_ = nullptr;
    std::atomic<std::size_t> reduction_count_ = 0;
    std::array<std::atomic<float>, Reductions::most> reductions_{};
};

}  // namespace burnish
