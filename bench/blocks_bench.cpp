// Cost of every stage of the chain at work, and of the analysis, per stereo frame at 44.1 kHz in blocks of 512; of the
// whole chain also in the blocks of 256 of a live player.
//
// Each stage gets settings that keep it busy on music-like noise: what a heavy-handed master would use. The figure to
// read is ns_per_frame; 22676 / ns_per_frame is the multiple of real time on one core.

#include <benchmark/benchmark.h>
#include <ebur128.h>

#include <array>
#include <complex>
#include <memory>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/image_analyzer.h"
#include "analysis/level_analyzer.h"
#include "analysis/spectrum_analyzer.h"
#include "analysis/texture_analyzer.h"
#include "bench/bench_signal.h"
#include "core/random.h"
#include "dsp/denormals.h"
#include "mastering/chain.h"

namespace {

using namespace burnish;

constexpr double rate_hz = 44100.0;
constexpr int block_frames = 512;
constexpr int live_block_frames = 256;

template <class Process>
void run(benchmark::State& state, Process process, int frames_at_once = block_frames) {
    const FlushDenormals no_denormals;
    const AudioBuffer signal = bench::signal(frames_at_once * 128);
    AudioBuffer block(2, frames_at_once);
    int at = 0;
    for (auto _ : state) {
        copy(signal.view().part(at * frames_at_once, frames_at_once), block.view());
        at = (at + 1) % 128;
        process(block.view());
        benchmark::DoNotOptimize(block.view().channel(0).data());
    }
    const double frames = static_cast<double>(state.iterations()) * frames_at_once;
    state.counters["ns_per_frame"] =
        benchmark::Counter(frames * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["x_real_time"] = benchmark::Counter(frames / rate_hz, benchmark::Counter::kIsRate);
}

void register_all() {
    const ProcessSpec spec{rate_hz, 2, block_frames};
    for_each_stage(chain_stages, [&](const auto& stage) {
        using Processor = typename std::remove_cvref_t<decltype(stage)>::Processor;
        const auto settings = bench::busy_settings().*stage.settings;
        benchmark::RegisterBenchmark(std::string(stage.name).c_str(), [spec, settings](benchmark::State& state) {
            Processor block;
            block.prepare(spec);
            block.set(settings);
            run(state, [&](AudioView io) { block.process(io); });
        });
    });
    benchmark::RegisterBenchmark("whole chain", [spec](benchmark::State& state) {
        Chain chain;
        chain.prepare(spec);
        chain.set(bench::busy_settings());
        run(state, [&](AudioView io) { chain.process(io); });
    });
    benchmark::RegisterBenchmark("whole chain, live", [](benchmark::State& state) {
        Chain chain;
        chain.prepare({rate_hz, 2, live_block_frames});
        chain.set(bench::busy_settings());
        const auto process = [&](AudioView io) { chain.process(io); };
        run(state, process, live_block_frames);
    });
    const StreamInfo info{rate_hz, 2, 1 << 30, 24};
    constexpr std::array scopes{std::pair{AnalysisScope::track, ""}, std::pair{AnalysisScope::master, " of a master"}};
    for (const auto& [scope, of] : scopes) {
        benchmark::RegisterBenchmark((std::string("analysis: levels") + of).c_str(), [=](benchmark::State& state) {
            LevelAnalyzer levels;
            levels.prepare(info, scope);
            run(state, [&](AudioView io) { levels.process(io); });
        });
        benchmark::RegisterBenchmark((std::string("analysis: spectrum") + of).c_str(), [=](benchmark::State& state) {
            SpectrumAnalyzer spectrum;
            spectrum.prepare(info, scope);
            run(state, [&](AudioView io) { spectrum.process(io); });
        });
    }
    // What "analysis: levels" is to be compared with, though that measures more.
    benchmark::RegisterBenchmark("libebur128: loudness, true peak", [](benchmark::State& state) {
        const auto destroy = [](ebur128_state* meter) { ebur128_destroy(&meter); };
        const std::unique_ptr<ebur128_state, decltype(destroy)> meter(
            ebur128_init(2, static_cast<unsigned long>(rate_hz), EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK), destroy);
        std::vector<float> interleaved(2 * block_frames);
        run(state, [&](AudioView io) {
            for (int n = 0; n < io.frames(); ++n)
                for (const int c : {0, 1}) interleaved[2 * n + c] = io.channel(c)[n];
            ebur128_add_frames_float(meter.get(), interleaved.data(), static_cast<std::size_t>(io.frames()));
        });
    });
    benchmark::RegisterBenchmark("analysis: texture, part of the spectrum", [](benchmark::State& state) {
        constexpr int size = 4096, hop = size / 4, bins = size / 2 + 1;
        TextureAnalyzer texture;
        texture.prepare(rate_hz, rate_hz / size, bins);
        Random random(2);
        std::vector<float> power(bins), bark(TextureAnalyzer::bands);
        for (float& bin : power) bin = static_cast<float>(random.uniform(0.0, 1e-4));
        for (float& band : bark) band = static_cast<float>(random.uniform(0.0, 1e-2));
        const auto process = [&](AudioView io) { texture.add_frame(bark, power, io.channel(0)); };
        run(state, process, hop);
    });
    benchmark::RegisterBenchmark("analysis: image, part of the spectrum", [](benchmark::State& state) {
        constexpr int size = 4096, bins = size / 2 + 1;
        ImageAnalyzer image;
        image.prepare(rate_hz / size, bins);
        Random random(3);
        std::vector<std::complex<float>> mid(bins), side(bins);
        for (auto* spectrum : {&mid, &side})
            for (auto& bin : *spectrum)
                bin = {static_cast<float>(random.uniform(-1e-2, 1e-2)),
                       static_cast<float>(random.uniform(-1e-2, 1e-2))};
        run(
            state, [&](AudioView /*io*/) { image.add_frame(mid, side); }, size);
    });
}

}  // namespace

int main(int argc, char** argv) {
    register_all();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
