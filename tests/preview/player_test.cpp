#include "preview/player.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>

#include "preview/chain_rendering.h"
#include "tests/preview/rig.h"
#include "tests/support/allocation_counter.h"

// The player by itself: decks are made here, in the open.

namespace burnish::test {
namespace {

ChainSettings louder_and_brighter() {
    ChainSettings settings;
    settings.eq.bell_1_hz = 3000.0;
    settings.eq.bell_1_db = 4.0;
    settings.limiter.drive_db = 6.0;
    return settings;
}

class Desk {
public:
    explicit Desk(const AudioBuffer& audio)
        : track(track_of(audio)), player(track->info.sample_rate_hz, track->info.channels) {}
    /// A deck that has heard the track from its start, as the offline render has.
    [[nodiscard]] std::unique_ptr<Deck> deck(const ChainSettings& settings, std::int64_t heard_frame,
                                             Deck::Cue cue = Deck::Cue::at_once, std::int64_t cue_frame = 0) {
        auto made = std::make_unique<Deck>(track, std::make_unique<ChainRendering>(track, settings), 0);
        AudioBuffer scratch(2, deck_block_frames);
        AudioBuffer other(2, deck_block_frames);
        while (made->heard_frame() < heard_frame) {
            const auto left = std::min<std::int64_t>(deck_block_frames, heard_frame - made->heard_frame());
            made->advance(scratch.view().part(0, static_cast<int>(left)), other.view().part(0, static_cast<int>(left)));
        }
        made->cue = cue;
        made->cue_frame = cue_frame;
        made->serial = ++serial_;
        return made;
    }
    void offer(std::unique_ptr<Deck> deck) { REQUIRE(player.offer(deck.release())); }
    void set(const Controls& controls) { REQUIRE(player.set(controls)); }
    [[nodiscard]] AudioBuffer play(double seconds, int block_frames = 128) {
        AudioBuffer out(track->info.channels, static_cast<int>(std::lround(seconds * rate_hz)));
        for (int first = 0; first < out.frames(); first += block_frames)
            player.render(out.view().part(first, std::min(block_frames, out.frames() - first)));
        return out;
    }

    std::shared_ptr<const Track> track;
    Player player;

private:
    unsigned serial_ = 0;
};

/// Largest second difference of frames first..first+count.
double bend(const AudioBuffer& audio, int first, int count) {
    double most = 0.0;
    for (int c = 0; c < audio.channels(); ++c) {
        const auto x = audio.channel(c);
        for (int n = std::max(2, first); n < first + count; ++n)
            most = std::max(most, std::abs(double{x[n]} - 2.0 * double{x[n - 1]} + double{x[n - 2]}));
    }
    return most;
}
double bend(const AudioBuffer& audio) { return bend(audio, 0, audio.frames()); }

/// Four tones: its bend is the same everywhere, so that a click stands out.
AudioBuffer chord(double seconds) {
    AudioBuffer sum(2, static_cast<int>(seconds * rate_hz));
    for (const double hz : {110.0, 277.0, 659.0, 1480.0}) {
        const auto tone = sine(hz, 0.1, seconds, rate_hz, 2, hz);
        for (int c = 0; c < 2; ++c)
            for (int n = 0; n < sum.frames(); ++n) sum.channel(c)[n] += tone.channel(c)[n];
    }
    return sum;
}

constexpr Controls playing_original{.playing = true, .heard = Heard::original, .matched = false};
constexpr Controls playing_master{.playing = true, .heard = Heard::master, .matched = false};

}  // namespace

TEST_CASE("original and master of a neutral chain are the track, frame for frame", "[preview][player]") {
    const auto music = framed_music(1.0, -3.0);
    for (const auto& controls : {playing_original, playing_master})
        for (const int block_frames : {1, 128, 4096}) {
            Desk desk(music);
            desk.offer(desk.deck({}, 0));
            desk.set(controls);
            const auto out = desk.play(1.0, block_frames);
            for (int c = 0; c < 2; ++c)
                REQUIRE(std::memcmp(out.channel(c).data(), music.channel(c).data(), 44100 * sizeof(float)) == 0);
            CHECK(desk.player.state().heard_frame == 44100);
        }
}

// An impulse through an equalizer keeps its place if the original is delayed by the chain's latency, no more, no less.
TEST_CASE("the original is delayed by exactly the chain's latency", "[preview][player]") {
    const auto click = impulse(20000, 44100);
    for (const auto& controls : {playing_original, playing_master}) {
        Desk desk(click);
        ChainSettings settings;
        settings.eq.bell_1_db = 3.0;
        settings.tone.mid_80_hz_db = 2.0;
        desk.offer(desk.deck(settings, 0));
        desk.set(controls);
        const auto out = desk.play(1.0);
        const auto samples = out.channel(0);
        const auto highest = std::max_element(samples.begin(), samples.end(),
                                              [](float a, float b) { return std::abs(a) < std::abs(b); });
        CHECK(highest - samples.begin() == 20000);
    }
}

TEST_CASE("no change clicks: the bend is at most 1.5 times that of either signal", "[preview][player]") {
    const auto tones = chord(3.0);
    const auto listen = [&](const Controls& controls) {
        Desk desk(tones);
        desk.offer(desk.deck(louder_and_brighter(), 22050));
        desk.set(controls);
        return desk.play(1.0);
    };
    const double of_original = bend(listen(playing_original), 4410, 30000);
    const double of_master = bend(listen(playing_master), 4410, 30000);
    REQUIRE(of_master > 1.5 * of_original);
    const double most = 1.5 * std::max(of_original, of_master);

    // Every change at ten places of the waves: into it, and out of it again.
    const auto changes = [&](const Controls& from, const Controls& to) {
        double worst = 0.0;
        for (int i = 0; i < 10; ++i) {
            Desk desk(tones);
            desk.offer(desk.deck(louder_and_brighter(), 22050));
            desk.set(from);
            (void)desk.play(0.05 + 0.0013 * i);
            for (const auto& next : {to, from}) {
                desk.set(next);
                worst = std::max(worst, bend(desk.play(0.06)));
            }
        }
        return worst;
    };
    const auto with = [](Controls controls, auto change) {
        change(controls);
        return controls;
    };
    CHECK(changes(playing_original, playing_master) <= most);
    CHECK(changes(playing_master, with(playing_master, [](auto& c) { c.heard = Heard::difference; })) <= most);
    CHECK(changes(playing_master, with(playing_master, [](auto& c) { c.mono = true; })) <= most);
    CHECK(changes(playing_master, with(playing_master, [](auto& c) { c.matched = true; })) <= most);
    CHECK(changes(playing_master, with(playing_master, [](auto& c) { c.playing = false; })) <= most);

    // A jump, and other settings at the same place; neutral ones, so that the level changes by 6 dB and more.
    for (int i = 0; i < 10; ++i) {
        Desk desk(tones);
        desk.offer(desk.deck(louder_and_brighter(), 22050));
        desk.set(playing_master);
        (void)desk.play(0.05 + 0.0013 * i);
        desk.offer(desk.deck({}, 40000 + 7 * i));
        CHECK(bend(desk.play(0.05)) <= most);
        const auto cue_frame = desk.player.state().heard_frame + 1000;
        desk.offer(desk.deck(louder_and_brighter(), cue_frame, Deck::Cue::on_frame, cue_frame));
        CHECK(bend(desk.play(0.08)) <= most);
        CHECK(desk.player.state().deck_serial == 3);
    }
}

// The filters of a true peak meter overshoot where a signal jumps: what is not heard must not be measured either.
TEST_CASE("the meters see no step where none is heard", "[preview][player]") {
    Desk desk(chord(3.0));
    AudioBuffer original(2, 44100), master(2, 44100);
    int seen = 0;
    const auto play = [&](double seconds) {
        (void)desk.play(seconds);
        seen += desk.player.tap().read(original.view().part(seen, original.frames() - seen),
                                       master.view().part(seen, master.frames() - seen));
    };
    const auto play_and_pause = [&](double seconds) {
        desk.set(playing_master);
        play(seconds);
        desk.set({.playing = false});
        play(0.05);
    };
    desk.offer(desk.deck(louder_and_brighter(), 22050));
    play_and_pause(0.1);
    const double smooth = std::max(bend(original, 441, seen - 1000), bend(master, 441, seen - 1000));
    desk.offer(desk.deck(louder_and_brighter(), 41013));  // a jump while it pauses
    play_and_pause(0.1);
    desk.set(playing_master);
    play(0.1);
    desk.offer(desk.deck({}, 60047));  // one while it plays, to other settings
    play(0.1);
    REQUIRE(seen > 17640);
    CHECK(bend(original, 0, seen) <= 1.5 * smooth);
    CHECK(bend(master, 0, seen) <= 1.5 * smooth);
}

TEST_CASE("a change of settings comes in at its frame and is through 30 ms later, a jump after 10 ms",
          "[preview][player]") {
    const auto music = framed_music(2.0);
    Desk desk(music);
    desk.offer(desk.deck({}, 20000));
    desk.set(playing_master);
    (void)desk.play(0.1);
    const auto from = desk.player.state().heard_frame;
    ChainSettings louder;
    louder.limiter.drive_db = 6.0;
    desk.offer(desk.deck(louder, from + 1001, Deck::Cue::on_frame, from + 1001));
    const auto out = desk.play(0.1);
    const auto gain_at = [&](int n) { return out.channel(0)[n] / music.channel(0)[from + n]; };
    CHECK(gain_at(1000) == 1.0F);
    CHECK(gain_at(1000 + 1323 / 2) == Approx((1.0 + db_to_gain(6.0)) / 2.0).margin(0.02));
    CHECK(gain_at(1001 + 1323) == Approx(db_to_gain(6.0)).margin(1e-4));

    desk.offer(desk.deck({}, 50000));
    const auto after = desk.play(0.05);
    for (int n = 441; n < after.frames(); ++n) REQUIRE(after.channel(0)[n] == music.channel(0)[50000 + n]);
}

TEST_CASE("a deck that comes too late is handed back, and so is what nobody needs any more", "[preview][player]") {
    Desk desk(framed_music(2.0));
    desk.offer(desk.deck({}, 10000));
    desk.set(playing_master);
    (void)desk.play(0.1);
    const auto here = desk.player.state().heard_frame;
    desk.offer(desk.deck({}, here - 1, Deck::Cue::on_frame, here - 1));
    (void)desk.play(0.05);
    std::unique_ptr<Deck> returned(desk.player.take_back());
    REQUIRE(returned);
    CHECK(returned->missed);
    CHECK(returned->serial == 2);
    CHECK(desk.player.state().deck_serial == 1);
    // Of two that wait the later one counts.
    desk.offer(desk.deck({}, 40000));
    desk.offer(desk.deck({}, 60000));
    (void)desk.play(0.05);
    CHECK(desk.player.state().deck_serial == 4);
    returned.reset(desk.player.take_back());
    REQUIRE(returned);
    CHECK(returned->serial == 3);
    CHECK_FALSE(returned->missed);
    returned.reset(desk.player.take_back());  // what was faded out
    REQUIRE(returned);
    CHECK(returned->serial == 1);
}

TEST_CASE("a loop turns back at its end, to the frame", "[preview][player]") {
    const auto music = framed_music(2.0);
    Desk desk(music);
    auto controls = playing_master;
    controls.loop_id = 7;
    desk.set(controls);
    desk.offer(desk.deck({}, 30000));
    auto back = desk.deck({}, 30000, Deck::Cue::at_loop_end, 40000);
    back->loop_id = 7;
    desk.offer(std::move(back));
    const auto out = desk.play(0.4);
    for (int n = 441; n < 10000; ++n) REQUIRE(out.channel(0)[n] == music.channel(0)[30000 + n]);
    for (int n = 10441; n < out.frames(); ++n) REQUIRE(out.channel(0)[n] == music.channel(0)[20000 + n]);
    // One of a loop that was given up is not followed.
    auto stale = desk.deck({}, 30000, Deck::Cue::at_loop_end, desk.player.state().heard_frame + 100);
    stale->loop_id = 6;
    desk.offer(std::move(stale));
    (void)desk.play(0.05);
    CHECK(desk.player.state().deck_serial == 2);
}

TEST_CASE("matched, mono and difference are what they say", "[preview][player]") {
    const auto music = framed_music(2.0);
    ChainSettings louder;
    louder.limiter.drive_db = 12.0;
    const auto listen = [&](Controls controls) {
        Desk desk(music);
        auto deck = desk.deck(louder, 30000);
        deck->match = MatchCurve(MatchGains{.original = 1.0F, .master = 0.25F, .reference = 1.0F});
        desk.offer(std::move(deck));
        controls.playing = true;
        desk.set(controls);
        return desk.play(0.2);
    };
    const auto original = listen({.heard = Heard::original, .matched = false});
    const auto master = listen({.heard = Heard::master, .matched = false});
    const auto turned_down = listen({.heard = Heard::master, .matched = true});
    const auto untouched = listen({.heard = Heard::original, .matched = true});
    const auto removed = listen({.heard = Heard::difference, .matched = true});
    const auto mono = listen({.heard = Heard::original, .mono = true});
    bool is_wide = false;
    for (int n = 2000; n < original.frames(); ++n) {
        const float left = original.channel(0)[n];
        const float right = original.channel(1)[n];
        REQUIRE(turned_down.channel(0)[n] == 0.25F * master.channel(0)[n]);
        REQUIRE(untouched.channel(0)[n] == left);
        REQUIRE(removed.channel(0)[n] == 0.25F * master.channel(0)[n] - left);
        REQUIRE(mono.channel(0)[n] == Approx(0.5F * (left + right)).margin(1e-6));
        REQUIRE(mono.channel(1)[n] == Approx(0.5F * (left + right)).margin(1e-6));
        is_wide = is_wide || std::abs(left - right) > 0.01F;
    }
    CHECK(is_wide);
}

TEST_CASE("the reference is heard from its place on, again and again", "[preview][player]") {
    Desk desk(framed_music(2.0));
    const auto reference = track_of(white_noise(0.1, 0.1, rate_hz));
    desk.offer(desk.deck({}, 30000));
    desk.set({.playing = true,
              .heard = Heard::reference,
              .matched = false,
              .reference = reference.get(),
              .reference_frame = 1000});
    const auto out = desk.play(0.3);
    for (int n = 441; n < 3000; ++n) REQUIRE(out.channel(1)[n] == reference->audio.channel(1)[1000 + n]);
    CHECK(std::abs(rms(out, 4410, 4410) / rms(reference->audio) - 1.0) < 0.02);
}

TEST_CASE("paused it stands still; at the end of the track it falls silent", "[preview][player]") {
    Desk desk(framed_music(0.5));
    desk.offer(desk.deck({}, 10000));
    CHECK(peak(desk.play(0.1)) == 0.0);
    CHECK(desk.player.state().heard_frame == 10000);
    CHECK_FALSE(desk.player.state().running);
    // A jump while it is paused is made at once.
    desk.offer(desk.deck({}, 12000));
    (void)desk.play(0.01);
    CHECK(desk.player.state().heard_frame == 12000);
    desk.set(playing_master);
    CHECK(peak(desk.play(0.2)) > 0.01);
    CHECK(desk.player.state().running);
    (void)desk.play(1.0);
    CHECK(peak(desk.play(0.1)) == 0.0);
    CHECK(desk.player.state().at_end);
    desk.offer(desk.deck({}, 10000));
    CHECK(peak(desk.play(0.2)) > 0.01);
    CHECK_FALSE(desk.player.state().at_end);
}

TEST_CASE("nothing on the audio thread allocates, whatever happens", "[preview][player][realtime]") {
    Desk desk(framed_music(2.0));
    const auto reference = track_of(white_noise(0.1, 0.1, rate_hz));
    AudioBuffer out(2, 4096);
    std::size_t allocations = 0;
    const auto render = [&](int blocks) {
        const auto before = allocation_count();
        for (int i = 0; i < blocks; ++i) desk.player.render(out.view().part(0, 1 + (i * 997) % 4096));
        allocations += allocation_count() - before;
    };
    desk.offer(desk.deck(louder_and_brighter(), 0));
    auto controls = playing_master;
    controls.reference = reference.get();
    controls.loop_id = 1;
    for (int i = 0; i < heard_count; ++i) {
        controls.heard = static_cast<Heard>(i);
        controls.mono = !controls.mono;
        controls.matched = !controls.matched;
        desk.set(controls);
        render(3);
        desk.offer(desk.deck({}, 20000));
        render(1);
        desk.offer(desk.deck({}, 100, Deck::Cue::on_frame, 100));  // too late
        auto back = desk.deck(louder_and_brighter(), 20000, Deck::Cue::at_loop_end, 26000);
        back->loop_id = 1;
        desk.offer(std::move(back));
        render(6);
        while (const std::unique_ptr<Deck> returned{desk.player.take_back()}) {
        }
    }
    CHECK(allocations == 0);
}

}  // namespace burnish::test
