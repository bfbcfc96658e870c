#include "mixing/reference_match.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/decibels.h"
#include "mastering/reference.h"
#include "tests/mixing/band.h"
#include "tests/mixing/made_up_voice.h"

namespace burnish::test {
namespace {

/// A track with these levels below 700 Hz and above, and a side this far under the mid.
TrackAnalysis track_of(double dark_db, double bright_db, double side_mid_db = -10.0) {
    TrackAnalysis track;
    track.sample_rate_hz = 48000.0;
    track.channels = 2.0;
    track.side_mid_db = side_mid_db;
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
        track.third_octave.mid_mean_db[band] = band < 15 ? dark_db : bright_db;
        track.third_octave.side_mid_db[band] = side_mid_db;
    }
    return track;
}

ReferenceAim aim_at(const TrackAnalysis& track) {
    const std::vector<Reference> references{{.name = "hit.flac", .sound = {.whole = track, .passages = track}}};
    return aim_of(references, false);
}

/// What the loudest passages of a sound are like.
TrackAnalysis heard(const AudioBuffer& audio) {
    MemorySource source(audio, band_rate_hz);
    auto sound = measure_reference(source, false, [](double) { return true; });
    REQUIRE(sound.ok());
    return sound->passages;
}

/// A dark and a bright voice in the centre, and two of middle pitch at the sides.
struct Stage {
    std::vector<Voice> voices{
        made_up_voice({1, 1, 1, 1, 1, 0, 0, 0, 0, 0}), made_up_voice({0, 0, 0, 0, 0, 1, 1, 1, 1, 1}),
        made_up_voice({0, 0, 0, 0, 1, 1, 0, 0, 0, 0}), made_up_voice({0, 0, 0, 0, 1, 1, 0, 0, 0, 0})};
    Balance balance{.gains_db = std::vector<double>(4), .reasons = std::vector<std::string>(4)};
    Panorama panorama{.pans = {0.0, 0.0, -0.4, 0.4}, .reasons = std::vector<std::string>(4)};
};

}  // namespace

// Lower octaves weigh 1/3 + 0.867 + 3, upper 4 + 0.6; 4 dB more in the upper ones are +1.909 and -2.091 about the mean.
TEST_CASE("what a tone misses is told by octaves, whatever the level", "[mixing][reference]") {
    const auto missing = tone_missing_by_octaves(aim_at(track_of(-20.0, -16.0)), track_of(-35.0, -35.0));
    for (std::size_t f = 0; f < octave_count; ++f)
        CHECK(missing.gain_db[f] == Approx(f < 5 ? -2.091 : 1.909).margin(0.001));
    CHECK(missing.weight[0] == Approx(1.0 / 3.0).margin(0.001));
    CHECK(missing.weight[5] == Approx(1.0));
    CHECK(distance_db(missing) == Approx((4.2 * 2.091 + 4.6 * 1.909) / 8.8).margin(0.001));
    CHECK(distance_db(tone_missing_by_octaves(aim_at(track_of(-20.0, -16.0)), track_of(-9.0, -5.0))) ==
          Approx(0.0).margin(1e-9));
}

// In one octave a side as strong as the mid doubles the power, 3 dB; the other octaves have none of it.
TEST_CASE("the side counts towards the tone", "[mixing][reference]") {
    auto wide = track_of(-20.0, -20.0, -300.0);
    for (std::size_t band = 18; band < 21; ++band) wide.third_octave.side_mid_db[band] = 0.0;
    const auto missing = tone_missing_by_octaves(aim_at(track_of(-20.0, -20.0, -35.0)), wide);
    CHECK(missing.gain_db[6] - missing.gain_db[5] == Approx(-3.01).margin(0.01));
}

TEST_CASE("what is empty in the mix or its references has no say", "[mixing][reference]") {
    auto dull = track_of(-20.0, -16.0);
    for (std::size_t band = 27; band < 30; ++band) dull.third_octave.mid_mean_db[band] = -110.0;
    for (const auto& missing : {tone_missing_by_octaves(aim_at(dull), track_of(-20.0, -20.0)),
                                tone_missing_by_octaves(aim_at(track_of(-20.0, -20.0)), dull)}) {
        CHECK(missing.weight[9] == 0.0);
        CHECK(missing.gain_db[9] == 0.0);
        CHECK(missing.weight[8] > 0.9);
    }
}

TEST_CASE("a wish is capped as the tone of a master is", "[mixing][reference]") {
    Target target;
    CHECK(wish_of(aim_at(track_of(-40.0, -10.0)), track_of(-20.0, -20.0), target, "").tone.gain_db[7] == 6.0);
    target.aim.tone_cap_db = 3.0;
    CHECK(wish_of(aim_at(track_of(-40.0, -10.0)), track_of(-20.0, -20.0), target, "").tone.gain_db[2] == -3.0);
}

// With all that sounds panned to p, the side is sin^2(pi p / 4) of the power and the mid the rest: side over mid is
// tan^2(pi p / 4).
TEST_CASE("pans go out or in until the width is the references'", "[mixing][reference]") {
    const auto side_mid_db = [](double pan) { return 20.0 * std::log10(std::tan(std::numbers::pi * pan / 4.0)); };
    std::vector<Voice> voices(2, made_up_voice({0, 0, 0, 0, 1, 1, 1, 0, 0, 0}));
    const std::vector<double> gains_db{0.0, 0.0}, pans{-0.5, 0.5};
    const auto factor = [&](double pan) {
        return width_towards(side_mid_db(pan), side_mid_db(0.5), voices, gains_db, pans);
    };
    for (const double pan : {0.3, 0.45, 0.5, 0.6, 0.7}) CHECK(factor(pan) == Approx(pan / 0.5));
    CHECK(factor(0.01) == 0.5);
    CHECK(factor(0.99) == 1.5);
    // One that is locked leaves it all to the other: 2 sin^2(0.15 pi) - sin^2(0.125 pi) is the sine squared at 0.69.
    voices[0].has_pan_lock = true;
    CHECK(factor(0.6) == Approx(1.38));
    voices[1].is_mono = false;
    CHECK(factor(0.6) == 1.0);
}

TEST_CASE("a mix follows its references as far as it is told to", "[mixing][reference]") {
    const auto aim = aim_at(track_of(-22.0, -18.0, -12.0));
    const auto sum = track_of(-20.0, -20.0, -16.0);
    const auto follow = [&](double tone, double width, BalanceMode mode = BalanceMode::automatic) {
        Target target;
        target.aim.tone_percent = tone;
        target.aim.width_percent = width;
        Stage stage;
        follow_references(wish_of(aim, sum, target, "hit.flac"), stage.voices, mode, stage.balance, stage.panorama);
        return stage;
    };
    const auto all = follow(100.0, 100.0);
    CHECK(all.balance.gains_db[0] < -1.0);
    CHECK(all.balance.gains_db[1] > 1.0);
    CHECK_THAT(all.balance.reasons[1], Catch::Contains("dB towards the tone of the references"));
    CHECK(all.panorama.pans[3] > 0.45);
    CHECK(all.panorama.pans[2] == -all.panorama.pans[3]);
    CHECK(all.panorama.pans[0] == 0.0);
    CHECK_THAT(all.panorama.reasons[3], Catch::Contains("% width: the side of the mix is 16.0 dB under its mid, in "
                                                        "hit.flac 12.0 dB"));

    const auto half = follow(50.0, 50.0);
    CHECK(half.balance.gains_db[1] == Approx(0.5 * all.balance.gains_db[1]));
    CHECK(half.panorama.pans[3] - 0.4 == Approx(0.5 * (all.panorama.pans[3] - 0.4)).margin(0.001));

    const auto off = follow(0.0, 0.0);
    CHECK(off.balance.gains_db == Stage().balance.gains_db);
    CHECK(off.balance.reasons == Stage().balance.reasons);
    CHECK(off.panorama.pans == Stage().panorama.pans);
    CHECK(off.panorama.reasons == Stage().panorama.reasons);

    const auto kept = follow(100.0, 100.0, BalanceMode::keep);
    CHECK(kept.balance.gains_db == Stage().balance.gains_db);
    CHECK(kept.panorama.pans == all.panorama.pans);
}

TEST_CASE("a mono reference says nothing of the width", "[mixing][reference]") {
    auto mono = track_of(-20.0, -20.0, -60.0);
    mono.channels = 1.0;
    CHECK(wish_of(aim_at(mono), track_of(-20.0, -20.0), {}, "").width_amount == 0.0);
    CHECK(wish_of(aim_at(track_of(-20.0, -20.0)), track_of(-20.0, -20.0), {}, "").width_amount == 1.0);
}

// The reference is the same band under other faders, with nothing of the desk: what the mix is to sound like is known.
TEST_CASE("the sum of a mix comes nearer to its reference, and stays where it is that already", "[mixing][reference]") {
    const Rehearsal rehearsal(small_band());
    const auto plan = rehearsal.plan();
    const auto before = heard(rehearsal.mix(plan.settings));

    auto brighter = plan.settings;
    for (auto& strip : brighter.strips)
        if (strip.name != "Kick" && strip.name != "Bass") strip.settings.fader.gain_db += 3.0;
    const auto aim = aim_at(heard(rehearsal.mix(brighter)));
    const auto followed = rehearsal.plan({.reference = wish_of(aim, before, {}, "hit.flac")});
    const auto after = heard(rehearsal.mix(followed.settings));
    const double before_db = distance_db(tone_missing_by_octaves(aim, before));
    const double after_db = distance_db(tone_missing_by_octaves(aim, after));
    INFO(before_db << " -> " << after_db);
    CHECK(before_db > 1.0);
    CHECK(after_db < 0.5 * before_db);
    for (const auto& strip : followed.settings.strips) {
        const double moved_db =
            strip.settings.fader.gain_db - Rehearsal::strip(plan, strip.name).settings.fader.gain_db;
        INFO(strip.name << " " << moved_db);
        CHECK(std::abs(moved_db) <= 2.5);  // cuts against masking are made up for, too
    }

    // Its own sum, at another level.
    auto softer = plan.settings;
    softer.sum.gain_db = -7.0;
    const auto own = aim_at(heard(rehearsal.mix(softer)));
    const auto same = rehearsal.plan({.reference = wish_of(own, before, {}, "own.wav")});
    for (const auto& strip : same.settings.strips) {
        const auto& fader = Rehearsal::strip(plan, strip.name).settings.fader;
        CHECK(strip.settings.fader.gain_db == Approx(fader.gain_db).margin(0.1));
        CHECK(strip.settings.fader.pan == Approx(fader.pan).margin(0.011));
    }
}

}  // namespace burnish::test
