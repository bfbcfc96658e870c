// Cost of every stage of the chain at work, of the analysis and of rate conversion, per stereo frame at 44.1 kHz in
// blocks of 512; of the whole chain also in the blocks of 256 of a live player.
//
// Each stage gets settings that keep it busy on music-like noise: what a heavy-handed master would use. It hears what
// the stages before it make of that noise, as it does in the chain. The figure to read is ns_per_frame;
// 22676 / ns_per_frame is the multiple of real time on one core.

#include <benchmark/benchmark.h>
#include <ebur128.h>
#include <soxr.h>

#include <algorithm>
#include <array>
#include <complex>
#include <memory>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/image_analyzer.h"
#include "analysis/level_analyzer.h"
#include "analysis/partial_analyzer.h"
#include "analysis/percussion_separator.h"
#include "analysis/spectrum_analyzer.h"
#include "analysis/texture_analyzer.h"
#include "bench/bench_signal.h"
#include "core/random.h"
#include "dsp/denormals.h"
#include "io/resampler.h"
#include "mastering/chain.h"
#include "preview/rate_converter.h"

namespace {

using namespace burnish;

constexpr double rate_hz = 44100.0;
constexpr int block_frames = 512;
constexpr int live_block_frames = 256;

constexpr int blocks_of_signal = 128;

/// @param frames  at 44.1 kHz
void tell_cost(benchmark::State& state, double frames) {
    state.counters["ns_per_frame"] =
        benchmark::Counter(frames * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["x_real_time"] = benchmark::Counter(frames / rate_hz, benchmark::Counter::kIsRate);
}

template <class Process>
void run_on(benchmark::State& state, const AudioBuffer& signal, Process process, int frames_at_once = block_frames) {
    const FlushDenormals no_denormals;
    AudioBuffer block(2, frames_at_once);
    int at = 0;
    for (auto _ : state) {
        copy(signal.view().part(at, frames_at_once), block.view());
        at = (at + frames_at_once) % signal.frames();
        process(block.view());
        benchmark::DoNotOptimize(block.view().channel(0).data());
    }
    tell_cost(state, static_cast<double>(state.iterations()) * frames_at_once);
}

template <class Process>
void run(benchmark::State& state, Process process, int frames_at_once = block_frames) {
    run_on(state, bench::signal(frames_at_once * blocks_of_signal), process, frames_at_once);
}

/// The benchmarks' signal, again and again, as a file of any rate.
class EndlessSource final : public AudioSource {
public:
    explicit EndlessSource(double sample_rate_hz) : info_{sample_rate_hz, 2, std::int64_t{1} << 40, 0} {}
    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Result<int> read(AudioView into) override {
        const int count = std::min(into.frames(), signal_.frames() - at_);
        copy(signal_.view().part(at_, count), into.part(0, count));
        at_ = (at_ + count) % signal_.frames();
        return count;
    }
    [[nodiscard]] Status rewind() override {
        at_ = 0;
        return success();
    }

private:
    const AudioBuffer signal_ = bench::signal(block_frames * blocks_of_signal);
    StreamInfo info_;
    int at_ = 0;
};

struct RatePair {
    const char* name;
    double from_hz, to_hz;
};
constexpr int converter_frames = 4096;  // in and out, as in io/resampler.cpp

/// @param convert  called with views to fill, at the rate that is wanted
template <class Convert>
void run_to_rate(benchmark::State& state, const RatePair& rates, int frames_at_once, Convert convert) {
    const FlushDenormals no_denormals;
    AudioBuffer block(2, frames_at_once);
    for (auto _ : state) {
        convert(block.view());
        benchmark::DoNotOptimize(block.view().channel(0).data());
    }
    const double frames = static_cast<double>(state.iterations()) * frames_at_once;
    tell_cost(state, frames * rate_hz / rates.to_hz);
}

/// libsoxr without anything around it, fed from memory, as io/resampler sets it up.
class Soxr {
public:
    explicit Soxr(const RatePair& rates) {
        const auto io = soxr_io_spec(SOXR_FLOAT32_S, SOXR_FLOAT32_S);
        const auto quality = soxr_quality_spec(SOXR_VHQ | SOXR_LINEAR_PHASE, 0);
        const auto runtime = soxr_runtime_spec(1);
        soxr_.reset(soxr_create(rates.from_hz, rates.to_hz, 2, nullptr, &io, &quality, &runtime));
    }
    void fill(AudioView out) {
        for (int done = 0; done < out.frames();) {
            soxr_cbuf_t from[] = {signal_.channel(0).data() + at_, signal_.channel(1).data() + at_};
            soxr_buf_t to[] = {out.channel(0).data() + done, out.channel(1).data() + done};
            const auto offered = static_cast<std::size_t>(std::min(converter_frames, signal_.frames() - at_));
            std::size_t taken = 0;
            std::size_t given = 0;
            soxr_process(soxr_.get(), static_cast<soxr_in_t>(from), offered, &taken, static_cast<soxr_out_t>(to),
                         static_cast<std::size_t>(out.frames() - done), &given);
            at_ = (at_ + static_cast<int>(taken)) % signal_.frames();
            done += static_cast<int>(given);
        }
    }

private:
    struct Delete {
        void operator()(soxr_t soxr) const noexcept { soxr_delete(soxr); }
    };
    const AudioBuffer signal_ = bench::signal(block_frames * blocks_of_signal);
    std::unique_ptr<soxr, Delete> soxr_;
    int at_ = 0;
};

void register_rate_conversion() {
    constexpr std::array pairs{RatePair{"44.1 to 48 kHz", rate_hz, 48000.0},
                               RatePair{"96 to 44.1 kHz", 96000.0, rate_hz}};
    for (const auto& rates : pairs) {
        const std::string between = rates.name;
        benchmark::RegisterBenchmark(("rate: " + between).c_str(), [rates](benchmark::State& state) {
            EndlessSource source(rates.from_hz);
            const auto converted = convert_rate(source, rates.to_hz);
            run_to_rate(state, rates, converter_frames, [&](AudioView out) { (void)(*converted)->read(out); });
        });
        benchmark::RegisterBenchmark(("libsoxr alone: " + between).c_str(), [rates](benchmark::State& state) {
            Soxr soxr(rates);
            run_to_rate(state, rates, converter_frames, [&](AudioView out) { soxr.fill(out); });
        });
        benchmark::RegisterBenchmark(("preview's rate: " + between).c_str(), [rates](benchmark::State& state) {
            EndlessSource source(rates.from_hz);
            RateConverter converter;
            converter.prepare(rates.from_hz, rates.to_hz, 2, block_frames);
            const auto pull = [&](AudioView into) {
                for (int done = 0; done < into.frames();) done += *source.read(into.part(done, into.frames() - done));
            };
            run_to_rate(state, rates, block_frames, [&](AudioView out) { converter.fill(out, pull); });
        });
    }
}

/// A stage of the chain, prepared and set.
template <class Stage>
auto busy_block(const Stage& stage) {
    typename Stage::Processor block;
    block.prepare({rate_hz, 2, block_frames});
    block.set(bench::busy_settings().*stage.settings);
    return block;
}

void register_all() {
    const ProcessSpec spec{rate_hz, 2, block_frames};
    AudioBuffer heard = bench::signal(block_frames * blocks_of_signal);
    for_each_stage(chain_stages, [&](const auto& stage) {
        benchmark::RegisterBenchmark(std::string(stage.name).c_str(), [stage, heard](benchmark::State& state) {
            auto block = busy_block(stage);
            run_on(state, heard, [&](AudioView io) { block.process(io); });
        });
        auto block = busy_block(stage);  // for those behind it
        for (int at = 0; at < heard.frames(); at += block_frames) block.process(heard.view().part(at, block_frames));
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
    benchmark::RegisterBenchmark("analysis: hits and partials, part of the spectrum", [](benchmark::State& state) {
        constexpr int size = 4096, hop = size / 4, bins = size / 2 + 1;
        PercussionSeparator percussion;
        percussion.prepare(bins);
        PartialAnalyzer partials;
        partials.prepare(rate_hz / size, bins);
        // Noise, and the partials of three notes.
        Random random(4);
        std::vector<std::vector<float>> frames(8, std::vector<float>(bins));
        for (auto& frame : frames) {
            for (float& bin : frame) bin = static_cast<float>(random.uniform(0.0, 1e-6));
            for (const int pitch : {11, 14, 17})
                for (int k = pitch; k < 60 * pitch && k < bins; k += pitch) frame[static_cast<std::size_t>(k)] += 1e-4F;
        }
        std::size_t next = 0;
        const auto process = [&](AudioView) {
            if (percussion.add_frame(frames[next++ % frames.size()]))
                partials.add_frame(percussion.middle(), percussion.over_bins(), percussion.over_frames());
        };
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
    register_rate_conversion();
}

}  // namespace

int main(int argc, char** argv) {
    register_all();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
