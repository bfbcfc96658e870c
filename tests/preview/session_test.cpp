#include "preview/session.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <thread>

#include "mastering/master.h"
#include "tests/preview/rig.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/referees.h"

// The preview as a whole, but for the device.

namespace burnish::test {
namespace {

AudioBuffer offline_master(const AudioBuffer& audio, const MasterRequest& request) {
    MemorySource source(audio, rate_hz);
    MemoryDelivery delivery(audio.channels(), rate_hz);
    const auto report = master(source, request, memory_services(), &delivery, nullptr);
    REQUIRE(report);
    REQUIRE(report->level.reduction_max_db > 1.0);
    REQUIRE(report->level.corrected_peaks == 0);
    return delivery.buffer();
}

/// First frame of `out` from `skip` on that is not the master's from `master_frame` on; -1 if there is none.
int first_difference(const AudioBuffer& out, int skip, const AudioBuffer& master, std::int64_t master_frame) {
    for (int c = 0; c < out.channels(); ++c)
        for (int n = skip; n < out.frames(); ++n)
            if (out.channel(c)[n] != master.channel(c)[master_frame + n]) return n;
    return -1;
}

AudioBuffer part_of(const AudioBuffer& audio, int first, int count) {
    AudioBuffer part(audio.channels(), count);
    copy(audio.view().part(first, count), part.view());
    return part;
}

}  // namespace

// The promise of the preview: what is heard is what will be written. From the start, after a jump, after other settings
// and back, and in a loop for the second time.
TEST_CASE("once settled, B is the offline master to the bit, wherever it plays", "[preview][session]") {
    const auto music = framed_music(7.0);
    const auto request = request_for(-12.0);
    const auto expected = offline_master(music, request);
    Rig rig(music);
    auto& session = rig.session;
    session.want(request);
    session.set_matched(false);
    session.wait_until_settled();
    session.play(true);
    const auto from_start = rig.play(1.5);
    CHECK(first_difference(from_start, 441, expected, 0) == -1);

    session.seek_to(4.0);
    const auto after_jump = rig.play(0.5);
    CHECK(first_difference(after_jump, 882, expected, 4 * 44100) == -1);

    session.want(request_for(-20.0));
    session.wait_until_settled();
    const auto quieter = rig.play(0.5);
    CHECK(first_difference(quieter, 10000, expected, 4 * 44100 + 22050) > 0);
    session.want(request);
    session.wait_until_settled();
    (void)rig.play(0.3);
    const auto here = rig.heard_frame();
    CHECK(first_difference(rig.play(0.5), 0, expected, here) == -1);

    session.set_loop(Section{2.0, 2.6});
    (void)rig.play(1.0);
    const auto in_loop = rig.heard_frame();
    REQUIRE(in_loop >= 2 * 44100);
    REQUIRE(in_loop < 2.6 * 44100);
    const int to_end = static_cast<int>(2.6 * 44100) - static_cast<int>(in_loop);
    const auto looped = rig.play(0.5);
    CHECK(first_difference(part_of(looped, 0, std::min(to_end, looped.frames())), 0, expected, in_loop) == -1);
    if (to_end + 441 < looped.frames())
        CHECK(first_difference(part_of(looped, to_end, looped.frames() - to_end), 441, expected, 2 * 44100) == -1);
    CHECK(session.player().state().exact);
}

TEST_CASE("before anything is planned the track plays; a first guess comes before the last word",
          "[preview][session]") {
    const auto music = framed_music(4.0);
    std::vector<Plan> plans;
    {
        Planner planner(track_of(music), memory_services(), [&](const Plan& plan) { plans.push_back(plan); });
        planner.want(request_for(-14.0));
        planner.wait_until_idle();
        CHECK(planner.fraction() == 1.0);
    }
    REQUIRE(plans.size() == 2);
    CHECK_FALSE(plans[0].refined);
    CHECK(plans[1].refined);
    CHECK(plans[1].master_lufs == Approx(-14.0).margin(0.05));
    CHECK(plans[0].settings.limiter.drive_db == Approx(plans[1].settings.limiter.drive_db).margin(3.0));

    Rig rig(music);
    rig.session.set_matched(false);
    rig.session.play(true);
    const auto out = rig.play(1.0);
    for (int n = 441; n < out.frames(); ++n) REQUIRE(out.channel(0)[n] == music.channel(0)[n]);
}

TEST_CASE("a request that is overtaken is not answered for good, the last one is", "[preview][session]") {
    std::vector<Plan> plans;
    {
        Planner planner(track_of(framed_music(4.0)), memory_services(),
                        [&](const Plan& plan) { plans.push_back(plan); });
        for (const double lufs : {-9.0, -11.0, -20.0}) planner.want(request_for(lufs));
        planner.wait_until_idle();
    }
    REQUIRE_FALSE(plans.empty());
    CHECK(plans.back().refined);
    CHECK(plans.back().request == 3);
    CHECK(plans.back().target.loudness_lufs == -20.0);
    CHECK(std::count_if(plans.begin(), plans.end(), [](const Plan& plan) { return plan.refined; }) <= 2);
}

TEST_CASE("A and B of a loop are equally loud by libebur128, the louder one turned down", "[preview][session][match]") {
    auto music = framed_music(8.0, -14.0);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < music.frames() / 2; ++n) music.channel(c)[n] *= 0.5F;  // a quiet half, a loud one
    for (const double lufs : {-12.0, -36.0})  // louder than the original, and quieter
        for (const auto& loop : {Section{1.0, 3.0}, Section{5.0, 7.5}}) {
            Rig rig(music);
            auto& session = rig.session;
            session.want(request_for(lufs));
            session.wait_until_settled();
            session.set_loop(loop);
            const auto listen = [&](Heard heard, bool matched) {
                session.listen_to(heard);
                session.set_matched(matched);
                session.seek_to(loop.first_s);
                session.play(true);
                (void)rig.play(loop.last_s - loop.first_s);  // once round, until all is in its place
                return ebur128_reading(rig.play(loop.last_s - loop.first_s), rate_hz).integrated_lufs;
            };
            const double original = listen(Heard::original, true);
            const double master = listen(Heard::master, true);
            INFO("master of " << lufs << " LUFS, loop from " << loop.first_s << " s");
            CHECK(std::abs(original - master) < 0.1);
            CHECK(original <= listen(Heard::original, false) + 0.02);
            CHECK(master <= listen(Heard::master, false) + 0.02);
            CHECK(std::abs(listen(Heard::original, false) - listen(Heard::master, false)) > 1.0);
        }
}

TEST_CASE("without a loop, the section heard is matched", "[preview][session][match]") {
    Rig rig(framed_music(26.0, -14.0));
    auto& session = rig.session;
    session.want(request_for(-12.0));
    session.wait_until_settled();
    const auto listen = [&](Heard heard) {
        session.listen_to(heard);
        session.seek_to(3.0);
        session.play(true);
        (void)rig.play(0.2);
        return ebur128_reading(rig.play(15.0, 4096), rate_hz).integrated_lufs;
    };
    CHECK(std::abs(listen(Heard::original) - listen(Heard::master)) < 0.1);
}

TEST_CASE("jumps land on their frame, before the start and after the end too, and add up", "[preview][session]") {
    const auto music = framed_music(3.0);
    Rig rig(music);
    auto& session = rig.session;
    session.set_matched(false);
    session.listen_to(Heard::original);
    session.play(true);
    (void)rig.play(0.1);
    session.seek_to(1.0);
    const auto out = rig.play(0.1);
    for (int n = 441; n < out.frames(); ++n) REQUIRE(out.channel(0)[n] == music.channel(0)[44100 + n]);
    session.seek_by(0.5);
    session.seek_by(0.5);  // before the first one has been made
    (void)rig.play(0.01);
    CHECK(session.position_s() == Approx(2.11).margin(0.001));
    session.seek_by(-30.0);
    (void)rig.play(0.01);
    CHECK(session.position_s() == Approx(0.01).margin(0.001));
    session.seek_by(300.0);
    (void)rig.play(0.1);
    CHECK(session.player().state().at_end);
    session.play(true);  // again from the start
    (void)rig.play(0.1);
    CHECK(session.position_s() == Approx(0.1).margin(0.001));
}

TEST_CASE("a loop is put in order, moved inside, and given half a second at least", "[preview][session]") {
    Rig rig(framed_music(3.0));
    auto& session = rig.session;
    session.set_loop(Section{2.0, 1.0});
    CHECK(session.loop()->first_s == 1.0);
    CHECK(session.loop()->last_s == 2.0);
    session.set_loop(Section{1.0, 1.01});
    CHECK(session.loop()->last_s == Approx(1.5));
    session.set_loop(Section{-5.0, 500.0});
    CHECK(session.loop()->first_s == 0.0);
    CHECK(session.loop()->last_s == Approx(3.4));
    session.set_loop({});
    CHECK_FALSE(session.loop());
}

TEST_CASE("a reference is matched to what is mastered", "[preview][session][match]") {
    Rig rig(framed_music(6.0, -14.0));
    auto& session = rig.session;
    session.want(request_for(-12.0));
    session.wait_until_settled();
    session.set_reference(track_of(white_noise(0.5, 4.0, rate_hz)));
    session.set_loop(Section{1.0, 4.0});
    session.play(true);
    const auto listen = [&](Heard heard) {
        session.listen_to(heard);
        (void)rig.play(0.5);
        return ebur128_reading(rig.play(3.0), rate_hz).integrated_lufs;
    };
    CHECK(std::abs(listen(Heard::reference) - listen(Heard::original)) < 0.1);
}

// The machine as it is: nobody waits for anybody. What it sounds like depends on the clock, so it is held that nothing
// allocates, that it goes on, and that it ends where it should.
TEST_CASE("a listener who never stops changing things finds it playing", "[preview][session][realtime]") {
    Session session(track_of(framed_music(4.0)), memory_services());
    std::atomic<bool> stop = false;
    std::atomic<std::size_t> allocations = 0;
    std::thread audio([&] {
        AudioBuffer out(2, 128);
        while (!stop) {
            const auto before = allocation_count();
            session.player().render(out.view());
            allocations += allocation_count() - before;
            std::this_thread::sleep_for(std::chrono::microseconds(300));
        }
    });
    session.play(true);
    for (int i = 0; i < 40; ++i) {
        if (i % 4 == 0) session.want(request_for(-10.0 - i / 4));
        if (i % 3 == 0) session.seek_to(0.09 * i);
        if (i % 10 == 5) session.set_loop(Section{0.05 * i, 0.05 * i + 0.6});
        session.listen_to(static_cast<Heard>(i % heard_count));
        session.set_mono(i % 2 == 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    session.set_loop({});
    session.want(request_for(-12.0));
    session.wait_until_settled();
    session.seek_to(1.0);
    for (int i = 0; i < 2000 && !session.player().state().exact; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(session.player().state().exact);
    stop = true;
    audio.join();
    CHECK(allocations == 0);
}

}  // namespace burnish::test
