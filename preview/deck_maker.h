#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "core/decibels.h"
#include "preview/player.h"
#include "preview/trail.h"

namespace burnish {

/// What the master sounds like as a whole, once the rendering has been all the way through the track.
struct MasterSound {
    unsigned generation = 0;
    LoudnessProfile loudness;
    Overview overview;
};

/// Makes decks for a player on a thread of its own: for jumps, for new settings, for the way back at a loop's end.
///
/// A deck for a jump has heard the two seconds before its place; that of a master is there some 20 ms after it was
/// asked for. Once the settings are settled the rendering is run through the whole track (Trail), and decks are made
/// from its copies: they have heard everything, give the samples of the offline render, and know how loud it is. The
/// deck that plays is replaced by such a one as soon as there is one.
class DeckMaker {
public:
    struct Expected {
        double original_lufs = silence_db;
        double master_lufs = silence_db;
    };

    /// @param neutral  what is heard until settings come; has heard nothing yet
    /// @param player   outlives this
    DeckMaker(std::shared_ptr<const Track> track, std::shared_ptr<const Rendering> neutral, Player& player);
    ~DeckMaker();
    DeckMaker(const DeckMaker&) = delete;
    DeckMaker& operator=(const DeckMaker&) = delete;

    // Any thread.
    /// Other settings: a rendering that has them, and has heard nothing yet.
    /// @param lufs     what original and master are expected to have; silence_db if nobody knows
    /// @param settled  no better ones are on their way
    void set_rendering(std::shared_ptr<const Rendering> fresh, Expected lufs, bool settled);
    /// What lies outside of the rendering is moved in.
    void seek(std::int64_t frame);
    /// @param id  of the loop, as the player's controls have it; 0: none
    void set_loop(const std::optional<Section>& loop, unsigned id);
    void set_reference_lufs(double lufs);

    /// Waits until there is nothing left to be done before the player moves on.
    void wait_until_idle();
    /// How far the rendering is on its way through the track.
    [[nodiscard]] double trail_fraction() const noexcept { return trail_fraction_; }
    /// The last one that is complete; none at first.
    [[nodiscard]] std::shared_ptr<const MasterSound> sound() const;

private:
    struct Wanted {
        std::shared_ptr<const Rendering> fresh;
        unsigned generation = 1;
        Expected lufs;
        bool settled = false;
        std::optional<std::int64_t> seek_frame = 0;
        std::optional<Section> loop{};
        unsigned loop_id = 0;
        double reference_lufs = silence_db;
        unsigned match_version = 0;  // counts what changes the level match
    };
    /// What is known of a deck that is the player's now.
    struct Record {
        unsigned serial = 0;
        unsigned generation = 0;
        unsigned match_version = 0;
        unsigned loop_id = 0;
        bool exact = false;
        bool measured = false;
        bool jumps = false;
    };

    void ask(const std::function<void(Wanted&)>& change);
    void run();
    /// Does the most urgent thing. @return  false if there was nothing to do
    bool work(const Wanted& wanted);
    void follow_player(const PlayerState& state);
    void start_generation(const Wanted& wanted);
    void go_along_trail(const Wanted& wanted);
    [[nodiscard]] bool is_outdated(const Record& record, const Wanted& wanted) const noexcept;
    [[nodiscard]] std::unique_ptr<Deck> make_deck(const Wanted& wanted, std::int64_t heard_frame);
    [[nodiscard]] std::optional<Record> offer(std::unique_ptr<Deck> deck, const Wanted& wanted);
    void refresh_match(const Wanted& wanted);

    std::shared_ptr<const Track> track_;
    Player& player_;

    mutable std::mutex mutex_;
    std::condition_variable asked_;
    std::condition_variable idle_;
    Wanted wanted_;
    std::uint64_t requests_ = 1;
    std::uint64_t handled_ = 0;
    bool stopping_ = false;
    std::shared_ptr<const MasterSound> sound_;
    std::atomic<double> trail_fraction_ = 0.0;

    // The thread's own.
    std::shared_ptr<const Rendering> fresh_;  // with the settings of the generation
    AudioBuffer original_, master_;
    std::unique_ptr<Trail> trail_;
    unsigned generation_ = 0;
    unsigned last_serial_ = 0;
    std::optional<Record> playing_;
    std::optional<Record> pending_;  // offered for a jump or a change
    std::optional<Record> standby_;  // offered for the loop's end
    double lead_s_;
    MatchCurve match_;
    bool match_is_measured_ = false;
    unsigned match_generation_ = 0;
    unsigned match_version_ = 0;

    std::thread thread_;
};

}  // namespace burnish
