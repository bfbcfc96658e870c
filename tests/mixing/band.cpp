#include "tests/mixing/band.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>

#include "core/decibels.h"
#include "core/random.h"

namespace burnish::test {

namespace {

constexpr int frames = static_cast<int>(band_rate_hz * band_seconds);

template <class Sample>
AudioBuffer make(Sample sample) {
    AudioBuffer audio(1, frames);
    for (int n = 0; n < frames; ++n) audio.channel(0)[n] = static_cast<float>(sample(n / band_rate_hz));
    return audio;
}

double wave(double hz, double t) { return std::sin(2.0 * std::numbers::pi * hz * t); }

/// Harmonics of a saw-tooth, each 6 dB per octave below the first.
double buzz(double hz, double t, int harmonics) {
    double sum = 0.0;
    for (int k = 1; k <= harmonics; ++k) sum += wave(k * hz, t) / k;
    return sum;
}

/// Time since the last beat of a pattern.
double since(double t, double every_s, double offset_s) {
    return t < offset_s ? 10.0 : std::fmod(t - offset_s, every_s);
}

}  // namespace

std::vector<Part> small_band() {
    Random random(5);
    const auto noise = [&] { return random.uniform(-1.0, 1.0); };
    std::vector<Part> parts;
    parts.push_back({"Kick", make([](double t) {
                         const double s = since(t, 0.5, 0.0);
                         return 0.9 * std::exp(-s / 0.05) * wave(55.0 + 60.0 * std::exp(-s / 0.02), s);
                     })});
    parts.push_back({"Snare", make([&](double t) {
                         const double s = since(t, 1.0, 0.5);
                         return std::exp(-s / 0.06) * (0.25 * wave(190.0, s) + 0.28 * noise());
                     })});
    parts.push_back({"Bass", make([](double t) {
                         const double s = since(t, 0.5, 0.25);
                         return 0.22 * std::exp(-s / 0.4) * buzz(t < 3.0 ? 55.0 : 65.4, t, 8);
                     })});
    parts.push_back({"Keys", make([](double t) {
                         const double s = since(t, 2.0, 0.0);
                         return 0.035 * std::exp(-s / 0.9) *
                                (buzz(261.6, t, 6) + buzz(329.6, t, 6) + buzz(392.0, t, 6));
                     })});
    parts.push_back({"Guitar", make([](double t) {
                         const double s = since(t, 0.25, 0.0);
                         return 0.06 * std::exp(-s / 0.12) * (buzz(196.0, t, 14) + buzz(246.9, t, 14));
                     })});
    parts.push_back({"Lead Vocal", make([](double t) {
                         const double phrase =
                             std::fmod(t, 3.0) < 2.2 ? std::sin(std::numbers::pi * std::fmod(t, 3.0) / 2.2) : 0.0;
                         const double vibrato = 0.08 * wave(5.5, t);
                         return 0.14 * phrase * (buzz(330.0, t + vibrato / 330.0, 10));
                     })});
    return parts;
}

Part part_named(const std::vector<Part>& parts, const std::string& name) {
    for (const auto& part : parts)
        if (part.name == name) return part;
    FAIL("no part called " << name);
    return {};
}

Part louder(Part part, double db) {
    const auto gain = static_cast<float>(db_to_gain(db));
    for (int c = 0; c < part.audio.channels(); ++c)
        for (auto& sample : part.audio.channel(c)) sample *= gain;
    return part;
}

Rehearsal::Rehearsal(const std::vector<Part>& parts, bool concurrent) {
    std::vector<Stem> stems;
    for (const auto& part : parts) {
        sources.push_back(std::make_unique<MemorySource>(part.audio, band_rate_hz));
        stems.push_back({part.name, sources.back().get(), part.start_s, part.wish});
    }
    auto opened = MixSession::open(std::move(stems), 0.0, memory_services(), concurrent);
    REQUIRE(opened.ok());
    session = std::make_unique<MixSession>(*std::move(opened));
    REQUIRE(session->measure({}).ok());
}

AudioBuffer Rehearsal::mix(const MixSettings& settings) const {
    auto mixdown = session->mix(settings, false, {});
    REQUIRE(mixdown.ok());
    GainedSource sound(*mixdown->audio, mixdown->settings.sum.gain_db);
    REQUIRE(sound.rewind().ok());
    AudioBuffer audio(2, static_cast<int>(sound.info().frames));
    const auto got = sound.read(audio.view());
    REQUIRE(got.ok());
    REQUIRE(*got == audio.frames());
    return audio;
}

const NamedStrip& Rehearsal::strip(const MixPlan& plan, const std::string& name) {
    for (const auto& strip : plan.settings.strips)
        if (strip.name == name) return strip;
    FAIL("no strip called " << name);
    return plan.settings.strips[0];
}

}  // namespace burnish::test
