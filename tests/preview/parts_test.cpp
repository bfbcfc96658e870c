#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>
#include <thread>

#include "core/decibels.h"
#include "preview/chain_rendering.h"
#include "preview/device_feed.h"
#include "preview/frame_tap.h"
#include "preview/level_match.h"
#include "preview/ramp.h"
#include "preview/rate_converter.h"
#include "preview/spsc_queue.h"
#include "tests/preview/rig.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/referees.h"

namespace burnish::test {

TEST_CASE("the queue keeps order between two threads, and says when it is full or empty", "[preview][queue]") {
    SpscQueue<int, 8> queue;
    CHECK_FALSE(queue.pop());
    for (int i = 0; i < 8; ++i) CHECK(queue.push(i));
    CHECK_FALSE(queue.push(8));
    for (int i = 0; i < 8; ++i) CHECK(queue.pop() == i);
    constexpr int count = 20000;
    std::thread writer([&] {
        for (int i = 0; i < count;) i += queue.push(i) ? 1 : 0;
    });
    bool in_order = true;
    for (int expected = 0; expected < count;)
        if (const auto item = queue.pop()) in_order = in_order && *item == expected++;
    writer.join();
    CHECK(in_order);
}

TEST_CASE("a ramp is half a cosine, turns round from where it is, and arrives exactly", "[preview][ramp]") {
    Ramp ramp(0.0, 100);
    ramp.go_to(1.0);
    std::array<float, 150> values{};
    ramp.fill(values);
    for (const int k : {1, 25, 50, 99})
        CHECK(values[k - 1] == Approx(0.5 - 0.5 * std::cos(std::numbers::pi * k / 100.0)));
    CHECK(values[99] == 1.0F);
    CHECK(values[149] == 1.0F);
    ramp.go_to(0.0);
    ramp.fill(std::span(values).first(50));
    ramp.go_to(1.0);
    ramp.fill(std::span(values).first(1));
    CHECK(values[0] == Approx(0.5).margin(0.001));
}

TEST_CASE("the tap gives back what was put in, and drops what does not fit", "[preview][tap]") {
    FrameTap tap(2);
    const auto a = white_noise(0.5, 0.3, rate_hz);
    const auto b = white_noise(0.5, 0.3, rate_hz, 2, 2);
    AudioBuffer a_back(2, a.frames());
    AudioBuffer b_back(2, a.frames());
    for (int turn = 0; turn < 5; ++turn) {  // around the ring
        tap.write(a.view(), b.view());
        REQUIRE(tap.read(a_back.view(), b_back.view()) == a.frames());
        CHECK(a_back.channel(1)[77] == a.channel(1)[77]);
        CHECK(b_back.channel(0)[a.frames() - 1] == b.channel(0)[a.frames() - 1]);
    }
    const int fit = static_cast<int>(FrameTap::capacity_frames) / a.frames();
    for (int i = 0; i < fit + 3; ++i) tap.write(a.view(), b.view());
    for (int i = 0; i < fit; ++i) CHECK(tap.read(a_back.view(), b_back.view()) == a.frames());
    CHECK(tap.read(a_back.view(), b_back.view()) == 0);
}

TEST_CASE("the louder ones are turned down to the quietest, and what is silent has no say", "[preview][match]") {
    const auto gains = match_gains(-20.0, -14.0, -17.0);
    CHECK(gains.original == 1.0F);
    CHECK(gains.master == Approx(db_to_gain(-6.0)));
    CHECK(gains.reference == Approx(db_to_gain(-3.0)));
    const auto without = match_gains(-10.0, -14.0, silence_db);
    CHECK(without.original == Approx(db_to_gain(-4.0)));
    CHECK(without.master == 1.0F);
    CHECK(without.reference == 1.0F);
    CHECK(match_gains(silence_db, silence_db, silence_db).master == 1.0F);
    const MatchCurve curve({{.master = 1.0F}, {.master = 0.5F}, {.master = 0.5F}});
    CHECK(curve.at(0.05).master == Approx(0.75));
    CHECK(curve.at(0.2).master == 0.5F);
    CHECK(curve.at(1e9).master == 0.5F);
}

// libebur128 measures the section on its own; the profile has looked at it in passing.
TEST_CASE("the loudness of a section is what a meter reads there", "[preview][match]") {
    auto audio = toy_music(8.0, rate_hz);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < audio.frames() / 2; ++n) audio.channel(c)[n] *= 0.25F;
    const auto track = track_of(audio);
    for (const auto& [first_s, last_s] : {std::pair{1.0, 3.5}, std::pair{4.5, 7.0}, std::pair{0.0, 8.0}}) {
        AudioBuffer section(2, static_cast<int>((last_s - first_s) * rate_hz));
        copy(audio.view().part(static_cast<int>(first_s * rate_hz), section.frames()), section.view());
        INFO(first_s << " to " << last_s);
        CHECK(track->loudness.section_lufs(first_s, last_s) ==
              Approx(ebur128_reading(section, rate_hz).integrated_lufs).margin(0.05));
    }
    CHECK(track->loudness.section_lufs(3.0, 3.1) == silence_db);
    CHECK(track->loudness.loudest_start_s(3.0) >= 4.0);
    CHECK(track->loudness.loudest_start_s(100.0) == 0.0);
}

TEST_CASE("a track outside itself is silent", "[preview][track]") {
    const auto noise = white_noise(0.5, 0.01, rate_hz);
    const auto track = track_of(noise);
    AudioBuffer around(2, noise.frames() + 20);
    track->read(-10, around.view());
    CHECK(around.channel(0)[9] == 0.0F);
    CHECK(around.channel(0)[10] == noise.channel(0)[0]);
    CHECK(around.channel(1)[9 + noise.frames()] == noise.channel(1)[noise.frames() - 1]);
    CHECK(around.channel(1)[10 + noise.frames()] == 0.0F);
    track->read(-1000, around.view().part(0, 20));
    track->read(100000, around.view().part(20, 20));
    CHECK(around.channel(0)[0] == 0.0F);
    CHECK(around.channel(0)[20] == 0.0F);
}

namespace {

AudioBuffer converted(const AudioBuffer& in, double in_rate_hz, double out_rate_hz, int block_frames) {
    RateConverter converter;
    converter.prepare(in_rate_hz, out_rate_hz, in.channels(), 1024);
    AudioBuffer out(in.channels(), static_cast<int>(in.frames() * out_rate_hz / in_rate_hz) - 1000);
    int read = 0;
    const auto pull = [&](AudioView into) {
        for (int c = 0; c < into.channels(); ++c)
            for (int n = 0; n < into.frames(); ++n)
                into.channel(c)[n] = read + n < in.frames() ? in.channel(c)[read + n] : 0.0F;
        read += into.frames();
    };
    for (int first = 0; first < out.frames(); first += block_frames)
        converter.fill(out.view().part(first, std::min(block_frames, out.frames() - first)), pull);
    return out;
}

}  // namespace

// A tone at another rate is the same tone at its place in time: a closed form to compare with, frame for frame.
TEST_CASE("the rate converter moves tones to another rate, in place and in tune", "[preview][rate]") {
    for (const auto& [from_hz, to_hz] :
         {std::pair{44100.0, 48000.0}, std::pair{48000.0, 44100.0}, std::pair{44100.0, 96000.0},
          std::pair{96000.0, 44100.0}, std::pair{44100.0, 47999.0}, std::pair{192000.0, 44100.0}})
        for (const double tone_hz : {100.0, 997.0, 10000.0, 18000.0}) {
            const auto out = converted(sine(tone_hz, 0.5, 0.4, from_hz), from_hz, to_hz, 333);
            const auto expected = sine(tone_hz, 0.5, 0.4, to_hz);
            double error = 0.0;
            for (int n = 2000; n < out.frames(); ++n)
                error = std::max(error, std::abs(double{out.channel(1)[n]} - expected.channel(1)[n]));
            INFO(from_hz << " to " << to_hz << " Hz, tone of " << tone_hz);
            CHECK(gain_to_db(error / 0.5) < -70.0);
        }
    // What the lower rate cannot hold is gone.
    const auto gone = converted(sine(30000.0, 0.5, 0.3, 96000.0), 96000.0, 44100.0, 512);
    CHECK(gain_to_db(rms(gone, 2000, gone.frames() - 2000) / 0.35) < -80.0);
}

TEST_CASE("the rate converter gives the same for any block size, and does not allocate", "[preview][rate][realtime]") {
    const auto noise = white_noise(0.5, 0.3, 44100.0);
    const auto a = converted(noise, 44100.0, 48000.0, 1024);
    const auto b = converted(noise, 44100.0, 48000.0, 37);
    CHECK(null_depth_db(a, b) <= silence_db);
    RateConverter converter;
    converter.prepare(44100.0, 48000.0, 2, 1024);
    AudioBuffer out(2, 1024);
    const auto before = allocation_count();
    for (int i = 1; i <= 1024; ++i) converter.fill(out.view().part(0, i), [](AudioView) {});
    CHECK(allocation_count() == before);
    // At the same rate, nothing happens.
    const auto same = converted(noise, 44100.0, 44100.0, 100);
    CHECK(same.channel(0)[5000] == noise.channel(0)[5000]);
}

TEST_CASE("a device of another rate and other channels hears the same music", "[preview][device]") {
    const auto tone = sine(997.0, 0.25, 1.0, rate_hz, 1);
    Player player(rate_hz, 1);
    const auto track = track_of(tone);
    auto chain = std::make_unique<ChainRendering>(track, ChainSettings{});
    const int latency_frames = chain->latency_frames();  // hears from the first frame on
    auto deck = std::make_unique<Deck>(track, std::move(chain), latency_frames);
    REQUIRE(player.offer(deck.release()));
    REQUIRE(player.set({.playing = true, .heard = Heard::original}));
    DeviceFeed feed(player, rate_hz, 1, {.sample_rate_hz = 48000.0, .channels = 2});
    AudioBuffer out(2, 24000);
    const auto before = allocation_count();
    for (int first = 0; first < out.frames(); first += 2400) feed.fill(out.view().part(first, 2400));
    CHECK(allocation_count() == before);
    const auto expected = sine(997.0, 0.25, 1.0, 48000.0);
    for (int n = 1000; n < out.frames(); ++n) {
        REQUIRE(out.channel(0)[n] == Approx(expected.channel(0)[n]).margin(1e-4));
        REQUIRE(out.channel(1)[n] == out.channel(0)[n]);
    }
    CHECK(feed.load().callbacks == 10);
    CHECK(feed.load().mean > 0.0);
    CHECK(feed.load().worst >= feed.load().mean);
}

TEST_CASE("the null device is a clock", "[preview][device]") {
    class Counter final : public FrameSource {
    public:
        void fill(AudioView out) noexcept override { frames += out.frames(); }
        std::atomic<int> frames = 0;
    };
    Counter counter;
    const auto device = make_null_device({.sample_rate_hz = 44100.0, .buffer_frames = 441});
    CHECK(device->facts().sample_rate_hz == 44100.0);
    REQUIRE(device->start(counter));
    const auto start = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    device->stop();
    const double elapsed_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    // It never runs ahead; how far a busy machine lets it fall behind is not ours to say.
    CHECK(counter.frames <= elapsed_s * 44100.0 + 2 * 441);
    CHECK(counter.frames >= 441);
    CHECK_FALSE(device->failure());
}

}  // namespace burnish::test
