#include "mastering/loop.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "mastering/master.h"
#include "mastering/rule_predictor.h"
#include "tests/support/memory_audio.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr double rate_hz = 22050.0;

AudioBuffer counting(int frames) {
    AudioBuffer audio(1, frames);
    for (int n = 0; n < frames; ++n) audio.channel(0)[n] = static_cast<float>(n);
    return audio;
}

AudioBuffer rotated(const AudioBuffer& audio, int by) {
    AudioBuffer result(audio.channels(), audio.frames());
    for (int c = 0; c < audio.channels(); ++c)
        std::rotate_copy(audio.channel(c).begin(), audio.channel(c).begin() + by, audio.channel(c).end(),
                         result.channel(c).begin());
    return result;
}

/// Much of everything, at a fixed drive, without dither.
MasterRequest heavy_request() {
    MasterRequest request;
    request.target.normalize = false;
    request.predictor = [](const TrackAnalysis&, const Target&) { return Prediction{}; };
    for (const auto* pin : {"tone.mid_80_hz_db=4", "tone.side_1200_hz_db=3", "multiband.low_ratio=3",
                            "multiband.low_threshold_db=-6", "glue.ratio=3", "glue.threshold_db=-25",
                            "glue.slow_release_amount=1", "saturation.drive_db=6", "limiter.drive_db=8"})
        REQUIRE(request.patch.pin("test", pin).ok());
    request.delivery_bits = 0;
    return request;
}

/// Nothing but the limiter, 8 dB into it.
MasterRequest limiting_request() {
    MasterRequest request;
    request.target.normalize = false;
    request.predictor = [](const TrackAnalysis&, const Target&) { return Prediction{}; };
    REQUIRE(request.patch.pin("test", "limiter.drive_db=8").ok());
    request.delivery_bits = 0;
    return request;
}

AudioBuffer master_of(const AudioBuffer& audio, const LoopPlan& plan, const MasterRequest& request = heavy_request()) {
    MemorySource source(audio, rate_hz);
    MemoryDelivery delivery(audio.channels(), rate_hz);
    LoopedSource looped(source, plan);
    LoopDelivery cut(delivery, plan);
    REQUIRE(master(looped, request, memory_services(), &cut, nullptr).ok());
    return delivery.buffer();
}

AudioBuffer master_of(const AudioBuffer& audio, bool as_loop) {
    if (as_loop) return master_of(audio, plan_loop(rate_hz, audio.frames(), 0, audio.frames()));
    MemorySource source(audio, rate_hz);
    MemoryDelivery delivery(audio.channels(), rate_hz);
    REQUIRE(master(source, heavy_request(), memory_services(), &delivery, nullptr).ok());
    return delivery.buffer();
}

float bend_at(const AudioBuffer& audio, int n) {
    const auto samples = audio.channel(0);
    return std::abs(samples[n + 1] - 2 * samples[n] + samples[n - 1]);
}

/// The bends around a cut beside the largest of two periods of 110 Hz before it and behind it.
float bend_across(const AudioBuffer& audio, int cut) {
    float usual = 0.0F;
    for (int n = 5; n < 400; ++n) usual = std::max({usual, bend_at(audio, cut - n), bend_at(audio, cut + n)});
    return std::max(bend_at(audio, cut - 1), bend_at(audio, cut)) / usual;
}

}  // namespace

// Introduction 0 1 2, loop 3 4 5 6, what follows 7 8.
TEST_CASE("a loop is played over and over between introduction and ending", "[mastering][loop]") {
    MemorySource source(counting(9), rate_hz);
    const LoopPlan plan{.first = 3, .end = 7, .frames = 9, .lead_loops = 2, .tail_loops = 1};
    const std::vector<float> expected{0, 1, 2, 3, 4, 5, 6, 3, 4, 5, 6, 3, 4, 5, 6, 3, 4, 5, 6, 7, 8};
    for (const int piece : {1, 2, 5, 64}) {
        LoopedSource looped(source, plan);
        REQUIRE(looped.rewind().ok());
        REQUIRE(looped.info().frames == 21);
        MemoryDelivery file(1, rate_hz);
        LoopDelivery delivery(file, plan);
        std::vector<float> played;
        AudioBuffer block(1, piece);
        for (;;) {
            const auto got = looped.read(block.view());
            REQUIRE(got.ok());
            if (*got == 0) break;
            played.insert(played.end(), block.channel(0).begin(), block.channel(0).begin() + *got);
            REQUIRE(delivery.write(std::as_const(block).view().part(0, *got)).ok());
        }
        CHECK(played == expected);
        // Kept of it: the file again, frame by frame.
        const auto kept = file.buffer();
        REQUIRE(kept.frames() == 9);
        for (int n = 0; n < 9; ++n) CHECK(kept.channel(0)[n] == static_cast<float>(n));
    }
}

TEST_CASE("a loop has at least 20 s before it and 2 s behind it", "[mastering][loop]") {
    const auto plan = plan_loop(1000.0, 10'000, 2'000, 9'000);
    CHECK(plan.lead_loops == 3);
    CHECK(plan.tail_loops == 1);
    CHECK(at_rate(plan, 1000.0, 1500.0)->end == 13'500);
    CHECK_FALSE(at_rate(plan_loop(1000.0, 999, 0, 999), 1000.0, 1500.0).has_value());
}

// A loop has no start: turned by any number of frames, its master is turned by as many.
TEST_CASE("the master of a turned loop is the turned master of the loop", "[mastering][loop]") {
    const auto loop = toy_music(2.0, rate_hz);
    constexpr int turn = 12345;
    const auto straight = master_of(loop, true);
    const auto turned = master_of(rotated(loop, turn), true);
    REQUIRE(straight.frames() == loop.frames());
    CHECK(null_depth_db(rotated(straight, turn), turned) < -80.0);
    // Without the loop it would show where the file starts.
    CHECK(null_depth_db(rotated(master_of(loop, false), turn), master_of(rotated(loop, turn), false)) > -40.0);
}

// 110 Hz make 220 whole periods in 2 s: the step from the last frame to the first is one of the sine's own.
TEST_CASE("a seamless tone stays seamless", "[mastering][loop]") {
    const auto out = master_of(sine(110.0, 0.5, 2.0, rate_hz), true);
    for (int c = 0; c < 2; ++c) {
        const auto samples = out.channel(c);
        float largest = 0.0F;
        float largest_bend = 0.0F;
        for (std::size_t n = 2; n < samples.size(); ++n) {
            largest = std::max(largest, std::abs(samples[n] - samples[n - 1]));
            largest_bend = std::max(largest_bend, std::abs(samples[n] - 2 * samples[n - 1] + samples[n - 2]));
        }
        CHECK(std::abs(samples.front() - samples.back()) <= largest);
        CHECK(std::abs(samples[1] - 2 * samples.front() + samples.back()) <= 1.01F * largest_bend);
    }
}

// A soft tone of 110 Hz, 330 whole periods; then 220 that swell in the middle and come back, slower than the compressor
// lets go: it is still down where the loop begins anew, and was not where the introduction ended.
TEST_CASE("an introduction leads into its loop without a step", "[mastering][loop]") {
    constexpr int first = 66'150;
    constexpr int frames = first + 44'100;
    auto audio = sine(110.0, 0.05, 5.0, rate_hz);
    REQUIRE(audio.frames() == frames);
    for (int n = first; n < frames; ++n) {
        const double swell = std::pow(std::sin(M_PI * (n - first) / (frames - first)), 2);
        for (int c = 0; c < 2; ++c) audio.channel(c)[n] *= static_cast<float>(1.0 + 15.0 * swell);
    }
    const auto plan = plan_loop(rate_hz, frames, first, frames);
    auto unblended = plan;
    unblended.blend_frames = 0;
    const auto cut = master_of(audio, unblended);
    const auto led = master_of(audio, plan);
    REQUIRE(led.frames() == frames);
    CHECK(bend_across(cut, first) > 5.0F);
    CHECK(bend_across(led, first) < 1.1F);
    // Nothing but half a second of the introduction has changed.
    for (int n = 0; n < frames; ++n)
        if (n < first - plan.blend_frames || n >= first) REQUIRE(led.channel(0)[n] == cut.channel(0)[n]);
    CHECK(plan.blend_frames == 11'025);
}

// A tone of 110 Hz, 220 whole periods, then 110 that are four times as high within 5 ms: the limiter lets go of the
// loop before the ending comes, and not before the loop comes again. The joint lies on a crest, where a step is one.
TEST_CASE("a loop leads into its ending without a step", "[mastering][loop]") {
    constexpr int end = 44'100;
    constexpr int frames = end + 22'050;
    AudioBuffer audio(2, frames);
    for (int n = 0; n < frames; ++n) {
        const double rise = std::clamp((n - end) / (0.005 * rate_hz), 0.0, 1.0);
        const double level = 0.2 * (1.0 + 3.0 * std::pow(std::sin(0.5 * M_PI * rise), 2));
        for (int c = 0; c < 2; ++c)
            audio.channel(c)[n] = static_cast<float>(level * std::cos(2.0 * M_PI * 110.0 * (n - end) / rate_hz));
    }
    const auto plan = plan_loop(rate_hz, frames, 0, end);
    CHECK(plan.exit_frames == 441);
    CHECK(plan_loop(rate_hz, end + 100, 0, end).exit_frames == 100);
    CHECK(plan_loop(rate_hz, end, 0, end).exit_frames == 0);
    auto unled = plan;
    unled.exit_frames = 0;
    const auto cut = master_of(audio, unled, limiting_request());
    const auto led = master_of(audio, plan, limiting_request());
    REQUIRE(led.frames() == frames);
    CHECK(bend_across(audio, end) < 1.1F);
    CHECK(bend_across(cut, end) > 20.0F);
    CHECK(bend_across(led, end) < 1.1F);
    // Nothing but 20 ms of the ending has changed, and no peak has come to stand above the others.
    float highest = 0.0F;
    for (const float sample : cut.channel(0)) highest = std::max(highest, std::abs(sample));
    for (int n = 0; n < frames; ++n) {
        REQUIRE(std::abs(led.channel(0)[n]) <= highest);
        if (n < end || n >= end + plan.exit_frames) REQUIRE(led.channel(0)[n] == cut.channel(0)[n]);
    }
}

}  // namespace burnish::test
