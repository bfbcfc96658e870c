#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/decibels.h"
#include "mastering/patch.h"
#include "mixing/panning.h"
#include "mixing/reopening.h"
#include "mixing/rounding.h"
#include "mixing/treatment.h"
#include "mixing/variant_choice.h"
#include "tests/mixing/band.h"

namespace burnish::test {
namespace {

std::vector<Voice> voices_in(const Rehearsal& rehearsal) {
    const auto& session = *rehearsal.session;
    return voices_of(session.stems(), session.measures(), roles_of(session.stems(), session.measures()));
}

const Voice& voice_named(const std::vector<Voice>& voices, const std::string& name) {
    const auto found = std::ranges::find(voices, name, &Voice::name);
    REQUIRE(found != voices.end());
    return *found;
}

/// Gains of one voice less the mean of all: what the balance of it has moved by.
double moved_db(const MixPlan& plan, const std::string& name) {
    double mean = 0.0;
    for (const auto& strip : plan.settings.strips) mean += strip.settings.fader.gain_db;
    return Rehearsal::strip(plan, name).settings.fader.gain_db -
           mean / static_cast<double>(plan.settings.strips.size());
}

std::vector<Part> as_loud_as_they_go(std::vector<Part> parts, double peak) {
    for (auto& part : parts) {
        float top = 0.0F;
        for (const float sample : part.audio.channel(0)) top = std::max(top, std::abs(sample));
        part = louder(part, gain_to_db(peak / top));
    }
    return parts;
}

}  // namespace

TEST_CASE("a balance that works moves by a decibel at most", "[mixing][balance]") {
    const auto plan = Rehearsal(small_band()).plan();
    CHECK(plan.balance_kept);
    for (const auto& strip : plan.settings.strips) {
        INFO(strip.name);
        CHECK(std::abs(moved_db(plan, strip.name)) <= 1.0);
        CHECK(strip.settings.compressor.ratio == 1.0);
    }
}

TEST_CASE("levels that nobody set are set by role, and what is expected comes of it", "[mixing][balance]") {
    auto parts = small_band();
    const double off_db[] = {-9.0, 9.0, -8.0, 9.0, -9.0, 8.0};
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = louder(parts[i], off_db[i]);
    const Rehearsal rehearsal(parts);
    const auto voices = voices_in(rehearsal);
    const auto expected = expected_by_rules(voices);
    const auto mended = balance(voices, expected, BalanceMode::automatic);
    CHECK_FALSE(mended.kept);
    // Whatever the common level, departures from what is expected shrink.
    const auto spread = [&](const std::vector<double>& gains_db) {
        double mean = 0.0, square = 0.0;
        for (std::size_t i = 0; i < voices.size(); ++i) mean += voices[i].lufs + gains_db[i] - expected[i].loudness_lu;
        mean /= static_cast<double>(voices.size());
        for (std::size_t i = 0; i < voices.size(); ++i)
            square += std::pow(voices[i].lufs + gains_db[i] - expected[i].loudness_lu - mean, 2.0);
        return std::sqrt(square / static_cast<double>(voices.size()));
    };
    const double as_it_came = spread(std::vector<double>(voices.size()));
    CHECK(spread(mended.gains_db) < 0.5 * as_it_came);
    const auto anew = balance(voices, expected, BalanceMode::rules);
    CHECK(spread(anew.gains_db) <= spread(mended.gains_db));
    // The wilder the levels, the less they say, and the less of them is left: here they are out by twice as much.
    auto wild = voices;
    std::vector<double> more_db;
    for (std::size_t i = 0; i < wild.size(); ++i) {
        more_db.push_back(voices[i].lufs - expected[i].loudness_lu);
        wild[i].lufs += more_db[i];
    }
    auto left_db = balance(wild, expected, BalanceMode::rules).gains_db;
    for (std::size_t i = 0; i < wild.size(); ++i) left_db[i] += more_db[i];
    CHECK(spread(left_db) / (2.0 * as_it_came) < spread(anew.gains_db) / as_it_came);
    const auto kept = balance(voices, expected, BalanceMode::keep);
    CHECK(std::ranges::all_of(kept.gains_db, [](double gain) { return gain == 0.0; }));
}

TEST_CASE("stems that each are as loud as they go are no balance", "[mixing][balance]") {
    const auto parts = as_loud_as_they_go(small_band(), 0.7);
    const auto plan = Rehearsal(parts).plan();
    CHECK_FALSE(plan.balance_kept);
    CHECK(plan.kept_chance == 0.0);

    // Such levels say nothing: what is expected comes of them, all of it.
    const Rehearsal rehearsal(parts);
    const auto voices = voices_in(rehearsal);
    const auto expected = expected_by_rules(voices);
    const auto found = balance(voices, expected, BalanceMode::automatic);
    const double level = voices[0].lufs + found.gains_db[0] - expected[0].loudness_lu;
    for (std::size_t i = 0; i < voices.size(); ++i)
        CHECK(voices[i].lufs + found.gains_db[i] - expected[i].loudness_lu == Approx(level).margin(0.5));
}

TEST_CASE("one of them turned down does not make a balance of stems that are as loud as they go", "[mixing][balance]") {
    const auto parts = as_loud_as_they_go(small_band(), 0.9);
    for (const double less_db : {-2.0, -6.0, -20.0}) {
        auto turned = parts;
        turned[3] = louder(turned[3], less_db);
        const auto plan = Rehearsal(turned).plan();
        CHECK_FALSE(plan.balance_kept);
        CHECK(Rehearsal::strip(plan, "Keys").settings.fader.gain_db ==
              Approx(Rehearsal::strip(Rehearsal(parts).plan(), "Keys").settings.fader.gain_db - less_db).margin(1.5));
    }
}

// Libraries of stems come so.
TEST_CASE("stems brought to one loudness or one root mean square are no balance, at any level", "[mixing][balance]") {
    auto parts = small_band();
    const Rehearsal as_recorded(parts);
    for (const auto level : {&TrackAnalysis::integrated_lufs, &TrackAnalysis::rms_db}) {
        auto alike = parts;
        for (std::size_t i = 0; i < parts.size(); ++i)
            alike[i] = louder(parts[i], -30.0 - as_recorded.session->measures()[i].track.*level);
        CHECK(Rehearsal(alike).plan().kept_chance == 0.0);
        alike[2] = louder(alike[2], -3.0);
        CHECK(Rehearsal(alike).plan().kept_chance == 0.0);
        for (std::size_t i = 0; i < parts.size(); ++i) alike[i] = louder(alike[i], 2.0 * static_cast<double>(i % 3));
        CHECK(Rehearsal(alike).plan().kept_chance > 0.0);
    }
}

TEST_CASE("a stem that cannot be heard in a balance that works is brought back", "[mixing][balance]") {
    auto parts = small_band();
    parts[3] = louder(parts[3], -26.0);
    const auto plan = Rehearsal(parts).plan({.balance = BalanceMode::automatic});
    REQUIRE(plan.balance_kept);
    CHECK(plan.brought_back == 1);
    CHECK(Rehearsal::strip(plan, "Keys").settings.fader.gain_db > 12.0);
}

TEST_CASE("a stem shorter than a gating block is heard", "[mixing][measures]") {
    auto parts = small_band();
    const auto& snare_sound = parts[1].audio.channel(0);
    const auto hit = std::ranges::find_if(snare_sound, [](float x) { return std::abs(x) > 0.01F; });
    AudioBuffer shot(1, static_cast<int>(0.3 * band_rate_hz));
    std::copy_n(hit, shot.frames(), shot.channel(0).begin());
    parts[1].audio = std::move(shot);
    const auto plan = Rehearsal(parts).plan();
    const auto snare = std::ranges::find(plan.stems, "Snare", &StemPlan::name);
    CHECK_FALSE(snare->is_silent);
    CHECK(snare->lufs > -60.0);
    CHECK_FALSE(snare->decisions.empty());
}

// Two voices are unusual by as much as may be meant; a session of ten has more to go by, and less doubt.
TEST_CASE("a balance that is kept moves by its doubts, and no voice by more than one LU", "[mixing][balance]") {
    std::array<TrackAnalysis, 10> tracks{};
    const auto session = [&](std::size_t count, double off_lu) {
        std::vector<Voice> voices(count);
        for (std::size_t i = 0; i < count; ++i) {
            voices[i].role = {Role::keys, 0.9, ""};
            voices[i].is_mono = false;
            voices[i].lufs = -20.0 + (i % 2 == 0 ? off_lu : -off_lu);
            tracks[i].integrated_lufs = voices[i].lufs;
            tracks[i].sample_peak_db = voices[i].lufs + 10.0 + static_cast<double>(i);
            voices[i].track = &tracks[i];
            voices[i].cells.loudness.assign(50, static_cast<float>(db_to_power(voices[i].lufs)));
        }
        return voices;
    };
    const std::vector<Expectation> expected(10, {0.0, 3.0});
    double before = 0.0;
    for (const double off_lu : {1.0, 2.0, 3.0, 4.0, 4.5}) {
        const auto voices = session(10, off_lu);
        const auto found = balance(voices, expected, BalanceMode::automatic);
        if (!found.kept) continue;
        const auto came = relative_lufs(voices, std::vector<double>(voices.size()));
        const auto left = relative_lufs(voices, found.gains_db);
        for (std::size_t i = 0; i < voices.size(); ++i) {
            INFO(off_lu << " LU, voice " << i);
            CHECK(std::abs(left[i] - came[i]) <= 1.0);
            CHECK(found.gains_db[i] * (i % 2 == 0 ? -1.0 : 1.0) >= 0.0);
        }
        CHECK(found.gains_db[1] >= before);
        before = found.gains_db[1];
    }
    CHECK(before > 0.25);
    CHECK_FALSE(balance(session(10, 9.0), expected, BalanceMode::automatic).kept);
}

TEST_CASE("what the user locks stays, and presence shifts what is expected", "[mixing][balance]") {
    auto parts = small_band();
    parts[1].wish.gain_db = -4.5;
    parts[4].wish.pan = 0.3;
    parts[5].wish.mute = true;
    const auto plan = Rehearsal(parts).plan({.balance = BalanceMode::rules});
    CHECK(Rehearsal::strip(plan, "Snare").settings.fader.gain_db == -4.5);
    CHECK(Rehearsal::strip(plan, "Guitar").settings.fader.pan == 0.3);
    CHECK(Rehearsal::strip(plan, "Lead Vocal").mute);

    auto front = small_band();
    const auto usual = Rehearsal(front).plan({.balance = BalanceMode::rules});
    front[3].wish.presence = Presence::lead;
    const auto lead = Rehearsal(front).plan({.balance = BalanceMode::rules});
    // 2.5 LU more are expected of a lead; it gets there as far as its level is believed to be an accident.
    CHECK(moved_db(lead, "Keys") - moved_db(usual, "Keys") > 1.0);
}

TEST_CASE("lows and leads stand in the centre, the rest in balance", "[mixing][pan]") {
    auto parts = small_band();
    auto second = part_named(parts, "Guitar");
    // Another take: the same part, a beat later.
    second.name = "Guitar 2";
    std::rotate(second.audio.channel(0).begin(), second.audio.channel(0).begin() + 3000, second.audio.channel(0).end());
    parts.push_back(second);
    const Rehearsal rehearsal(parts);
    const auto plan = rehearsal.plan();
    for (const auto* name : {"Kick", "Snare", "Bass", "Lead Vocal"})
        CHECK(Rehearsal::strip(plan, name).settings.fader.pan == 0.0);
    const double one = Rehearsal::strip(plan, "Guitar").settings.fader.pan;
    const double two = Rehearsal::strip(plan, "Guitar 2").settings.fader.pan;
    CHECK(one * two < 0.0);
    CHECK(std::abs(one) > 0.1);
    const auto mix = rehearsal.mix(plan.settings);
    const auto power = [&](int c) {
        double sum = 0.0;
        for (const float x : mix.channel(c)) sum += double{x} * x;
        return sum;
    };
    CHECK(std::abs(power_to_db(power(0) / power(1))) < 0.5);
}

TEST_CASE("pan keeps the power, and mono stems their loudness", "[mixing][pan]") {
    for (const double position : {-1.0, -0.4, 0.0, 0.7, 1.0}) {
        const auto gains = pan_gains(position);
        CHECK(gains[0] * gains[0] + gains[1] * gains[1] == Approx(2.0));
    }
    CHECK(pan_gains(-1.0)[1] == Approx(0.0).margin(1e-12));
    CHECK(pan_gains(0.0)[0] == 1.0);
}

TEST_CASE("stereo stems are left where they are", "[mixing][pan]") {
    auto parts = small_band();
    AudioBuffer wide(2, parts[3].audio.frames());
    for (int n = 0; n < wide.frames(); ++n) {
        wide.channel(0)[n] = parts[3].audio.channel(0)[n];
        wide.channel(1)[n] = 0.6F * parts[4].audio.channel(0)[n];
    }
    parts[3].audio = wide;
    const auto plan = Rehearsal(parts).plan();
    CHECK(Rehearsal::strip(plan, "Keys").settings.fader.pan == 0.0);
}

TEST_CASE("the sides of a pair go apart and are treated alike", "[mixing][pan]") {
    auto parts = small_band();
    auto left = part_named(parts, "Guitar");
    auto right = left;
    left.name = "Nylon L";
    right.name = "Nylon R";
    std::rotate(right.audio.channel(0).begin(), right.audio.channel(0).begin() + 700, right.audio.channel(0).end());
    right = louder(right, -3.0);
    parts.push_back(right);
    parts.push_back(left);
    const auto plan = Rehearsal(parts).plan({.balance = BalanceMode::rules});
    const auto& l = Rehearsal::strip(plan, "Nylon L").settings;
    const auto& r = Rehearsal::strip(plan, "Nylon R").settings;
    CHECK(l.fader.pan == -pair_pan);
    CHECK(r.fader.pan == pair_pan);
    CHECK(l.fader.gain_db == r.fader.gain_db);
}

TEST_CASE("cuts make room for what matters, and change no stem's loudness or character", "[mixing][masking]") {
    auto parts = small_band();
    // A keyboard that lives on its lows, and covers the voice where it has little to lose.
    auto& keys = parts[3].audio;
    for (int n = 0; n < keys.frames(); ++n) {
        const auto tone = [&](double hz) { return std::sin(2.0 * std::numbers::pi * hz * n / band_rate_hz); };
        keys.channel(0)[n] += static_cast<float>(0.2 * (tone(65.0) + tone(130.0) + tone(220.0)) + 0.12 * tone(990.0));
    }
    const Rehearsal rehearsal(parts);
    const auto voices = voices_in(rehearsal);
    const std::vector<double> level(voices.size());
    const auto result = unmask(voices, level);
    CHECK(result.before_db > 0.0);
    CHECK(result.after_db < result.before_db);
    int cut = 0;
    for (std::size_t i = 0; i < voices.size(); ++i) {
        for (const double db :
             {result.eq[i].bell_1_db, result.eq[i].bell_2_db, result.eq[i].bell_3_db, result.eq[i].bell_4_db}) {
            CHECK(db <= 0.0);
            CHECK(db >= -6.0);
            cut += db < 0.0 ? 1 : 0;
        }
        for (const double octave_db : octave_gains_db(result.eq[i])) CHECK(octave_db >= -6.0);
        // As loud as before, by the meter.
        auto strip = NamedStrip{.name = voices[i].name};
        MixSettings alone;
        for (const auto& part : parts) alone.strips.push_back({.name = part.name, .mute = part.name != voices[i].name});
        const auto lufs = [&](const MixSettings& settings) {
            return rehearsal.session->mix(settings, false, {})->integrated_lufs;
        };
        const double before = lufs(alone);
        auto& own = alone.strips[voices[i].members[0]].settings;
        own.eq = result.eq[i];
        own.fader.gain_db = result.makeup_db[i];
        CHECK(lufs(alone) == Approx(before).margin(0.3));
    }
    CHECK(cut > 0);
}

TEST_CASE("a stem alone and stems that never meet mask nothing", "[mixing][masking]") {
    auto parts = small_band();
    auto first = parts[3], second = parts[4];
    for (int n = 0; n < first.audio.frames(); ++n) {
        if (n < first.audio.frames() / 2) first.audio.channel(0)[n] = 0.0F;
        if (n >= first.audio.frames() / 2) second.audio.channel(0)[n] = 0.0F;
    }
    const Rehearsal rehearsal({first, second});
    const auto result = unmask(voices_in(rehearsal), {0.0, 0.0});
    CHECK(result.before_db == 0.0);
    for (const auto& reason : result.reasons) CHECK(reason.empty());
}

TEST_CASE("a high-pass comes where there is rumble, and nowhere else", "[mixing][treatment]") {
    auto parts = small_band();
    const auto clean = Rehearsal(parts).plan();
    for (const auto& strip : clean.settings.strips) CHECK(strip.settings.rumble.cutoff_hz == 0.0);
    auto& vocal = parts[5].audio;
    for (int n = 0; n < vocal.frames(); ++n)
        vocal.channel(0)[n] += 0.01F * static_cast<float>(std::sin(2.0 * std::numbers::pi * 25.0 * n / band_rate_hz));
    for (auto& sample : parts[3].audio.channel(0)) sample += 0.01F;
    const auto plan = Rehearsal(parts).plan();
    CHECK(Rehearsal::strip(plan, "Lead Vocal").settings.rumble.cutoff_hz == 40.0);
    CHECK(Rehearsal::strip(plan, "Keys").settings.rumble.cutoff_hz == 20.0);
    CHECK(Rehearsal::strip(plan, "Guitar").settings.rumble.cutoff_hz == 0.0);
}

TEST_CASE("compression comes where levels range too far, 3 dB at most", "[mixing][treatment]") {
    auto parts = small_band();
    auto& vocal = parts[5].audio;
    const int half = vocal.frames() / 2;
    for (int n = half; n < vocal.frames(); ++n) vocal.channel(0)[n] *= 0.06F;  // whispers after shouts
    const Rehearsal rehearsal(parts);
    const auto voices = voices_in(rehearsal);
    const auto wild = compressor(voice_named(voices, "Lead Vocal"));
    REQUIRE(wild.settings.ratio > 1.0);
    GlueCompressor block;
    block.prepare({band_rate_hz, 1, vocal.frames()});
    block.set(wild.settings);
    auto squeezed = vocal;
    block.process(squeezed.view());
    const auto gains = block.gains();
    const double makeup = db_to_gain(wild.settings.makeup_db);
    const double deepest = *std::min_element(gains.begin(), gains.begin() + vocal.frames()) / makeup;
    CHECK(gain_to_db(deepest) < -0.8);
    CHECK(gain_to_db(deepest) > -4.0);
    CHECK(compressor(voice_named(voices, "Guitar")).settings.ratio == 1.0);
}

TEST_CASE("what is dry gets a reverb, what rings or is low does not", "[mixing][treatment]") {
    auto parts = small_band();
    parts[5].audio = small_band()[3].audio;
    // A tone that never stops has no decay that a reverb could be told from.
    for (int n = 0; n < parts[5].audio.frames(); ++n)
        parts[5].audio.channel(0)[n] =
            0.1F * static_cast<float>(std::sin(2.0 * std::numbers::pi * 440.0 * n / band_rate_hz) *
                                      (1.0 + 0.2 * std::sin(2.0 * std::numbers::pi * 0.7 * n / band_rate_hz)));
    const auto plan = Rehearsal(parts).plan();
    CHECK(Rehearsal::strip(plan, "Kick").settings.fader.room_db == send_off_db);
    CHECK(Rehearsal::strip(plan, "Bass").settings.fader.room_db == send_off_db);
    CHECK(Rehearsal::strip(plan, "Snare").settings.fader.room_db > send_off_db);
    CHECK(Rehearsal::strip(plan, "Lead Vocal").settings.fader.hall_db == send_off_db);
}

TEST_CASE("a master that would go too far re-opens the mix, one that would not does not", "[mixing][reopening]") {
    MasterReport report;
    report.settings.tone.mid_80_hz_db = -2.9;
    report.level.reduction_p95_db = 3.9;
    CHECK_FALSE(reopening_after(report).has_value());
    report.settings.tone.mid_80_hz_db = -5.0;
    const auto reopening = reopening_after(report);
    REQUIRE(reopening.has_value());
    CHECK(reopening->tone_db[1] == -5.0);  // 62.5 Hz is nearest to 80
    CHECK(reopening->limiting_db == 0.0);
    CHECK_THAT(reopening->reason, Catch::Contains("5.0 dB"));
    CHECK_FALSE(reopening_after(report, false).has_value());  // faders that stay can do nothing about it

    const Rehearsal rehearsal(small_band());
    const auto as_it_was = rehearsal.plan();
    const auto again = rehearsal.plan({.reopening = reopening});
    CHECK(moved_db(again, "Kick") < moved_db(as_it_was, "Kick") - 0.3);
    for (const auto& strip : again.settings.strips)
        CHECK(std::abs(strip.settings.fader.gain_db - Rehearsal::strip(as_it_was, strip.name).settings.fader.gain_db) <=
              2.5);

    const auto kick = std::ranges::find(again.stems, "Kick", &StemPlan::name);
    REQUIRE(kick != again.stems.end());
    const auto fader = std::ranges::find(kick->decisions, "fader.gain_db", &Decision::parameter);
    CHECK_THAT(fader->reason, Catch::Contains("re-opened, -"));  // by how much, and which way

    report.settings.tone = {};
    report.level.reduction_p95_db = 6.0;
    const auto limiting = reopening_after(report);
    REQUIRE(limiting.has_value());
    CHECK(reopening_after(report, false)->limiting_db == limiting->limiting_db);
    const auto glued = rehearsal.plan({.reopening = limiting});
    CHECK(glued.settings.glue[0].threshold_db < as_it_was.settings.glue[0].threshold_db - 1.0);
}

// The rules have a guitar 6 LU under what is mixed already. Each of the two departs by half of what is between them.
TEST_CASE("beside a submix, a part stays where it may have been put, and comes back from further out",
          "[mixing][balance]") {
    const auto left_over = [](double off_lu) {
        std::vector<Voice> voices(2);
        voices[0].role = {Role::submix, 0.9, ""};
        voices[1].role = {Role::guitar, 0.9, ""};
        for (auto& voice : voices) voice.is_mono = false;
        voices[0].lufs = -14.0;
        voices[1].lufs = -20.0 + off_lu;
        const auto found = balance(voices, expected_by_rules(voices), BalanceMode::automatic);
        return off_lu + found.gains_db[1] - found.gains_db[0];
    };
    for (const double off_lu : {-3.9, -1.0, 0.0, 2.0, 3.9}) CHECK(left_over(off_lu) == Approx(off_lu).margin(1.0));
    for (const double off_lu : {-18.0, -9.0, -6.0, 6.0, 9.0, 18.0}) CHECK(std::abs(left_over(off_lu)) <= 4.01);
}

TEST_CASE("a preset asks for levels, width, sends and glue of its own", "[mixing][variants]") {
    const Rehearsal rehearsal(small_band());
    const auto usual = rehearsal.plan();
    const auto asked = rehearsal.plan({.aim = {.lead_lu = 2.0,
                                               .drums_lu = -1.0,
                                               .bass_lu = 1.5,
                                               .width_percent = 0.0,
                                               .send_db = -60.0,
                                               .glue_db = 0.0}});
    const auto moved = [&](const char* name) { return moved_db(asked, name) - moved_db(usual, name); };
    // Over those that nothing is asked of; what covers them differs a little, too.
    CHECK(moved("Lead Vocal") - moved("Keys") == Approx(2.0).margin(0.6));
    CHECK(moved("Kick") - moved("Keys") == Approx(-1.0).margin(0.6));
    CHECK(moved("Bass") - moved("Keys") == Approx(1.5).margin(0.6));
    for (const auto& strip : asked.settings.strips) {
        CHECK(strip.settings.fader.pan == 0.0);
        CHECK(strip.settings.fader.room_db <= send_off_db);
        CHECK(strip.settings.fader.hall_db <= send_off_db);
    }
    for (const auto& glue : asked.settings.glue) CHECK(glue.ratio == 1.0);
}

TEST_CASE("numbers of a plan are short ones", "[mixing]") {
    const auto plan = Rehearsal(small_band()).plan();
    const auto is_short = [](double value) { return number_text(value).size() <= 7; };
    for (const auto& decision : plan.buses) {
        INFO(decision.parameter << " " << number_text(decision.value));
        CHECK(is_short(decision.value));
    }
    for (double db = -40.0; db < 0.0; db += 0.37) CHECK(is_short(rounded(db, 1)));
}

TEST_CASE("variants differ in what they are named after", "[mixing][variants]") {
    const Rehearsal rehearsal(small_band());
    const auto plan = [&](std::size_t variant) { return rehearsal.plan({.variant = mix_variants[variant]}); };
    const auto balanced = plan(0), forward = plan(1), punchy = plan(2), wide = plan(3);
    CHECK(moved_db(forward, "Lead Vocal") > moved_db(balanced, "Lead Vocal") + 1.0);
    CHECK(moved_db(punchy, "Kick") > moved_db(balanced, "Kick") + 0.5);
    const auto width = [](const MixPlan& of) {
        double sum = 0.0;
        for (const auto& strip : of.settings.strips) sum += std::abs(strip.settings.fader.pan);
        return sum;
    };
    CHECK(width(wide) > 1.2 * width(balanced));
    CHECK(Rehearsal::strip(wide, "Snare").settings.fader.room_db >
          Rehearsal::strip(balanced, "Snare").settings.fader.room_db);
}

TEST_CASE("variants that are offered differ, with and without something that leads", "[mixing][variants]") {
    const auto offered = [](const std::vector<Part>& parts, int count) {
        const Rehearsal rehearsal(parts);
        const auto plan = [&](const MixVariant& variant) { return rehearsal.plan({.variant = variant}); };
        const auto variants = choose_variants(plan, count);
        std::vector<MixPlan> plans{plan(mix_variants[0])};
        std::vector<std::string_view> names;
        for (const auto& variant : variants) {
            for (const auto& known : plans) CHECK(are_different_mixes(plan(variant), known));
            plans.push_back(plan(variant));
            names.push_back(variant.name);
        }
        return names;
    };
    const auto band = small_band();
    CHECK(offered(band, 3) == std::vector<std::string_view>{"vocal-forward", "punchy", "wide"});
    auto no_singer = band;
    std::erase_if(no_singer, [](const Part& part) { return part.name == "Lead Vocal"; });
    CHECK(offered(no_singer, 3) == std::vector<std::string_view>{"punchy", "wide", "melody-forward"});
    // Two strings and no rhythm: every level but theirs is one level.
    std::vector<Part> duo{part_named(band, "Keys"), part_named(band, "Guitar")};
    CHECK(offered(duo, 3).size() == 3);
}

TEST_CASE("a mix that is louder as a whole is no other mix", "[mixing][variants]") {
    const auto one = Rehearsal(small_band()).plan();
    auto other = one;
    for (auto& strip : other.settings.strips) strip.settings.fader.gain_db += 3.0;
    CHECK_FALSE(are_different_mixes(one, other));
    other.settings.strips[0].settings.fader.gain_db += 0.6;
    CHECK(are_different_mixes(one, other));
    other = one;
    other.settings.strips[2].settings.fader.pan += 0.1;
    CHECK(are_different_mixes(one, other));
}

}  // namespace burnish::test
