#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>
#include <tuple>
#include <type_traits>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "core/random.h"
#include "dsp/denormals.h"
#include "tests/dsp/all_blocks.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/block_runner.h"
#include "tests/support/signals.h"

// Promises that every block makes, tested over the one list of blocks.

namespace burnish::test {
namespace {

constexpr ProcessSpec spec{.sample_rate_hz = 44100.0, .channels = 2, .max_block_frames = 4096};

/// Every parameter somewhere in its range, or at one end of it one time in four.
template <Block B>
typename B::Settings random_settings(Random& random) {
    typename B::Settings settings;
    for (const auto& param : B::params) {
        const double draw = random.uniform();
        if (draw < 0.125)
            settings.*param.member = param.min;
        else if (draw < 0.25)
            settings.*param.member = param.max;
        else if (param.scale == Scale::log)
            settings.*param.member = param.min * std::pow(param.max / param.min, random.uniform());
        else
            settings.*param.member = random.uniform(param.min, param.max);
    }
    return settings;
}

/// Every parameter the same way up its range. Times are cut to 200 ms: they only say how soon a state is forgotten.
template <Block B>
typename B::Settings settings_at(double share) {
    typename B::Settings settings;
    for (const auto& param : B::params) {
        double value = param.scale == Scale::log ? param.min * std::pow(param.max / param.min, share)
                                                 : param.min + share * (param.max - param.min);
        if (std::string_view(param.name).ends_with("_ms")) value = std::min(value, 200.0);
        settings.*param.member = value;
    }
    return settings;
}

/// The same samples in all channels.
template <class MakeSample>
AudioBuffer make(double seconds, double rate_hz, int channels, MakeSample make_sample) {
    AudioBuffer audio(channels, static_cast<int>(seconds * rate_hz));
    for (int c = 0; c < channels; ++c)
        for (int n = 0; n < audio.frames(); ++n) audio.channel(c)[n] = make_sample(n);
    return audio;
}

void clear(AudioBuffer& audio) {
    for (int c = 0; c < audio.channels(); ++c) std::ranges::fill(audio.channel(c), 0.0F);
}

int count_subnormal(const AudioBuffer& audio) {
    int count = 0;
    for (int c = 0; c < audio.channels(); ++c)
        for (const float sample : audio.channel(c)) count += std::fpclassify(sample) == FP_SUBNORMAL ? 1 : 0;
    return count;
}

/// Whether `work` makes the processor handle subnormal numbers, as it tells itself; false where it cannot.
template <class Work>
bool meets_subnormals(Work work) {
#if defined(__SSE2__)
    constexpr unsigned denormal_operand = 0x2;
    _mm_setcsr(_mm_getcsr() & ~denormal_operand);
    work();
    return (_mm_getcsr() & denormal_operand) != 0;
#else
    work();
    return false;
#endif
}

/// Largest second difference over the largest magnitude, frames first..first+count of all channels.
double curvature(const AudioBuffer& audio, int first, int count) {
    double bend = 0.0;
    double top = 0.0;
    for (int c = 0; c < audio.channels(); ++c) {
        const auto x = audio.channel(c);
        for (int n = first + 2; n < first + count; ++n) {
            bend = std::max(bend, std::abs(double{x[n]} - 2 * double{x[n - 1]} + x[n - 2]));
            top = std::max(top, std::abs(double{x[n]}));
        }
    }
    return bend / top;
}

bool same_bits(const AudioBuffer& a, const AudioBuffer& b) {
    for (int c = 0; c < a.channels(); ++c)
        if (std::memcmp(a.channel(c).data(), b.channel(c).data(), a.channel(c).size_bytes()) != 0) return false;
    return true;
}

bool all_finite(const AudioBuffer& audio) {
    for (int c = 0; c < audio.channels(); ++c)
        for (const float sample : audio.channel(c))
            if (!std::isfinite(sample)) return false;
    return true;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("parameters: defaults and ranges hold together", "[dsp][contract]", AllBlocks) {
    for (const auto& param : TestType::params) {
        INFO(param.name);
        CHECK(param.min < param.max);
        CHECK(param.accepts(param.default_value()));
        CHECK((param.scale == Scale::linear || param.min > 0.0));
        CHECK_FALSE(param.help.empty());
    }
}

TEMPLATE_LIST_TEST_CASE("default settings delay the input by the latency, bit for bit", "[dsp][contract]", AllBlocks) {
    for (const double rate_hz : {44100.0, 96000.0})
        for (const int channels : {1, 2}) {
            const auto in = white_noise(1.4, 0.5, rate_hz, channels);
            CHECK(same_bits(in, render<TestType>(in, {}, rate_hz)));
        }
}

TEMPLATE_LIST_TEST_CASE("output does not depend on the block size", "[dsp][contract]", AllBlocks) {
    Random random(7);
    const auto in = toy_music(1.0, spec.sample_rate_hz);
    for (int trial = 0; trial < 4; ++trial) {
        const auto settings = random_settings<TestType>(random);
        TestType block;
        block.prepare(spec);
        block.set(settings);
        auto whole = in;
        run_in_pieces(block, whole, spec.max_block_frames);
        block.reset();
        auto cut = in;
        for (int first = 0; first < cut.frames();) {
            const int count =
                std::min(1 + static_cast<int>(random.uniform() * random.uniform() * 4095.0), cut.frames() - first);
            block.process(cut.view().part(first, count));
            first += count;
        }
        CHECK(same_bits(whole, cut));
    }
}

TEMPLATE_LIST_TEST_CASE("reset restores the fresh state", "[dsp][contract]", AllBlocks) {
    Random random(11);
    const auto in = toy_music(0.7, spec.sample_rate_hz);
    for (int trial = 0; trial < 3; ++trial) {
        const auto settings = random_settings<TestType>(random);
        TestType block;
        block.prepare(spec);
        block.set(settings);
        auto first = in;
        run_in_pieces(block, first, 1024);
        block.reset();
        auto second = in;
        run_in_pieces(block, second, 1024);
        CHECK(same_bits(first, second));
    }
}

TEMPLATE_LIST_TEST_CASE("a copy goes on like its original, and leaves it alone", "[dsp][contract]", AllBlocks) {
    Random random(12);
    const auto in = toy_music(0.7, spec.sample_rate_hz);
    constexpr int cut = 11000;
    for (int trial = 0; trial < 3; ++trial) {
        TestType block;
        block.prepare(spec);
        block.set(random_settings<TestType>(random));
        auto original = in;
        run_in_pieces(block, original.view().part(0, cut), 1024);
        auto copied = original;
        TestType copy_of_block = block;
        run_in_pieces(copy_of_block, copied.view().part(cut, in.frames() - cut), 1024);
        run_in_pieces(block, original.view().part(cut, in.frames() - cut), 1024);
        CHECK(same_bits(original, copied));
    }
}

TEMPLATE_LIST_TEST_CASE("set, process and reset never allocate", "[dsp][contract][realtime]", AllBlocks) {
    Random random(13);
    auto audio = toy_music(0.5, spec.sample_rate_hz);
    TestType block;
    block.prepare(spec);
    for (int trial = 0; trial < 5; ++trial) {
        const auto settings = random_settings<TestType>(random);
        const auto before = allocation_count();
        block.set(settings);
        run_in_pieces(block, audio, 128);
        block.reset();
        const auto after = allocation_count();
        CHECK(after == before);
    }
}

TEMPLATE_LIST_TEST_CASE("output is finite over the whole parameter range", "[dsp][contract]", AllBlocks) {
    Random random(17);
    for (const double rate_hz : {8000.0, 44100.0, 192000.0})
        for (const int channels : {1, 2})
            for (int trial = 0; trial < 6; ++trial) {
                auto audio = white_noise(trial % 2 == 0 ? 1.0 : 8.0, 0.2, rate_hz, channels, trial + 1);
                // Full-scale DC, then silence: what makes filters ring and logarithms fail.
                for (int c = 0; c < channels; ++c)
                    for (int n = audio.frames() / 4; n < audio.frames() / 2; ++n)
                        audio.channel(c)[n] = n < audio.frames() / 3 ? 1.0F : 0.0F;
                TestType block;
                block.prepare({rate_hz, channels, 512});
                block.set(random_settings<TestType>(random));
                run_in_pieces(block, audio, 512);
                CHECK(all_finite(audio));
            }
}

TEMPLATE_LIST_TEST_CASE("output stays in bounds for DC, squares and faint noise", "[dsp][contract]", AllBlocks) {
    const FlushDenormals as_every_thread_of_the_engine;
    Random random(19);
    const auto constant = [](int) { return 1.0F; };
    const auto slow_square = [](int n) { return n / 100 % 2 == 0 ? 1.0F : -1.0F; };
    const auto fast_square = [](int n) { return n % 2 == 0 ? 1.0F : -1.0F; };
    const auto subnormal = [](int n) { return n % 3 == 0 ? -1e-40F : 1e-41F; };
    for (const double rate_hz : {8000.0, 44100.0, 192000.0})
        for (int trial = 0; trial < 4; ++trial)
            for (auto audio : {make(0.2, rate_hz, 2, constant), make(0.2, rate_hz, 2, slow_square),
                               make(0.2, rate_hz, 2, fast_square), make(0.2, rate_hz, 2, subnormal)}) {
                TestType block;
                block.prepare({rate_hz, 2, 512});
                block.set(random_settings<TestType>(random));
                CHECK_FALSE(meets_subnormals([&] { run_in_pieces(block, audio, 512); }));
                CHECK(all_finite(audio));
                CHECK(peak(audio) < 2000.0);  // 66 dB: more than all the gain there is to be set in one block
            }
}

// A day of silence, in what it does to a block: 400 ms, the slowest time built in, falls below the smallest double in
// 300 s, and then the state has come to rest. Sound then comes out as after a second of silence on a fresh block;
// powers of two keep control periods in step, and the rounding of transforms is what may differ.
TEMPLATE_LIST_TEST_CASE("a day of silence leaves no trace and no subnormal numbers", "[dsp][contract]", AllBlocks) {
    constexpr double rate_hz = 8000.0;
    constexpr int second_frames = 8192;
    const FlushDenormals as_every_thread_of_the_engine;
    const auto sound = toy_music(1.0, rate_hz);
    AudioBuffer silence(2, second_frames);
    for (const double share : {0.25, 0.75}) {
        INFO("settings at " << share << " of their ranges");
        TestType block;
        block.prepare({rate_hz, 2, second_frames});
        block.set(settings_at<TestType>(share));
        block.process(AudioBuffer(sound).view());
        int subnormal = 0;
        CHECK_FALSE(meets_subnormals([&] {
            for (int second = 0; second < 310; ++second) {
                clear(silence);
                block.process(silence.view());
                subnormal += count_subnormal(silence);
            }
        }));
        CHECK(subnormal == 0);
        CHECK(peak(silence) == 0.0);
        auto after_day = sound;
        block.process(after_day.view());
        CHECK(all_finite(after_day));

        block.reset();
        clear(silence);
        block.process(silence.view());
        auto after_second = sound;
        block.process(after_second.view());
        // Dither goes on in its row of random numbers, and the motion of a reverb with the clock.
        if constexpr (!std::is_same_v<TestType, Dither> && !std::is_same_v<TestType, Reverb>)
            CHECK(null_depth_db(after_second, after_day) <= -130.0);
    }
}

TEST_CASE("flushing keeps the processor from handling subnormal numbers", "[dsp][contract]") {
    volatile double tiny = 1e-310;
    volatile double tenth = 0.1;
    volatile double smallest = 3e-308;
    volatile double sum = 1.0;
    {
        const FlushDenormals flush;
        CHECK_FALSE(meets_subnormals([&] { sum = sum + tiny; }));
        CHECK(smallest * tenth == 0.0);
    }
    CHECK(smallest * tenth > 0.0);
#if defined(__SSE2__)
    CHECK(meets_subnormals([&] { sum = sum + tiny; }));
    CHECK_FALSE(meets_subnormals([&] { sum = sum + smallest; }));
#endif
}

// A tone swells up after silence and dies away again. Its second difference is its amplitude times (2 pi f / rate)^2; a
// click would add its whole height.
TEMPLATE_LIST_TEST_CASE("nothing clicks where sound begins and ends", "[dsp][contract]", AllBlocks) {
    constexpr double rate_hz = 44100.0;
    auto in = sine(100.0, 0.5, 4.0, rate_hz);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < in.frames(); ++n) {
            const double swell = std::clamp(std::min(n / rate_hz - 1.0, 3.0 - n / rate_hz) / 0.1, 0.0, 1.0);
            in.channel(c)[n] *= static_cast<float>(swell * swell * (3.0 - 2.0 * swell));
        }
    const auto second = static_cast<int>(rate_hz);
    for (const double share : {0.25, 0.75}) {
        INFO("settings at " << share << " of their ranges");
        const auto out = render<TestType>(in, settings_at<TestType>(share), rate_hz);
        CHECK(curvature(out, 0, out.frames()) < 2.0 * curvature(out, 2 * second, second / 2));
    }
}

}  // namespace burnish::test
