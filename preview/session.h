#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "preview/deck_maker.h"
#include "preview/mix_planner.h"
#include "preview/planner.h"
#include "preview/player.h"

namespace burnish {

/// A sitting with one track, or with the stems of one: the player, those who work for it, and what the listener has
/// set.
///
/// One thread controls; any thread may look at `plan` and `state`; the device's thread renders `player`.
class Session {
public:
    /// A track and its master.
    Session(const std::shared_ptr<const Track>& track, MasterServices services);
    /// The plain sum of stems and their mix.
    Session(std::shared_ptr<const StemSet> stems, MasterServices services);

    /// In memory, or that of the stems' sum, whose sound is in them.
    [[nodiscard]] const Track& track() const noexcept { return *track_; }
    [[nodiscard]] Player& player() noexcept { return player_; }

    /// The stems, if there are any.
    [[nodiscard]] const StemSet* stems() const noexcept { return stems_.get(); }

    /// Asks for another master. What plays goes over to it when it is planned.
    void want(MasterRequest request);
    /// The same for a mix.
    void want(MixRequest request);

    /// How long there is something to hear: the track, and what its mix rings on after it.
    [[nodiscard]] double duration_s() const;

    /// At the end of the track, starts it again.
    void play(bool on);
    void listen_to(Heard heard);
    void set_mono(bool on);
    void set_matched(bool on);
    /// Inside the track; what lies outside is moved in.
    void seek_to(double seconds);
    void seek_by(double seconds);
    /// Sorted, moved into the track and made half a second long at least; none ends the loop.
    void set_loop(std::optional<Section> loop);
    [[nodiscard]] Section loudest_section(double seconds) const;
    /// At the rate and with the channels of the track.
    void set_reference(std::shared_ptr<const Track> reference);

    [[nodiscard]] const Controls& controls() const noexcept { return controls_; }
    [[nodiscard]] const std::optional<Section>& loop() const noexcept { return loop_; }
    [[nodiscard]] const Track* reference() const noexcept { return controls_.reference; }
    [[nodiscard]] double position_s() const noexcept;
    /// Of a mix: what it shares with that of a master. Decisions are named "<stem>: stage.param".
    [[nodiscard]] Plan plan() const;
    [[nodiscard]] MixSheet mix_sheet() const;
    [[nodiscard]] std::shared_ptr<const MasterSound> master_sound() const { return deck_maker_.sound(); }
    /// How far analysis, plan and the way through the track are, 0..1.
    [[nodiscard]] double plan_fraction() const noexcept {
        return planner_ ? planner_->fraction() : mix_planner_->fraction();
    }
    [[nodiscard]] double trail_fraction() const noexcept { return deck_maker_.trail_fraction(); }

    /// Waits until plan and decks are as good as they get before the player moves on: what makes a session that is not
    /// bound to a clock repeatable.
    void wait_until_settled();
    /// The same for the decks alone.
    void wait_for_decks() { deck_maker_.wait_until_idle(); }

private:
    void send_controls();
    Session(std::shared_ptr<const Track> track, std::shared_ptr<const Rendering> neutral);
    void take_plan(const Plan& plan);
    void take_sheet(const MixSheet& sheet);

    std::shared_ptr<const Track> track_;
    std::shared_ptr<const StemSet> stems_;
    std::vector<std::shared_ptr<const Track>> references_;  // kept, for the player may still be at one of them
    Player player_;
    DeckMaker deck_maker_;
    Controls controls_;
    std::optional<Section> loop_;
    unsigned last_loop_id_ = 0;
    double sought_s_ = 0.0;
    unsigned serial_at_seek_ = 0;

    mutable std::mutex plan_mutex_;
    std::int64_t frames_ = 0;  // of what plays
    Plan plan_;
    MixSheet sheet_;

    // One of the two; its thread uses all of the above.
    std::unique_ptr<Planner> planner_;
    std::unique_ptr<MixPlanner> mix_planner_;
};

}  // namespace burnish
