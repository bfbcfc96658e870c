#include <catch2/catch.hpp>

#include <cstring>

#include "preview/mix_rendering.h"
#include "tests/mixing/band.h"
#include "tests/preview/rig.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/referees.h"

// The preview of stems: A is their plain sum, B the mix.

namespace burnish::test {
namespace {

std::shared_ptr<const StemSet> set_of(const std::vector<Part>& parts) {
    std::vector<std::unique_ptr<MemorySource>> sources;
    std::vector<Stem> stems;
    for (const auto& part : parts) {
        sources.push_back(std::make_unique<MemorySource>(part.audio, band_rate_hz));
        stems.push_back({part.name, sources.back().get(), part.start_s, part.wish});
    }
    auto set = load_stems("band", stems, band_rate_hz, memory_services(), [](double) { return true; });
    REQUIRE(set);
    return *set;
}

/// A small band, one part of it late and one in stereo.
std::vector<Part> parts_of_band() {
    auto parts = small_band();
    parts[3].start_s = 0.5;
    AudioBuffer wide(2, parts[4].audio.frames());
    for (int n = 0; n < wide.frames(); ++n) {
        wide.channel(0)[n] = parts[4].audio.channel(0)[n];
        wide.channel(1)[n] = 0.5F * parts[4].audio.channel(0)[n];
    }
    parts[4].audio = wide;
    return parts;
}

MixRequest request_with(std::vector<StemChange> changes) {
    MixRequest request;
    request.predictor = expected_by_rules;
    request.target.balance = BalanceMode::rules;
    request.changes = std::move(changes);
    return request;
}

class Band {
public:
    explicit Band(const std::vector<Part>& parts) : session(set_of(parts), memory_services()) { (void)play(0.01); }

    void want(std::vector<StemChange> changes = {}) {
        session.want(request_with(std::move(changes)));
        session.wait_until_settled();
    }
    [[nodiscard]] AudioBuffer play(double seconds) {
        AudioBuffer out(2, static_cast<int>(std::lround(seconds * band_rate_hz)));
        for (int first = 0; first < out.frames(); first += 256) {
            session.wait_for_decks();
            session.player().render(out.view().part(first, std::min(256, out.frames() - first)));
        }
        return out;
    }
    /// What one hears from a place on, once all has settled there.
    [[nodiscard]] AudioBuffer listen(Heard heard, double from_s, double seconds) {
        session.listen_to(heard);
        session.seek_to(from_s);
        session.play(true);
        (void)play(0.1);
        session.seek_to(from_s);
        return play(seconds);
    }

    Session session;
};

constexpr int fade_frames = 640;  // 20 ms: a jump's crossfade is through

}  // namespace

// A stem of mono feeds both sides at -3 dB.
TEST_CASE("A of stems is their plain sum, each from its own start on", "[preview][stems]") {
    const auto parts = parts_of_band();
    Band band(parts);
    band.session.set_matched(false);
    const auto heard = band.listen(Heard::original, 0.4, 1.0);
    const int first = static_cast<int>(0.4 * band_rate_hz);
    for (int n = fade_frames; n < heard.frames(); ++n)
        for (int c = 0; c < 2; ++c) {
            double sum = 0.0;
            for (const auto& part : parts) {
                const int at = first + n - static_cast<int>(part.start_s * band_rate_hz);
                if (at < 0 || at >= part.audio.frames()) continue;
                const bool is_mono = part.audio.channels() == 1;
                sum += (is_mono ? std::sqrt(0.5) : 1.0) * double{part.audio.channel(is_mono ? 0 : c)[at]};
            }
            REQUIRE(heard.channel(c)[n] == Approx(sum).margin(1e-5));
        }
}

TEST_CASE("B of stems is the offline mix to the bit, with and without the listener's faders", "[preview][stems]") {
    const auto parts = parts_of_band();
    Band band(parts);
    band.session.set_matched(false);
    const Rehearsal offline(parts);
    const auto expect = [&](const MixSettings& settings, bool is_untouched) {
        auto mixdown = offline.session->mix(settings, false, nullptr);
        REQUIRE(mixdown);
        GainedSource sound(*mixdown->audio, mixdown->settings.sum.gain_db);
        REQUIRE(sound.rewind());
        if (is_untouched) CHECK(band.session.mix_sheet().mix_lufs == Approx(mixdown->integrated_lufs).margin(0.02));
        AudioBuffer all(2, static_cast<int>(sound.info().frames));
        for (int done = 0; done < all.frames();) {
            const auto got = sound.read(all.view().part(done, all.frames() - done));
            REQUIRE(got);
            REQUIRE(*got > 0);
            done += *got;
        }
        const auto heard = band.listen(Heard::master, 2.0, 1.0);
        CHECK(band.session.player().state().exact);
        const int first = static_cast<int>(2.0 * band_rate_hz);
        for (int n = fade_frames; n < heard.frames(); ++n)
            for (int c = 0; c < 2; ++c) REQUIRE(heard.channel(c)[n] == all.channel(c)[first + n]);
    };
    band.want();
    const auto planned = band.session.mix_sheet().plan.settings;
    CHECK(planned.sum.gain_db != 0.0);
    expect(planned, true);

    std::vector<StemChange> changes(parts.size());
    changes[2].gain_db = 3.0;
    changes[5].mute = true;
    band.want(changes);
    const auto changed = band.session.mix_sheet().plan.settings;
    CHECK(changed.strips[2].settings.fader.gain_db == planned.strips[2].settings.fader.gain_db + 3.0);
    CHECK(changed.strips[5].mute);
    CHECK(changed.sum.gain_db == planned.sum.gain_db);
    expect(changed, false);
}

// The mix is longer than its stems by its longest reverberation.
TEST_CASE("B of stems rings on to the end of the mix, and then it is over", "[preview][stems]") {
    const auto parts = parts_of_band();
    Band band(parts);
    auto& session = band.session;
    session.set_matched(false);
    const double stems_s = session.duration_s();
    CHECK(stems_s == band_seconds + 0.5);
    band.want();
    const auto mix = Rehearsal(parts).mix(session.mix_sheet().plan.settings);
    const double mix_s = mix.frames() / band_rate_hz;
    REQUIRE(mix_s > stems_s + 0.5);
    CHECK(session.duration_s() == mix_s);
    REQUIRE(session.master_sound());
    CHECK(session.master_sound()->overview.duration_s == mix_s);
    CHECK(session.track().overview.duration_s == stems_s);
    const auto frame_of = [](double seconds) { return static_cast<int>(std::lround(seconds * band_rate_hz)); };
    for (const double from_s : {stems_s - 0.3, stems_s + 0.2}) {
        const auto heard = band.listen(Heard::master, from_s, mix_s - from_s + 0.1);
        float loudest_after_stems = 0.0F;
        for (int n = fade_frames; n < heard.frames(); ++n)
            for (int c = 0; c < 2; ++c) {
                const int at = frame_of(from_s) + n;
                REQUIRE(heard.channel(c)[n] == (at < mix.frames() ? mix.channel(c)[at] : 0.0F));
                if (at >= frame_of(stems_s))
                    loudest_after_stems = std::max(loudest_after_stems, std::abs(heard.channel(c)[n]));
            }
        CHECK(loudest_after_stems > 0.0F);
        CHECK(session.player().state().at_end);
    }
    const auto sum = band.listen(Heard::original, stems_s + 0.1, 0.1);
    for (int n = fade_frames; n < sum.frames(); ++n) REQUIRE(sum.channel(0)[n] == 0.0F);
    session.seek_to(1000.0);
    CHECK(session.position_s() == mix_s);

    // Without reverberation it is over with the stems.
    auto dry = session.mix_sheet().plan.settings;
    for (auto& strip : dry.strips)
        for (const auto send : reverb_sends) strip.settings.fader.*send = send_off_db;
    auto request = request_with({});
    request.fixed = dry;
    session.want(std::move(request));
    session.wait_until_settled();
    CHECK(session.duration_s() == stems_s);
}

TEST_CASE("what is muted is in neither A nor B", "[preview][stems]") {
    const auto parts = parts_of_band();
    Band band(parts);
    band.session.set_matched(false);
    std::vector<StemChange> changes(parts.size());
    for (std::size_t i = 0; i < changes.size(); ++i) changes[i].mute = i != 4;  // the stereo one in solo
    band.want(changes);
    const auto sum = band.listen(Heard::original, 1.0, 0.5);
    const int first = static_cast<int>(1.0 * band_rate_hz);
    for (int n = fade_frames; n < sum.frames(); ++n) REQUIRE(sum.channel(1)[n] == parts[4].audio.channel(1)[first + n]);
    for (auto& change : changes) change.mute = true;
    band.want(changes);
    for (const auto heard : {Heard::original, Heard::master}) {
        const auto silence = band.listen(heard, 1.0, 0.3);
        for (int n = fade_frames; n < silence.frames(); ++n) REQUIRE(silence.channel(0)[n] == 0.0F);
    }
}

TEST_CASE("plain sum and mix are equally loud by libebur128", "[preview][stems][match]") {
    auto parts = parts_of_band();
    for (auto& part : parts) part = louder(part, -12.0);
    Band band(parts);
    band.want();
    band.session.set_loop(Section{1.0, 4.0});
    const auto lufs = [&](Heard heard, bool matched) {
        band.session.set_matched(matched);
        (void)band.listen(heard, 1.0, 3.0);  // once round, until all is in its place
        return ebur128_reading(band.play(3.0), band_rate_hz).integrated_lufs;
    };
    CHECK(std::abs(lufs(Heard::original, false) - lufs(Heard::master, false)) > 1.0);
    CHECK(std::abs(lufs(Heard::original, true) - lufs(Heard::master, true)) < 0.1);
}

TEST_CASE("stems play without allocating, whatever is done to them", "[preview][stems][realtime]") {
    Band band(parts_of_band());
    std::atomic<bool> stop = false;
    std::atomic<std::size_t> allocations = 0;
    std::thread audio([&] {
        AudioBuffer out(2, 128);
        while (!stop) {
            const auto before = allocation_count();
            band.session.player().render(out.view());
            allocations += allocation_count() - before;
            std::this_thread::sleep_for(std::chrono::microseconds(500));
        }
    });
    band.session.play(true);
    std::vector<StemChange> changes(6);
    for (int i = 0; i < 12; ++i) {
        auto& change = changes[static_cast<std::size_t>(i) % changes.size()];
        change.gain_db += 1.0;
        change.mute = i % 3 == 0;
        band.session.want(request_with(changes));
        if (i % 4 == 0) band.session.seek_to(0.2 * i);
        std::this_thread::sleep_for(std::chrono::milliseconds(15));
    }
    band.session.wait_until_settled();
    stop = true;
    audio.join();
    CHECK(allocations == 0);
    CHECK_FALSE(band.session.plan().error);
}

}  // namespace burnish::test
