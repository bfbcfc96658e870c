#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <tuple>

#include "core/random.h"
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

}  // namespace burnish::test
