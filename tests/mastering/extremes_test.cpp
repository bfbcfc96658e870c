#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dsp/denormals.h"
#include "mastering/prefetched_source.h"
#include "tests/mastering/mastered.h"
#include "tests/support/memory_audio.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"
#include "tests/support/thinned.h"
#include "tests/support/worst_peaks.h"

// Signals that are no music, through whole masters; and how the engine's threads treat subnormal numbers.

namespace burnish::test {
namespace {

constexpr double rate_hz = 44100.0;

struct Extreme {
    std::string name;
    AudioBuffer audio;
};

AudioBuffer square(double frequency_hz) {
    auto audio = sine(frequency_hz, 1.0, 2.0, rate_hz, 2, 0.001);  // never zero
    for (int c = 0; c < 2; ++c)
        for (float& sample : audio.channel(c)) sample = sample > 0.0F ? 1.0F : -1.0F;
    return audio;
}

/// A tone that fades by 400 dB a second, through all subnormal numbers, down to nothing.
AudioBuffer fading_through_the_subnormals() {
    auto audio = sine(440.0, 0.5, 3.0, rate_hz);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < audio.frames(); ++n)
            audio.channel(c)[n] = static_cast<float>(audio.channel(c)[n] * std::pow(10.0, -20.0 * n / rate_hz));
    return audio;
}

std::vector<Extreme> extremes() {
    AudioBuffer direct_current(2, 88200);
    for (int c = 0; c < 2; ++c) std::ranges::fill(direct_current.channel(c), 1.0F);
    return {{"DC", std::move(direct_current)},
            {"square of 50 Hz", square(50.0)},
            {"square of 997 Hz", square(997.0)},
            {"square of 11025 Hz", square(11025.0)},
            {"sine of 1e-40", sine(440.0, 1e-40, 2.0, rate_hz)},
            {"fading through the subnormals", fading_through_the_subnormals()}};
}

/// Every stage of the chain at work, but for the one that would take DC out in front of the others.
Prediction busy(const TrackAnalysis&, const Target&) {
    Prediction prediction;
    auto& settings = prediction.settings;
    settings.tone.mid_80_hz_db = 3.0;
    settings.eq.high_shelf_db = 3.0;
    settings.dynamic_eq.harsh_range_db = 4.0;
    settings.multiband.low_ratio = settings.multiband.low_mid_ratio = 3.0;
    settings.glue.ratio = 4.0;
    settings.glue.threshold_db = -30.0;
    settings.saturation.drive_db = 9.0;
    settings.saturation.asymmetry = 0.5;
    settings.width.mid_db = 3.0;
    return prediction;
}

/// As the processor does sums here and now: whether it takes a subnormal number for nothing, and makes none.
bool flushes_denormals() {
    volatile float smallest_normal = std::numeric_limits<float>::min();
    volatile float subnormal = 1e-40F;
    volatile float halved = smallest_normal * 0.5F;
    volatile float raised = subnormal * 1e30F;
    return halved == 0.0F && raised == 0.0F;
}

/// Who came by, and whether each of them flushes.
class Gate {
public:
    void pass() {
        const bool flushes = flushes_denormals();
        const std::lock_guard lock(mutex_);
        threads_.insert(std::this_thread::get_id());
        ++(flushes ? flushing_ : keeping_);
    }
    [[nodiscard]] std::size_t threads() const { return threads_.size(); }
    [[nodiscard]] int flushing() const { return flushing_; }
    [[nodiscard]] int keeping() const { return keeping_; }

private:
    std::mutex mutex_;
    std::set<std::thread::id> threads_;
    int flushing_ = 0;
    int keeping_ = 0;
};

class GatedSource final : public MemorySource {
public:
    GatedSource(AudioBuffer audio, Gate& gate) : MemorySource(std::move(audio), rate_hz), gate_(gate) {}
    [[nodiscard]] Result<int> read(AudioView into) override {
        gate_.pass();
        return MemorySource::read(into);
    }

private:
    Gate& gate_;
};

class GatedDelivery final : public MemoryDelivery {
public:
    GatedDelivery(Gate& written, Gate& verified) : MemoryDelivery(2, rate_hz), written_(written), verified_(verified) {}
    [[nodiscard]] Status write(ConstAudioView from) override {
        written_.pass();
        return MemoryDelivery::write(from);
    }
    [[nodiscard]] Result<std::unique_ptr<AudioSource>> finish() override {
        return std::unique_ptr<AudioSource>(std::make_unique<GatedSource>(buffer(), verified_));
    }

private:
    Gate& written_;
    Gate& verified_;
};

/// Where the rendered audio is put aside between passes.
class GatedScratch final : public MemoryScratch {
public:
    GatedScratch(int channels, double sample_rate_hz, Gate& gate)
        : MemoryScratch(channels, sample_rate_hz), gate_(gate) {}
    [[nodiscard]] Status write(ConstAudioView from) override {
        gate_.pass();
        return MemoryScratch::write(from);
    }

private:
    Gate& gate_;
};

}  // namespace

TEST_CASE("DC, squares and subnormal numbers come out finite and below the ceiling", "[mastering][extremes]") {
    for (const auto& extreme : extremes())
        for (const bool is_busy : {false, true})
            for (const int bits : thinned({0, 24})) {
                INFO(extreme.name << (is_busy ? ", busy" : ", by rules") << ", " << bits << " bits");
                auto request = request_for(-9.0);
                if (is_busy) request.predictor = busy;
                request.delivery_bits = bits;
                const auto [report, written] = run_master(extreme.audio, request);
                REQUIRE(written.frames() == extreme.audio.frames());
                for (int c = 0; c < 2; ++c)
                    CHECK(std::ranges::all_of(written.channel(c), [](float sample) { return std::isfinite(sample); }));
                CHECK(ebur128_reading(in_silence(written), rate_hz).true_peak_dbtp <= -1.0);
                if (is_busy) CHECK(report.settings.glue.ratio == 4.0);
                const auto told = report_json(report);
                for (const auto& [name, value] : told["level"].items())
                    if (value.is_number_float()) CHECK(std::isfinite(value.get<double>()));
            }
}

// What is too quiet for 24 bits is silence, and gets no dither either.
TEST_CASE("subnormal numbers are mastered like silence", "[mastering][extremes]") {
    for (const bool is_busy : {false, true}) {
        auto request = request_for(-14.0);
        if (is_busy) request.predictor = busy;
        CHECK(peak(run_master(sine(440.0, 1e-40, 2.0, rate_hz), request).audio) == 0.0);
    }
}

TEST_CASE("every thread of the engine flushes denormals, and leaves its caller's alone", "[mastering][extremes]") {
    {
        const FlushDenormals here;
        if (!flushes_denormals()) return;  // a processor that cannot be told to
    }
    for (const bool concurrent : {false, true}) {
        INFO("concurrent " << concurrent);
        Gate read, put_aside, written, verified;
        auto services = memory_services();
        services.make_scratch = [&](int channels, double scratch_rate_hz) -> Result<std::unique_ptr<Scratch>> {
            // Peaks and energies, a column each: their last few, behind the end of the track, are found and put aside
            // by the caller's thread as it is (LevelDesk::load). Nothing rings there, and it is left out here.
            if (channels == 1)
                return std::unique_ptr<Scratch>(std::make_unique<MemoryScratch>(channels, scratch_rate_hz));
            return std::unique_ptr<Scratch>(std::make_unique<GatedScratch>(channels, scratch_rate_hz, put_aside));
        };
        GatedSource source(toy_music(6.0, rate_hz), read);
        GatedDelivery delivery(written, verified);
        auto request = request_for(-9.0);  // takes more than one pass
        request.predictor = busy;
        request.concurrent = concurrent;
        REQUIRE_FALSE(flushes_denormals());
        REQUIRE(master(source, request, services, &delivery, nullptr).ok());
        CHECK_FALSE(flushes_denormals());
        for (const auto& [name, gate] : {std::pair{"read", &read}, std::pair{"put aside", &put_aside},
                                         std::pair{"written", &written}, std::pair{"verified", &verified}}) {
            INFO(name);
            CHECK(gate->flushing() > 0);
            CHECK(gate->keeping() == 0);
        }
        // The render reads ahead, the analysis does not.
        CHECK((read.threads() > 1) == concurrent);
    }
}

// A thread starts with its creator's ways, which in a master are right already; it must not hang on that.
TEST_CASE("what reads ahead flushes denormals whoever asks", "[mastering][extremes]") {
    {
        const FlushDenormals here;
        if (!flushes_denormals()) return;
    }
    Gate read;
    GatedSource source(toy_music(1.0, rate_hz), read);
    PrefetchedSource ahead(source);
    AudioBuffer block(2, 4096);
    REQUIRE_FALSE(flushes_denormals());
    for (auto got = ahead.read(block.view()); got.ok() && *got > 0;) got = ahead.read(block.view());
    CHECK(read.flushing() > 0);
    CHECK(read.keeping() == 0);
}

}  // namespace burnish::test
