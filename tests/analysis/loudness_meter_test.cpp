#include <catch2/catch.hpp>

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

#include "analysis/loudness_meter.h"
#include "core/decibels.h"
#include "tests/support/signals.h"

// The synthetic signals of EBU Tech 3341 (2023) table 1 and Tech 3342 table 1, and libebur128 as a second opinion.
// Case 6 of Tech 3341 has five channels, 7 and 8 are recordings.

namespace burnish {
namespace {

constexpr double tolerance_lu = 0.1;

/// Feeds a meter with a 1 kHz sine, the same on both channels, at the levels and for the times asked for.
class Tone {
public:
    explicit Tone(double sample_rate_hz) : rate_hz_(sample_rate_hz) { meter.prepare(sample_rate_hz, 2); }

    Tone& play(double peak_db, double seconds) {
        play_frames(db_to_gain(peak_db), std::llround(seconds * rate_hz_));
        return *this;
    }
    Tone& silence(double seconds) {
        play_frames(0.0, std::llround(seconds * rate_hz_));
        return *this;
    }

    LoudnessMeter meter;

private:
    void play_frames(double amplitude, std::int64_t frames) {
        const auto turn = std::polar(1.0, 2 * std::numbers::pi * 1000 / rate_hz_);
        while (frames > 0) {
            const int count = static_cast<int>(std::min<std::int64_t>(frames, block_.frames()));
            for (int n = 0; n < count; ++n) {
                block_.channel(0)[n] = block_.channel(1)[n] = static_cast<float>(amplitude * phasor_.imag());
                phasor_ *= turn;
            }
            meter.process(std::as_const(block_).view().part(0, count));
            frames -= count;
        }
    }

    double rate_hz_;
    std::complex<double> phasor_ = 1.0;
    AudioBuffer block_{2, 1000};
};

const auto ebu_rates_hz = {44100.0, 48000.0, 96000.0};

}  // namespace

// The coefficients that the standard tabulates for 48 kHz.
TEST_CASE("K weighting has the standard's coefficients at 48 kHz", "[analysis][loudness]") {
    const auto [shelf, cut] = k_weighting(48000.0);
    CHECK(shelf.b0 == Approx(1.53512485958697).margin(1e-9));
    CHECK(shelf.b1 == Approx(-2.69169618940638).margin(1e-9));
    CHECK(shelf.b2 == Approx(1.19839281085285).margin(1e-9));
    CHECK(shelf.a1 == Approx(-1.69065929318241).margin(1e-9));
    CHECK(shelf.a2 == Approx(0.73248077421585).margin(1e-9));
    CHECK(cut.b0 == 1.0);
    CHECK(cut.b1 == -2.0);
    CHECK(cut.b2 == 1.0);
    CHECK(cut.a1 == Approx(-1.99004745483398).margin(1e-9));
    CHECK(cut.a2 == Approx(0.99007225036621).margin(1e-9));
}

TEST_CASE("EBU Tech 3341 cases 1 to 5: integrated loudness", "[analysis][loudness]") {
    for (const double rate_hz : ebu_rates_hz) {
        INFO(rate_hz << " Hz");
        for (const double level : {-23.0, -33.0}) {
            Tone steady(rate_hz);
            steady.play(level, 20);
            CHECK(steady.meter.integrated_lufs() == Approx(level).margin(tolerance_lu));
            CHECK(steady.meter.momentary_lufs() == Approx(level).margin(tolerance_lu));
            CHECK(steady.meter.short_term_lufs() == Approx(level).margin(tolerance_lu));
        }
        Tone third(rate_hz), fourth(rate_hz), fifth(rate_hz);
        third.play(-36, 10).play(-23, 60).play(-36, 10);
        fourth.play(-72, 10).play(-36, 10).play(-23, 60).play(-36, 10).play(-72, 10);
        fifth.play(-26, 20).play(-20, 20.1).play(-26, 20);
        CHECK(third.meter.integrated_lufs() == Approx(-23.0).margin(tolerance_lu));
        CHECK(fourth.meter.integrated_lufs() == Approx(-23.0).margin(tolerance_lu));
        CHECK(fifth.meter.integrated_lufs() == Approx(-23.0).margin(tolerance_lu));
    }
}

TEST_CASE("EBU Tech 3341 cases 9 to 11: short-term loudness", "[analysis][loudness]") {
    for (const double rate_hz : ebu_rates_hz) {
        INFO(rate_hz << " Hz");
        Tone alternating(rate_hz);
        alternating.play(-20, 1.34).play(-30, 1.66);
        for (int i = 0; i < 4; ++i)
            for (const auto& [level, seconds] : {std::pair{-20.0, 1.34}, std::pair{-30.0, 1.66}})
                for (int k = 0; k < 2; ++k) {
                    alternating.play(level, seconds / 2);
                    CHECK(alternating.meter.short_term_lufs() == Approx(-23.0).margin(tolerance_lu));
                }

        Tone live(rate_hz);
        for (int i = 0; i < 20; ++i) {
            INFO("file " << i);
            Tone file(rate_hz);
            file.silence(i * 0.15).play(-23, 3).silence(1);
            CHECK(file.meter.max_short_term_lufs() == Approx(-23.0).margin(tolerance_lu));
            live.silence(i * 0.15).play(-38 + i, 3).silence(3 - i * 0.15);
            CHECK(live.meter.max_short_term_lufs() == Approx(-38.0 + i).margin(tolerance_lu));
        }
    }
}

TEST_CASE("EBU Tech 3341 cases 12 to 14: momentary loudness", "[analysis][loudness]") {
    for (const double rate_hz : ebu_rates_hz) {
        INFO(rate_hz << " Hz");
        Tone alternating(rate_hz);
        alternating.play(-20, 0.18).play(-30, 0.22).play(-20, 0.18).play(-30, 0.22);
        for (int i = 0; i < 23; ++i)
            for (const auto& [level, seconds] : {std::pair{-20.0, 0.18}, std::pair{-30.0, 0.22}}) {
                alternating.play(level, seconds);
                CHECK(alternating.meter.momentary_lufs() == Approx(-23.0).margin(tolerance_lu));
            }

        Tone live(rate_hz);
        for (int i = 0; i < 20; ++i) {
            INFO("file " << i);
            Tone file(rate_hz);
            file.silence(i * 0.02).play(-23, 0.4).silence(1);
            CHECK(file.meter.max_momentary_lufs() == Approx(-23.0).margin(tolerance_lu));
            live.silence(i * 0.02).play(-38 + i, 0.4).silence(0.4 - i * 0.02);
            CHECK(live.meter.max_momentary_lufs() == Approx(-38.0 + i).margin(tolerance_lu));
        }
    }
}

TEST_CASE("EBU Tech 3342 cases 1 to 4: loudness range", "[analysis][loudness]") {
    for (const double rate_hz : ebu_rates_hz) {
        INFO(rate_hz << " Hz");
        Tone first(rate_hz), second(rate_hz), third(rate_hz), fourth(rate_hz);
        first.play(-20, 20).play(-30, 20);
        second.play(-20, 20).play(-15, 20);
        third.play(-40, 20).play(-20, 20);
        fourth.play(-50, 20).play(-35, 20).play(-20, 20).play(-35, 20).play(-50, 20);
        CHECK(first.meter.loudness_range_lu() == Approx(10.0).margin(1.0));
        CHECK(second.meter.loudness_range_lu() == Approx(5.0).margin(1.0));
        CHECK(third.meter.loudness_range_lu() == Approx(20.0).margin(1.0));
        CHECK(fourth.meter.loudness_range_lu() == Approx(15.0).margin(1.0));
    }
}

// A level that rises by 20 dB in a straight line: the short-term loudness takes all values alike, from the first 3 s to
// the last, and the range is 85 % of what lies between. The silence appended adds a few values near the top.
TEST_CASE("loudness range of a ramp", "[analysis][loudness]") {
    Tone ramp(44100);
    for (int i = 0; i < 600; ++i) ramp.play(-40 + 20 * (i + 0.5) / 600, 0.1);
    CHECK(ramp.meter.loudness_range_lu() == Approx(0.85 * 20 * 57 / 60).margin(0.3));
}

TEST_CASE("what lies below -70 LUFS is not heard", "[analysis][loudness]") {
    Tone quiet(44100), audible(44100);
    quiet.play(-71, 5);
    audible.play(-69, 5);
    CHECK(quiet.meter.integrated_lufs() == silence_db);
    CHECK(quiet.meter.loudness_range_lu() == 0.0);
    CHECK(audible.meter.integrated_lufs() == Approx(-69).margin(tolerance_lu));
}

namespace {

using Referee = std::unique_ptr<ebur128_state, void (*)(ebur128_state*)>;

Referee make_referee(const AudioBuffer& audio, double rate_hz) {
    return {ebur128_init(static_cast<unsigned>(audio.channels()), static_cast<unsigned long>(rate_hz),
                         EBUR128_MODE_I | EBUR128_MODE_M | EBUR128_MODE_S | EBUR128_MODE_LRA),
            [](ebur128_state* state) { ebur128_destroy(&state); }};
}

void add_frames(ebur128_state* referee, ConstAudioView part) {
    std::vector<float> interleaved;
    for (int n = 0; n < part.frames(); ++n)
        for (int c = 0; c < part.channels(); ++c) interleaved.push_back(part.channel(c)[static_cast<std::size_t>(n)]);
    REQUIRE(ebur128_add_frames_float(referee, interleaved.data(), static_cast<std::size_t>(part.frames())) ==
            EBUR128_SUCCESS);
}

}  // namespace

TEST_CASE("loudness agrees with libebur128 within 0.02 LU at every rate", "[analysis][loudness]") {
    // Rates at which a tenth of a second, the referee's step, is whole.
    for (const double rate_hz : {8000.0, 12000.0, 16000.0, 22050.0, 24000.0, 32000.0, 44100.0, 48000.0, 64000.0,
                                 88200.0, 96000.0, 176400.0, 192000.0}) {
        const std::pair<const char*, AudioBuffer> signals[] = {
            {"white noise", test::white_noise(0.3, 4, rate_hz)},
            {"mono pink noise", test::pink_noise(-20, 3.5, rate_hz, 1)},
            {"toy music", test::toy_music(4, rate_hz)},
        };
        for (const auto& [name, audio] : signals) {
            INFO(name << " at " << rate_hz << " Hz");
            const auto referee = make_referee(audio, rate_hz);
            LoudnessMeter meter, lean;
            meter.prepare(rate_hz, audio.channels());
            lean.prepare(rate_hz, audio.channels(), LoudnessDetail::integrated);
            double worst = 0.0;
            const int tenth = static_cast<int>(std::lround(rate_hz / 10));
            for (int first = 0; first + tenth <= audio.frames(); first += tenth) {
                const auto part = audio.view().part(first, tenth);
                add_frames(referee.get(), part);
                meter.process(part);
                lean.process(part);
                double momentary = 0.0, short_term = 0.0;
                ebur128_loudness_momentary(referee.get(), &momentary);
                ebur128_loudness_shortterm(referee.get(), &short_term);
                worst = std::max({worst, std::abs(momentary - meter.momentary_lufs()),
                                  std::abs(short_term - meter.short_term_lufs())});
            }
            double integrated = 0.0;
            ebur128_loudness_global(referee.get(), &integrated);
            CHECK(worst < 0.02);
            CHECK(meter.integrated_lufs() == Approx(integrated).margin(0.02));
            CHECK(lean.integrated_lufs() == meter.integrated_lufs());
        }
    }
}

// Three levels of noise, a third of the time each: both percentiles lie on a plateau. The referee looks once a second
// and appends no silence, which a plateau does not notice.
TEST_CASE("loudness range agrees with libebur128 within 0.1 LU", "[analysis][loudness]") {
    for (const double rate_hz : {22050.0, 48000.0}) {
        auto audio = test::pink_noise(-20, 60, rate_hz);
        for (int c = 0; c < 2; ++c)
            for (int n = 0; n < audio.frames(); ++n)
                audio.channel(c)[n] *= static_cast<float>(db_to_gain(-7.0 * (3 * std::int64_t{n} / audio.frames())));
        const auto referee = make_referee(audio, rate_hz);
        add_frames(referee.get(), std::as_const(audio).view());
        LoudnessMeter meter;
        meter.prepare(rate_hz, 2);
        meter.process(std::as_const(audio).view());
        double range = 0.0;
        ebur128_loudness_range(referee.get(), &range);
        CHECK(range > 13.0);
        CHECK(meter.loudness_range_lu() == Approx(range).margin(0.1));
    }
}

namespace {

/// A tone in parts, each at its level and for its time; stereo, so that -20 dB reads -20 LUFS.
struct Part {
    double level_db;
    double seconds;
};
AudioBuffer tone_in_parts(const std::vector<Part>& parts, double rate_hz) {
    double seconds = 0.0;
    for (const auto& part : parts) seconds += part.seconds;
    auto audio = test::sine(1000, 1.0, seconds, rate_hz);
    double end_s = 0.0;
    int n = 0;
    for (const auto& part : parts) {
        end_s += part.seconds;
        for (const int end = static_cast<int>(std::lround(end_s * rate_hz)); n < end; ++n)
            for (int c = 0; c < 2; ++c) audio.channel(c)[n] *= static_cast<float>(db_to_gain(part.level_db));
    }
    return audio;
}

}  // namespace

// Of -20 and -40 LUFS, as long as each other, the mean is -23: the integrated loudness is gated at -33 and leaves -20,
// the range at -43 and goes from -40 to -20. What is at -75 neither hears, nor may it move those gates: where it is
// nearly all there is, with it the gate would lie at -42 instead of -34, and the loudness be -24.
TEST_CASE("both gates work as libebur128's do", "[analysis][loudness]") {
    struct Row {
        const char* name;
        std::vector<Part> parts;
        bool has_range;  // long enough parts for a referee that looks once a second
    };
    for (const double rate_hz : {44100.0, 48000.0})
        for (const auto& [name, parts, has_range] :
             {Row{"in equal parts", {{-40, 20}, {-20, 20}, {-75, 20}}, true},
              Row{"a part below the range's gate", {{-55, 15}, {-40, 15}, {-20, 15}, {-75, 15}}, true},
              Row{"nearly nothing", {{-75, 25}, {-40, 6}, {-20, 4}, {-75, 25}}, false}}) {
            INFO(name << " at " << rate_hz << " Hz");
            const auto audio = tone_in_parts(parts, rate_hz);
            const auto referee = make_referee(audio, rate_hz);
            add_frames(referee.get(), audio.view());
            LoudnessMeter meter;
            meter.prepare(rate_hz, 2);
            meter.process(audio.view());
            double integrated = 0.0, range = 0.0;
            ebur128_loudness_global(referee.get(), &integrated);
            ebur128_loudness_range(referee.get(), &range);
            CHECK(integrated == Approx(-20.0).margin(0.4));  // blocks half of the next part count as well
            CHECK(meter.integrated_lufs() == Approx(integrated).margin(0.02));
            if (!has_range) continue;
            CHECK(range == Approx(20.0).margin(0.2));
            CHECK(meter.loudness_range_lu() == Approx(range).margin(0.1));
        }
}

// A tenth of a second is 1102.5 frames. The referee makes it 1103 and so comes to a block less at the end; hence half a
// minute, in which one block tells little.
TEST_CASE("integrated loudness agrees with libebur128 at 11025 Hz", "[analysis][loudness]") {
    constexpr double rate_hz = 11025.0;
    for (const auto& audio :
         {test::white_noise(0.3, 30, rate_hz), test::pink_noise(-20, 30, rate_hz, 1), test::toy_music(30, rate_hz)}) {
        const auto referee = make_referee(audio, rate_hz);
        add_frames(referee.get(), audio.view());
        LoudnessMeter meter;
        meter.prepare(rate_hz, audio.channels());
        meter.process(audio.view());
        double integrated = 0.0;
        ebur128_loudness_global(referee.get(), &integrated);
        CHECK(meter.integrated_lufs() == Approx(integrated).margin(0.02));
    }
}

// One channel has half the power of two equal ones.
TEST_CASE("a mono stream is one channel", "[analysis][loudness]") {
    const auto stereo = test::sine(1000, 0.1, 3, 48000);
    const auto mono = test::sine(1000, 0.1, 3, 48000, 1);
    LoudnessMeter one, two;
    one.prepare(48000, 1);
    two.prepare(48000, 2);
    one.process(mono.view());
    two.process(stereo.view());
    CHECK(two.integrated_lufs() - one.integrated_lufs() == Approx(10 * std::log10(2.0)).margin(1e-4));
}

TEST_CASE("a loudness that cannot be had is silence_db", "[analysis][loudness]") {
    LoudnessMeter meter;
    meter.prepare(44100, 2);
    CHECK(meter.integrated_lufs() == silence_db);
    CHECK(meter.momentary_lufs() == silence_db);
    CHECK(meter.loudness_range_lu() == 0.0);

    // 390 ms fill no gating block, but they are heard.
    const auto tone = test::sine(1000, 0.5, 0.39, 44100);
    meter.process(tone.view());
    CHECK(meter.integrated_lufs() == silence_db);
    CHECK(meter.max_momentary_lufs() == Approx(-6.02 + 10 * std::log10(39 / 40.0)).margin(0.02));

    meter.reset();
    const AudioBuffer silence(2, 44100 * 4);
    meter.process(silence.view());
    CHECK(meter.integrated_lufs() == silence_db);
    CHECK(meter.max_short_term_lufs() == silence_db);
    CHECK(meter.loudness_range_lu() == 0.0);
}

}  // namespace burnish
