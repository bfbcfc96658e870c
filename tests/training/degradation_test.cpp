#include "training/degradation.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "analysis/analyzer.h"
#include "mastering/memory_audio.h"
#include "tests/support/signals.h"
#include "training/ladder.h"

namespace burnish::training {
namespace {

constexpr double rate_hz = 44100.0;

AudioBuffer with_fault(const AudioBuffer& audio, Fault fault, double size_db) {
    MemorySource source(audio, rate_hz);
    Random random(1);
    const auto faulty = degraded(source, draw_degradation(fault, size_db, random));
    AudioBuffer out(audio.channels(), static_cast<int>(faulty->info().frames));
    int done = 0;
    while (done < out.frames()) {
        const auto got = faulty->read(out.view().part(done, std::min(1000, out.frames() - done)));
        REQUIRE(got);
        if (*got == 0) break;
        done += *got;
    }
    CHECK(done == out.frames());
    return out;
}

}  // namespace

TEST_CASE("tracks of the mixture come in the shares that are meant", "[training]") {
    for (const bool is_of_width : {false, true}) {
        Random random(1);
        std::array<double, 3> share{};  // clean, of the family that is known, of others
        constexpr int draws = 20000;
        for (int draw = 0; draw < draws; ++draw) {
            const auto fault = draw_from_mixture(is_of_width, random);
            const bool is_clean = fault.tone_db.isZero(0.0) && fault.width_db.isZero(0.0);
            CHECK(is_clean == (fault.fault == Fault::none));
            const bool is_known = fault.fault == Fault::smooth || fault.fault == Fault::width;
            share[is_clean ? 0 : is_known ? 1 : 2] += 1.0 / draws;
        }
        CHECK(share[0] == Approx(0.35).margin(0.015));
        CHECK(share[1] == Approx(is_of_width ? 0.65 : 0.45).margin(0.015));
        CHECK(share[2] == Approx(is_of_width ? 0.0 : 0.2).margin(0.015));
    }
}

TEST_CASE("a tilt is a straight line over octaves, of the deviation asked for", "[training]") {
    for (const double size_db : {1.0, 2.0, 3.0})
        for (const std::uint64_t seed : {1U, 2U, 3U}) {
            Random random(seed);
            const Eigen::VectorXd tone = draw_degradation(Fault::tilt, size_db, random).tone_db;
            CHECK(tone.mean() == Approx(0.0).margin(1e-9));
            CHECK(std::sqrt(tone.squaredNorm() / tone_bands) == Approx(size_db).epsilon(0.02));
            // From 250 Hz to 4 kHz are four octaves.
            CHECK(std::abs(tone(17) - tone(2)) == Approx(size_db / 1.985 * 4.0).epsilon(0.02));
        }
}

TEST_CASE("a fault of the tone does to a sound what its numbers say", "[training]") {
    const auto noise = test::pink_noise(-20.0, 6.0, rate_hz);
    const auto before = tone_of(analyze(noise.view(), rate_hz));
    for (const auto fault : {Fault::smooth, Fault::equalizer, Fault::tilt}) {
        INFO(fault_name(fault));
        Random random(1);
        const auto drawn = draw_degradation(fault, 3.0, random);
        const auto after = tone_of(analyze(with_fault(noise, fault, 3.0).view(), rate_hz));
        CHECK(error_size(after.values - before.values - drawn.tone_db, before, true) < 0.2);
    }
}

TEST_CASE("hiss lies as far under full scale as it should, in every channel its own", "[training]") {
    const auto hiss = with_fault(AudioBuffer(2, 88200), Fault::hiss, 55.0);
    CHECK(20.0 * std::log10(test::rms(hiss)) == Approx(-55.0).margin(0.1));
    double product = 0.0;
    for (int n = 0; n < hiss.frames(); ++n) product += double{hiss.channel(0)[n]} * hiss.channel(1)[n];
    CHECK(std::abs(product) / hiss.frames() < 0.02 * std::pow(test::rms(hiss), 2.0));
}

TEST_CASE("a codec leaves the tone of what it keeps, and cuts what is above", "[training]") {
    const auto music = test::toy_music(6.0, rate_hz);
    const auto before = analyze(music.view(), rate_hz);
    const auto after = analyze(with_fault(music, Fault::codec, 64.0).view(), rate_hz);
    CHECK(after.duration_s == Approx(before.duration_s).margin(0.1));
    CHECK(after.codec_cutoff_hz > 5000.0);
    CHECK(after.codec_cutoff_hz < 15000.0);
    const auto tone = tone_of(before);
    for (int b = 2; b < 14; ++b) CHECK(tone_of(after).values(b) == Approx(tone.values(b)).margin(1.0));
}

}  // namespace burnish::training
