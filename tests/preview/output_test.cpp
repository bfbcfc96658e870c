#include "preview/output.h"

#include <catch2/catch.hpp>

#include "tests/preview/rig.h"
#include "tests/preview/servers.h"

namespace burnish::test {
namespace {

/// A device that does as the test says.
class FickleDevice final : public AudioDevice {
public:
    enum class Mood { starts, refuses, goes_away };
    explicit FickleDevice(Mood mood) : mood_(mood) {}

    [[nodiscard]] const DeviceFacts& facts() const override { return facts_; }
    [[nodiscard]] Status start(FrameSource&) override {
        if (mood_ == Mood::refuses) return Error{ErrorCode::output, "fickle: is busy"};
        return success();
    }
    void stop() noexcept override {}
    [[nodiscard]] int xruns() const noexcept override { return 3; }
    [[nodiscard]] std::optional<std::string> failure() override {
        if (mood_ == Mood::goes_away) return "fickle: has gone";
        return std::nullopt;
    }

private:
    Mood mood_;
    DeviceFacts facts_{.api = "fickle", .name = "", .sample_rate_hz = 48000.0, .channels = 2, .buffer_frames = 128};
};

}  // namespace

TEST_CASE("a device that does not start or goes away leaves a clock, its xruns and a way back", "[preview][device]") {
    using Mood = FickleDevice::Mood;
    for (const auto mood : {Mood::refuses, Mood::goes_away}) {
        Session session(track_of(framed_music(1.0)), memory_services());
        Output output(session);
        const auto started = output.play_through(std::make_unique<FickleDevice>(mood));
        if (mood == Mood::refuses) {
            REQUIRE_FALSE(started);
            CHECK(started.error().message == "fickle: is busy");
        } else {
            REQUIRE(started);
            CHECK_FALSE(output.is_lost());
            session.play(true);
            CHECK(output.watch() == "fickle: has gone");
            CHECK_FALSE(session.controls().playing);
        }
        CHECK(output.is_lost());
        CHECK(output.facts().api == "null");
        CHECK(output.xruns() == 3);
        CHECK_FALSE(output.watch());
        const double then_s = output.played_s();
        CHECK(comes_true(10.0, [&] { return output.played_s() > then_s; }));
        CHECK(output.play_through(std::make_unique<FickleDevice>(Mood::starts)));
        CHECK_FALSE(output.is_lost());
        CHECK(output.facts().api == "fickle");
    }
}

}  // namespace burnish::test
