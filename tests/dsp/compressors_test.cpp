#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/decibels.h"
#include "dsp/dynamic_equalizer.h"
#include "dsp/gain_computer.h"
#include "dsp/glue_compressor.h"
#include "dsp/limiter.h"
#include "dsp/multiband_compressor.h"
#include "dsp/soft_clipper.h"
#include "tests/dsp/compressed_tones.h"
#include "tests/support/block_runner.h"
#include "tests/support/signals.h"

namespace burnish::test {

// Threshold -20 dB, ratio 4: 10 dB over come out 2.5 dB over. In the knee of 12 dB, at the threshold itself, the
// quadratic has covered a quarter: 3/4 * 6^2 / 24 = 1.125 dB; at 3 dB below it, 3/4 * 3^2 / 24 = 0.28125 dB.
TEST_CASE("gain curve: slope, knee and what lies below", "[dsp][compressor]") {
    const GainCurve hard{.threshold_db = -20, .ratio = 4, .knee_db = 0};
    const GainCurve soft{.threshold_db = -20, .ratio = 4, .knee_db = 12};
    const std::array levels_db{-90.0, -26.5, -23.0, -20.0, -17.0, -14.0, -10.0, 0.0};
    const std::array hard_db{0.0, 0.0, 0.0, 0.0, -2.25, -4.5, -7.5, -15.0};
    const std::array soft_db{0.0, 0.0, -0.28125, -1.125, -2.53125, -4.5, -7.5, -15.0};
    for (std::size_t i = 0; i < levels_db.size(); ++i) {
        INFO(levels_db[i] << " dB");
        CHECK(compressor_gain_db(levels_db[i], hard) == Approx(hard_db[i]).margin(1e-12));
        CHECK(compressor_gain_db(levels_db[i], soft) == Approx(soft_db[i]).margin(1e-12));
        for (const auto& [curve, expected] : {std::pair{hard, hard_db[i]}, std::pair{soft, soft_db[i]}}) {
            std::array<float, 3> block{static_cast<float>(db_to_power(levels_db[i])), 0.0F, 1e30F};
            power_to_compressor_gain_db(block, curve);
            CHECK(block[0] == Approx(expected).margin(1e-4));
            CHECK(block[1] == 0.0F);
            CHECK(std::isfinite(block[2]));
        }
    }
    CHECK(compressor_gain_db(10.0, {.threshold_db = -20, .ratio = 1, .knee_db = 6}) == 0.0);
}

TEST_CASE("linear gain of 0 dB is exactly 1", "[dsp][compressor]") {
    std::array<float, 4> gain{0.0F, -0.0F, -6.0205999F, 20.0F};
    gain_db_to_linear(gain);
    CHECK(gain[0] == 1.0F);
    CHECK(gain[1] == 1.0F);
    CHECK(gain[2] == Approx(0.5));
    CHECK(gain[3] == Approx(10.0));
}

TEST_CASE("glue compressor settles on its static curve", "[dsp][compressor][glue]") {
    for (const double rate_hz : {44100.0, 48000.0, 96000.0})
        for (double in_db = -60.0; in_db <= 0.0; in_db += 3.0) {
            const auto in = sine(997.0, db_to_gain(in_db), 0.4, rate_hz);
            for (const double ratio : {1.5, 2.0, 4.0, 10.0})
                for (const double knee_db : {0.0, 10.0}) {
                    const auto out = render<GlueCompressor>(in,
                                                            {.threshold_db = -20,
                                                             .ratio = ratio,
                                                             .knee_db = knee_db,
                                                             .attack_ms = 10,
                                                             .release_ms = 100,
                                                             .sidechain_hz = 20},
                                                            rate_hz);
                    const double u = in_db + 20, half = knee_db / 2, slope = 1 / ratio - 1;
                    const double expected_db = u <= -half  ? 0.0
                                               : u >= half ? slope * u
                                                           : slope * (u + half) * (u + half) / (2 * knee_db);
                    INFO(rate_hz << " Hz, ratio " << ratio << ", knee " << knee_db << " dB, input " << in_db
                                 << " dBFS");
                    CHECK(gain_over_time(in, out).back() == Approx(expected_db).margin(0.1));
                }
        }
}

TEST_CASE("glue compressor at a ratio of 1 lets everything through as it is", "[dsp][compressor][glue]") {
    for (const double rate_hz : {44100.0, 96000.0}) {
        const auto in = toy_music(2.0, rate_hz);  // most of it above the threshold
        CHECK(null_depth_db(in, render<GlueCompressor>(in, {.threshold_db = -30, .ratio = 1}, rate_hz)) <= -140.0);
    }
}

TEST_CASE("glue compressor's times cover 63 %", "[dsp][compressor][glue]") {
    for (const double rate_hz : {44100.0, 96000.0})
        for (const auto& [attack_ms, release_ms] :
             {std::pair{0.5, 40.0}, std::pair{2.0, 40.0}, std::pair{5.0, 50.0}, std::pair{10.0, 100.0},
              std::pair{30.0, 100.0}, std::pair{60.0, 200.0}, std::pair{200.0, 600.0}, std::pair{200.0, 1000.0}}) {
            // As long as it takes to settle.
            const double loud_s = std::max(0.8, 0.008 * attack_ms), quiet_s = std::max(1.0, 0.007 * release_ms);
            const auto in = stepped_tone(4001.0, rate_hz, {{0.2, -30}, {loud_s, -10}, {quiet_s, -30}});
            const auto out = render<GlueCompressor>(
                in, {.threshold_db = -25, .ratio = 3, .knee_db = 0, .attack_ms = attack_ms, .release_ms = release_ms},
                rate_hz);
            const auto gain = gain_over_time(in, out);
            INFO(rate_hz << " Hz, " << attack_ms << " / " << release_ms << " ms");
            const double down_s = 0.2 + loud_s;
            CHECK(gain[static_cast<int>((down_s - 0.01) * rate_hz)] == Approx(-10.0).margin(0.1));
            CHECK(time_constant_ms(gain, 0.2, down_s - 0.01, rate_hz) == Approx(attack_ms).epsilon(0.05));
            CHECK(time_constant_ms(gain, down_s, down_s + quiet_s - 0.05, rate_hz) == Approx(release_ms).epsilon(0.05));
        }
}

// 100 Hz at -12 dBFS, 8 dB over a threshold with ratio 4: 6 dB of reduction.
TEST_CASE("glue compressor leaves a bass tone clean", "[dsp][compressor][glue]") {
    for (const double rate_hz : {44100.0, 96000.0}) {
        const auto in = sine(100.0, db_to_gain(-12), 2.0, rate_hz);
        const auto out = render<GlueCompressor>(
            in, {.threshold_db = -20, .ratio = 4, .knee_db = 0, .attack_ms = 10, .release_ms = 100, .sidechain_hz = 20},
            rate_hz);
        const auto second = static_cast<int>(rate_hz);
        CHECK(gain_to_db(rms(out, second, second) / rms(in, second, second)) == Approx(-6.0).margin(0.15));
        CHECK(distortion(out, 100.0, rate_hz, second, second) < 0.002);
    }
}

TEST_CASE("compressors: both channels get the same gain", "[dsp][compressor]") {
    // The right channel is half the left: halving is exact, so equal gains give exactly half again.
    auto in = toy_music(2.0, 44100.0);
    for (int n = 0; n < in.frames(); ++n) in.channel(1)[n] = 0.5F * in.channel(0)[n];
    const auto glue = render<GlueCompressor>(in, {.threshold_db = -30, .ratio = 4}, 44100.0);
    const auto multiband = render<MultibandCompressor>(
        in, {.low_ratio = 4, .low_mid_ratio = 3, .high_mid_ratio = 2, .high_ratio = 8}, 44100.0);
    for (const auto* out : {&glue, &multiband}) {
        CHECK(null_depth_db(in, *out) > -30.0);
        int unequal = 0;
        for (int n = 0; n < in.frames(); ++n) unequal += out->channel(1)[n] != 0.5F * out->channel(0)[n] ? 1 : 0;
        CHECK(unequal == 0);
    }
}

// Factors of two and signs are exact too, so the channel that leads may change all the time.
TEST_CASE("glue compressor and limiter: equal gains whichever channel leads", "[dsp][compressor][glue][limiter]") {
    const std::array factors{0.5F, 2.0F, -4.0F, 0.0F};
    const auto factor = [&](int n) { return factors[static_cast<std::size_t>(n / 777) % factors.size()]; };
    auto in = toy_music(2.0, 44100.0);
    for (int n = 0; n < in.frames(); ++n) in.channel(1)[n] = factor(n) * in.channel(0)[n];
    const auto glue = render<GlueCompressor>(in, {.threshold_db = -40, .ratio = 4}, 44100.0);
    const auto limiter = render<Limiter>(in, {.ceiling_dbtp = -20.0}, 44100.0);
    for (const auto* out : {&glue, &limiter}) {
        CHECK(null_depth_db(in, *out) > -10.0);
        int unequal = 0;
        for (int n = 0; n < in.frames(); ++n) unequal += out->channel(1)[n] != factor(n) * out->channel(0)[n] ? 1 : 0;
        CHECK(unequal == 0);
    }
}

// Its filters remember the factor before for a moment: bands of 1 ms or less have forgotten it after 40 ms, to the bit.
TEST_CASE("dynamic equalizer: equal gains whichever channel leads", "[dsp][dynamic_equalizer]") {
    constexpr int stretch = 5000, forgotten = 1764;
    const std::array factors{0.5F, 2.0F, -4.0F, 0.125F};
    const auto factor = [&](int n) { return factors[static_cast<std::size_t>(n / stretch) % factors.size()]; };
    auto in = toy_music(4.0, 44100.0);
    for (int n = 0; n < in.frames(); ++n) in.channel(1)[n] = factor(n) * in.channel(0)[n];
    const auto out = render<DynamicEqualizer>(in,
                                              {.harsh_threshold_db = -48,
                                               .harsh_range_db = 12,
                                               .resonance_1_hz = 1000,
                                               .resonance_1_q = 2,
                                               .resonance_1_threshold_db = -48,
                                               .resonance_1_range_db = 12},
                                              44100.0);
    int unequal = 0, changed = 0;
    for (int n = 0; n < in.frames(); ++n) {
        if (n % stretch < forgotten) continue;
        unequal += out.channel(1)[n] != factor(n) * out.channel(0)[n] ? 1 : 0;
        changed += out.channel(0)[n] != in.channel(0)[n] ? 1 : 0;
    }
    CHECK(unequal == 0);
    CHECK(changed > in.frames() / 2);
}

TEST_CASE("glue compressor listens to the louder channel", "[dsp][compressor][glue]") {
    auto in = sine(997.0, db_to_gain(-10), 0.8, 44100.0);
    for (float& sample : in.channel(0)) sample *= 0.1F;
    const auto out = render<GlueCompressor>(in, {.threshold_db = -20, .ratio = 2, .knee_db = 0}, 44100.0);
    CHECK(gain_over_time(in, out).back() == Approx(-5.0).margin(0.1));
}

TEST_CASE("bass below the side-chain high-pass hardly moves the glue compressor", "[dsp][compressor][glue]") {
    const GlueCompressorSettings settings{.threshold_db = -20, .ratio = 10, .knee_db = 6};
    for (const auto& [frequency_hz, most_db, least_db] : {std::tuple{40.0, 1.0, -0.01}, std::tuple{400.0, 6.0, 5.0}}) {
        const auto in = sine(frequency_hz, db_to_gain(-14), 1.0, 48000.0);
        const auto out = render<GlueCompressor>(in, settings, 48000.0);
        const double reduction_db = gain_to_db(rms(in, 24000, 24000) / rms(out, 24000, 24000));
        INFO(frequency_hz << " Hz");
        CHECK(reduction_db <= most_db);
        CHECK(reduction_db >= least_db);
    }
}

TEST_CASE("slow release follows loud passages, not single hits", "[dsp][compressor][glue]") {
    const double rate_hz = 44100.0;
    const auto reduction_left_db = [&](double loud_s, double amount, double later_s) {
        const auto in = stepped_tone(2003.0, rate_hz, {{0.2, -40}, {loud_s, -10}, {1.1, -40}});
        const auto out = render<GlueCompressor>(in,
                                                {.threshold_db = -20,
                                                 .ratio = 2,
                                                 .knee_db = 0,
                                                 .attack_ms = 5,
                                                 .release_ms = 80,
                                                 .slow_release_ms = 1000,
                                                 .slow_release_amount = amount},
                                                rate_hz);
        return -gain_over_time(in, out)[static_cast<int>((0.2 + loud_s + later_s) * rate_hz)];
    };
    CHECK(reduction_left_db(2.0, 0.0, 0.4) == Approx(0.0).margin(0.06));
    // 5 dB of reduction, of which 1/e is left after the slow release; half of it for half the amount.
    CHECK(reduction_left_db(2.0, 1.0, 1.0) == Approx(5 / std::numbers::e).margin(0.09));
    CHECK(reduction_left_db(2.0, 0.5, 1.0) == Approx(2.5 / std::numbers::e).margin(0.045));
    CHECK(reduction_left_db(0.01, 1.0, 0.4) < 1.2);
}

TEST_CASE("mix and make-up act on the gain", "[dsp][compressor][glue]") {
    const auto in = sine(997.0, db_to_gain(-8), 1.0, 44100.0);
    const auto settled = [&](double mix, double makeup_db) {
        const auto out = render<GlueCompressor>(
            in, {.threshold_db = -20, .ratio = 2, .knee_db = 0, .makeup_db = makeup_db, .mix = mix}, 44100.0);
        return db_to_gain(gain_over_time(in, out).back());
    };
    // 12 dB over at ratio 2: gain -6 dB.
    const double compressed = db_to_gain(-6);
    CHECK(settled(1.0, 0.0) == Approx(compressed).epsilon(0.01));
    CHECK(settled(0.5, 0.0) == Approx((1 + compressed) / 2).epsilon(0.01));
    CHECK(settled(1.0, 6.0) == Approx(1.0).epsilon(0.01));
    CHECK(settled(0.0, 3.0) == Approx(db_to_gain(3.0)).epsilon(1e-5));
}

TEST_CASE("gain reduction can be read off", "[dsp][compressor]") {
    auto in = sine(2000.0, db_to_gain(-8), 1.0, 44100.0);
    GlueCompressor glue;
    glue.prepare({44100.0, 2, in.frames()});
    CHECK(glue.gain_reduction_db() == 0.0);
    glue.set({.threshold_db = -20, .ratio = 2, .knee_db = 0});
    auto copy_for_glue = in;
    glue.process(copy_for_glue.view());
    CHECK(glue.gain_reduction_db() == Approx(6.0).margin(0.1));
    glue.reset();
    CHECK(glue.gain_reduction_db() == 0.0);

    MultibandCompressor multiband;
    multiband.prepare({44100.0, 2, in.frames()});
    multiband.set({.low_split_hz = 40, .mid_split_hz = 400, .high_split_hz = 12000, .knee_db = 0, .high_mid_ratio = 2});
    multiband.process(in.view());
    // -8 dBFS peak is -11.01 dBFS rms, 12.99 dB over -30 + 6.
    CHECK(multiband.gain_reduction_db(2) == Approx(12.99 / 2).margin(0.1));
    CHECK(multiband.gain_reduction_db(1) == Approx(0.0).margin(1e-9));

    // A tone alone is as loud as the whole, 12 dB over a threshold of -12: cut by all of the range.
    DynamicEqualizer dynamic;
    dynamic.prepare({44100.0, 2, in.frames()});
    dynamic.set({.harsh_hz = 2000.0, .harsh_range_db = 4.0, .resonance_1_hz = 2000.0, .resonance_1_range_db = 1.0});
    CHECK(dynamic.gain_reduction_db() == 0.0);
    auto tone = sine(2000.0, db_to_gain(-8), 1.0, 44100.0);
    dynamic.process(tone.view());
    CHECK(dynamic.gain_reduction_db() == Approx(4.0).margin(0.01));

    // Peaks of -8 dBFS come out at the threshold.
    SoftClipper clipper;
    clipper.prepare({44100.0, 2, in.frames()});
    auto peaks = sine(500.0, db_to_gain(-8), 0.2, 44100.0);
    clipper.set({.threshold_db = -11.0, .knee_db = 0.0});
    clipper.process(peaks.view());
    CHECK(clipper.gain_reduction_db() == Approx(3.0).margin(0.01));
    auto soft = sine(500.0, db_to_gain(-20), 0.2, 44100.0);
    auto softer = soft;
    clipper.process(soft.view());  // the filters forget the peaks
    clipper.process(softer.view());
    CHECK(clipper.gain_reduction_db() == 0.0);
    clipper.set({});
    clipper.process(peaks.view());
    CHECK(clipper.gain_reduction_db() == 0.0);
}

}  // namespace burnish::test
