#include "mixing/mix.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/decibels.h"
#include "mixing/mix_settings_json.h"
#include "mixing/stem_split.h"
#include "tests/mixing/band.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

bool same_bits(const AudioBuffer& a, const AudioBuffer& b) {
    if (a.frames() != b.frames()) return false;
    for (int c = 0; c < 2; ++c)
        if (std::memcmp(a.channel(c).data(), b.channel(c).data(), a.channel(c).size_bytes()) != 0) return false;
    return true;
}

/// Everything but the levels that came: made anew, so that all decisions are at work.
const MixTarget anew{.balance = BalanceMode::rules};

AudioBuffer mixed(const std::vector<Part>& parts, bool concurrent = false) {
    const Rehearsal rehearsal(parts, concurrent);
    return rehearsal.mix(rehearsal.plan(anew).settings);
}

double fader_db(const MixPlan& plan, const std::string& name) {
    return Rehearsal::strip(plan, name).settings.fader.gain_db;
}

}  // namespace

TEST_CASE("neither the order of stems, nor what they are called, nor threads change a bit", "[mixing][invariance]") {
    const auto parts = small_band();
    const auto mix = mixed(parts);
    CHECK(peak(mix) > 0.01);
    auto reversed = parts;
    std::ranges::reverse(reversed);
    std::swap(reversed[1], reversed[4]);
    CHECK(same_bits(mix, mixed(reversed)));
    auto renamed = parts;
    const char* names[] = {"BD 1", "snr", "Bass DI", "Rhodes", "egtr", "Vox"};
    for (std::size_t i = 0; i < parts.size(); ++i) renamed[i].name = names[i];
    CHECK(same_bits(mix, mixed(renamed)));
    CHECK(same_bits(mix, mixed(parts, true)));
}

TEST_CASE("a silent stem changes nothing", "[mixing][invariance]") {
    auto parts = small_band();
    const auto before = Rehearsal(parts).plan(anew);
    const auto mix = mixed(parts);
    parts.insert(parts.begin() + 2, Part{"Strings", AudioBuffer(2, 48000)});
    const auto after = Rehearsal(parts).plan(anew);
    for (const auto& strip : before.settings.strips) CHECK(fader_db(before, strip.name) == fader_db(after, strip.name));
    CHECK(same_bits(mix, mixed(parts)));
}

// Two copies at half the amplitude are one stem: the mix is the same sound at the same level.
TEST_CASE("a stem split into two at -6 dB changes nothing", "[mixing][invariance]") {
    const auto parts = small_band();
    for (const auto* name : {"Lead Vocal", "Guitar", "Snare"}) {
        auto split = parts;
        const auto at = std::ranges::find(split, name, &Part::name);
        *at = louder(*at, -6.0206);
        auto copy = *at;
        copy.name += " copy";
        split.push_back(copy);
        const auto whole = Rehearsal(parts).plan(anew);
        const auto halves = Rehearsal(split).plan(anew);
        for (const auto& part : parts) {
            INFO(name << ": " << part.name);
            CHECK(fader_db(halves, part.name) == Approx(fader_db(whole, part.name)).margin(0.02));
            CHECK(Rehearsal::strip(halves, part.name).settings.fader.pan ==
                  Rehearsal::strip(whole, part.name).settings.fader.pan);
        }
        CHECK(fader_db(halves, copy.name) == fader_db(halves, name));
        CHECK(null_depth_db(mixed(parts), mixed(split)) < -40.0);
    }
}

TEST_CASE("stems as they are in the mix add up to it", "[mixing][stems]") {
    const Rehearsal rehearsal(small_band());
    auto settings = rehearsal.plan({.balance = BalanceMode::rules, .variant = mix_variants[3]}).settings;
    for (auto& glue : settings.glue) glue.threshold_db -= 6.0;  // hard at work
    settings.sum.gain_db = -3.0;
    const auto mix = rehearsal.mix(settings);
    AudioBuffer sum(2, mix.frames());
    int at = 0;
    std::size_t stems = 0;
    REQUIRE(rehearsal.session
                ->render_stems(settings,
                               [&](const MixBlock& block) {
                                   stems = block.stems.size();
                                   for (const auto& stem : block.stems)
                                       for (int c = 0; c < 2; ++c)
                                           for (int n = 0; n < stem.frames(); ++n)
                                               sum.channel(c)[at + n] += stem.channel(c)[n];
                                   at += block.mix.frames();
                                   return success();
                               })
                .ok());
    CHECK(stems == 6);
    CHECK(at == mix.frames());
    CHECK(null_depth_db(mix, sum) < -110.0);
}

// Equalised, squeezed and distorted, a sum is shared out among its parts: they add up to it, and each stays itself.
TEST_CASE("the parts of a processed sum add up to it", "[mixing][stems]") {
    constexpr double rate_hz = 44100.0;
    const auto low = sine(110.0, 0.4, 1.0, rate_hz);
    const auto high = sine(3520.0, 0.3, 1.0, rate_hz);
    AudioBuffer whole(2, low.frames());
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < whole.frames(); ++n)
            whole.channel(c)[n] = std::tanh(2.0F * low.channel(c)[n] + 0.7F * high.channel(c)[n]);
    StemSplitter splitter(2, rate_hz);
    const int latency = splitter.latency_frames();
    std::array<AudioBuffer, 2> parts{AudioBuffer(2, low.frames()), AudioBuffer(2, low.frames())};
    int at = -latency;
    REQUIRE(splitter
                .process(whole.view(), {low.view(), high.view()},
                         [&](const std::vector<AudioView>& ready) {
                             for (std::size_t i = 0; i < 2; ++i)
                                 for (int c = 0; c < 2; ++c)
                                     for (int n = 0; n < ready[i].frames(); ++n)
                                         if (at + n >= 0) parts[i].channel(c)[at + n] = ready[i].channel(c)[n];
                             at += ready[0].frames();
                             return success();
                         })
                .ok());
    REQUIRE(at > 30000);
    AudioBuffer sum(2, at), target(2, at);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < at; ++n) {
            sum.channel(c)[n] = parts[0].channel(c)[n] + parts[1].channel(c)[n];
            target.channel(c)[n] = whole.channel(c)[n];
        }
    CHECK(null_depth_db(target, sum) < -110.0);
    CHECK(tone_amplitude(parts[0], 0, 3520.0, rate_hz, 8192, 16384) < 0.01);
    CHECK(tone_amplitude(parts[1], 0, 110.0, rate_hz, 8192, 16384) < 0.01);
    CHECK(tone_amplitude(parts[0], 0, 110.0, rate_hz, 8192, 16384) ==
          Approx(tone_amplitude(whole, 0, 110.0, rate_hz, 8192, 16384)).epsilon(0.02));
}

TEST_CASE("a mix leaves headroom, and its numbers are those of its sound", "[mixing]") {
    const Rehearsal rehearsal(small_band());
    const auto mixdown = rehearsal.session->mix(rehearsal.plan().settings, true, {});
    REQUIRE(mixdown.ok());
    CHECK(mixdown->true_peak_dbtp <= mix_peak_dbtp);
    CHECK(mixdown->true_peak_dbtp > mix_peak_dbtp - 0.02);
    const auto mix = rehearsal.mix(mixdown->settings);
    CHECK(gain_to_db(peak(mix)) <= mix_peak_dbtp);
    CHECK(gain_to_db(peak(mix)) > mix_peak_dbtp - 1.0);
}

TEST_CASE("neutral settings are the plain sum", "[mixing]") {
    const auto parts = small_band();
    const Rehearsal rehearsal(parts);
    MixSettings neutral;
    for (const auto& part : parts) neutral.strips.push_back({.name = part.name});
    const auto mix = rehearsal.mix(neutral);
    AudioBuffer sum(2, mix.frames());
    for (const auto& part : parts)
        for (int n = 0; n < part.audio.frames(); ++n)
            for (int c = 0; c < 2; ++c) sum.channel(c)[n] += part.audio.channel(0)[n] * 0.70710678F;
    CHECK(null_depth_db(sum, mix) < -120.0);
}

TEST_CASE("a stem's loudness in the mix is what its equaliser and fader make of it", "[mixing]") {
    const auto parts = small_band();
    const Rehearsal rehearsal(parts);
    for (std::size_t chosen = 0; chosen < parts.size(); ++chosen) {
        MixSettings settings;
        for (const auto& part : parts) settings.strips.push_back({.name = part.name, .mute = true});
        auto& strip = settings.strips[chosen];
        strip.mute = false;
        strip.settings.eq.bell_1_hz = 500.0;
        strip.settings.eq.bell_1_db = -6.0;
        strip.settings.eq.bell_1_q = 1.4;
        strip.settings.fader.gain_db = 3.0;
        MemorySource heard(rehearsal.mix(settings), band_rate_hz);
        const auto measured = measure_stem(heard, [](double) { return true; });
        REQUIRE(measured.ok());
        INFO(strip.name);
        CHECK(strip_lufs(rehearsal.session->measures()[chosen], strip.settings) ==
              Approx(measured->track.integrated_lufs).margin(0.5));
    }
}

TEST_CASE("a stem is heard from its start on", "[mixing]") {
    AudioBuffer click(1, 100);
    click.channel(0)[0] = 1.0F;
    auto parts = small_band();
    parts.resize(1);
    parts[0].audio = AudioBuffer(1, 100);
    parts[0].audio.channel(0)[0] = 0.25F;
    parts.push_back({"other", click, {}, 0.5});
    const Rehearsal rehearsal(parts);
    MixSettings neutral;
    for (const auto& part : parts) neutral.strips.push_back({.name = part.name});
    const auto mix = rehearsal.mix(neutral);
    REQUIRE(mix.frames() == 16100);
    CHECK(mix.channel(0)[16000] == Approx(0.7071).margin(1e-4));
    CHECK(mix.channel(0)[0] == Approx(0.25 * 0.7071).margin(1e-4));
}

TEST_CASE("all silent or muted, the mix is silence as long as the stems", "[mixing]") {
    std::vector<Part> parts{{"a", AudioBuffer(1, 5000)}, {"b", AudioBuffer(2, 7000)}};
    const Rehearsal rehearsal(parts);
    const auto plan = rehearsal.plan();
    CHECK_FALSE(plan.warnings.empty());
    const auto mix = rehearsal.mix(plan.settings);
    CHECK(mix.frames() == 7000);
    CHECK(peak(mix) == 0.0);
}

TEST_CASE("settings survive their file to the bit, and give the same mix", "[mixing][settings]") {
    const Rehearsal rehearsal(small_band());
    auto settings = rehearsal.plan(anew).settings;
    settings.sum.gain_db = -2.34;
    settings.strips[1].mute = true;
    settings.strips[2].bus = Bus::vocals;
    const auto text = mix_settings_json(settings).dump();
    const auto read = read_mix_settings("m.json", text);
    REQUIRE(read.ok());
    CHECK(mix_settings_json(*read).dump() == text);
    CHECK(same_bits(rehearsal.mix(settings), rehearsal.mix(*read)));
}

TEST_CASE("settings that make no sense say where and what is accepted", "[mixing][settings]") {
    const std::pair<const char*, const char*> faulty[] = {
        {R"({"format": "burnish-mix-1"})", "\"stems\" expected"},
        {R"({"format": "burnish-mix-1", "stems": {"a": {"role": "kik"}}})", "stems.a: role: \"kik\" found"},
        {R"({"format": "burnish-mix-1", "stems": {"a": {"fader": {"pan": 3}}}})", "pan = 3 is outside [-1, 1]"},
        {R"({"format": "burnish-mix-1", "stems": {"a": {"fadr": {}}}})", "did you mean \"fader\""},
        {R"({"format": "burnish-mix-1", "stems": {"a": {"eq": {"bell_1_dbb": 1}}}})", "did you mean \"bell_1_db\""},
        {R"({"format": "burnish-mix-1", "stems": {}, "buses": {"drum": {}}})", "did you mean \"drums\""},
        {R"({"format": "burnish-mix-1", "stems": {}, "reverbs": {"hall": {"decay_s": 99}}})", "outside [0.1, 10]"},
        {R"({"format": "burnish-mix-1", "stems": {}, "mix": {}})", "unknown key \"mix\""},
    };
    for (const auto& [json, message] : faulty) {
        const auto read = read_mix_settings("m.json", json);
        INFO(json);
        REQUIRE_FALSE(read.ok());
        CHECK(read.error().code == ErrorCode::usage);
        CHECK_THAT(read.error().message, Catch::StartsWith("m.json") && Catch::Contains(message));
    }
}

}  // namespace burnish::test
