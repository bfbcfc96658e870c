#include "mastering/master.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "analysis/analyzer.h"
#include "core/decibels.h"
#include "dsp/denormals.h"
#include "tests/mastering/mastered.h"
#include "tests/support/block_runner.h"
#include "tests/support/memory_audio.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr double rate_hz = 44100.0;

bool same_bits(const AudioBuffer& a, const AudioBuffer& b) {
    if (a.channels() != b.channels() || a.frames() != b.frames()) return false;
    for (int c = 0; c < a.channels(); ++c)
        if (std::memcmp(a.channel(c).data(), b.channel(c).data(), a.channel(c).size_bytes()) != 0) return false;
    return true;
}

AudioBuffer scaled(AudioBuffer audio, double gain_db) {
    for (int c = 0; c < audio.channels(); ++c)
        for (float& sample : audio.channel(c)) sample *= static_cast<float>(db_to_gain(gain_db));
    return audio;
}

/// Rounded to 16 bits, as a file would be.
AudioBuffer as_16_bit(AudioBuffer audio) {
    for (int c = 0; c < audio.channels(); ++c)
        for (float& sample : audio.channel(c)) sample = std::round(sample * 32768.0F) / 32768.0F;
    return audio;
}

}  // namespace

TEST_CASE("a master has its loudness and keeps its ceiling by independent meters", "[mastering][master]") {
    for (const int channels : {1, 2})
        for (const double target_lufs : {-23.0, -16.0, -14.0}) {
            const auto in = scaled(toy_music(12.0, rate_hz, channels), -6.0);
            const auto [report, out] = run_master(in, request_for(target_lufs));
            INFO(channels << " channels, target " << target_lufs);
            REQUIRE(report.status == MasterStatus::done);
            CHECK(out.frames() == in.frames());
            const auto reading = ebur128_reading(out, rate_hz);
            CHECK(reading.integrated_lufs == Approx(target_lufs).margin(0.05));
            CHECK(reading.true_peak_dbtp <= -1.0);
            CHECK(true_peak_32x_dbtp(out) <= -1.0 + 0.05);
            REQUIRE(report.after.has_value());
            CHECK(report.after->integrated_lufs == Approx(reading.integrated_lufs).margin(0.02));
        }
}

// A quarter of the spectra tells the mean tone of twelve seconds within a decibel, and levels need no spectra.
TEST_CASE("a report has all of the source's numbers, and those of the master's that mastering can change",
          "[mastering][master]") {
    const auto [report, out] = run_master(scaled(toy_music(12.0, rate_hz), -6.0), request_for(-16.0));
    const auto document = report_json(report);
    const auto whole = analyze(out.view(), rate_hz, 24);
    CHECK(document["before"].size() == analysis_json(whole).size());
    for (const auto& row : analysis_numbers) {
        INFO(row.name);
        CHECK(document["after"].contains(row.name) == row.of_master);
    }
    for_each_curve_group([&](const auto& group) {
        INFO(group.name);
        CHECK(document["after"].contains(group.name) == group.of_master);
    });
    CHECK(report.after->integrated_lufs == whole.integrated_lufs);
    CHECK(report.after->true_peak_dbtp == whole.true_peak_dbtp);
    CHECK(report.after->correlation == whole.correlation);
    CHECK(report.after->tilt_db_per_octave == Approx(whole.tilt_db_per_octave).margin(0.1));
    for (std::size_t b = 0; b < bark_bands_hz.size(); ++b) {
        INFO(bark_bands_hz[b] << " Hz");
        CHECK(report.after->bark.mid_mean_db[b] == Approx(whole.bark.mid_mean_db[b]).margin(1.0));
        CHECK(report.after->bark.side_mid_db[b] == Approx(whole.bark.side_mid_db[b]).margin(1.0));
    }
}

TEST_CASE("a loudness beyond the distortion budget is reported as limited, with what was reached",
          "[mastering][master]") {
    const auto in = toy_music(10.0, rate_hz);
    auto request = request_for(-5.0);
    request.target.reduction_budget_db = 1.0;
    const auto [report, out] = run_master(in, request);
    CHECK(report.status == MasterStatus::limited);
    CHECK(report.level.reduction_p95_db <= 1.0);
    CHECK(report.level.reduction_p95_db > 0.5);  // the budget is used
    CHECK(report.level.clipped_db <= request.target.clipping_budget_db);
    CHECK_FALSE(report.reason.empty());
    const auto reading = ebur128_reading(out, rate_hz);
    CHECK(reading.integrated_lufs < -5.05);
    CHECK(reading.true_peak_dbtp <= -1.0);
    CHECK(report.after->integrated_lufs == Approx(reading.integrated_lufs).margin(0.02));
}

TEST_CASE("what a first pass wrote in vain is thrown away", "[mastering][master]") {
    auto request = request_for(-5.0);
    request.target.reduction_budget_db = 2.0;
    MemorySource source(toy_music(8.0, rate_hz), rate_hz);
    MemoryDelivery delivery(2, rate_hz);
    const auto report = master(source, request, memory_services(), &delivery, nullptr);
    REQUIRE(report.ok());
    REQUIRE(report->level.passes > 1);
    CHECK(delivery.restarts() == 1);
    CHECK(delivery.buffer().frames() == 8 * 44100);
    // Replayed, it is written at once, and the same.
    auto replay = request;
    replay.target.intensity_percent = 0.0;
    for_each_parameter([&](const auto& stage, const auto& param) {
        const double value = (report->settings.*stage.settings).*param.member;
        REQUIRE(replay.patch.pin("test", stage.name, param.name, value).ok());
    });
    MemoryDelivery again(2, rate_hz);
    REQUIRE(master(source, replay, memory_services(), &again, nullptr).ok());
    CHECK(again.restarts() == 0);
    CHECK(same_bits(delivery.buffer(), again.buffer()));
}

TEST_CASE("same input, same bits: with one thread and with two, and once more", "[mastering][master]") {
    const auto in = scaled(toy_music(6.0, rate_hz), -8.0);
    auto request = request_for(-12.0);
    const auto first = run_master(in, request);
    const auto again = run_master(in, request);
    request.concurrent = false;
    const auto alone = run_master(in, request);
    CHECK(same_bits(first.audio, again.audio));
    CHECK(same_bits(first.audio, alone.audio));
}

TEST_CASE("nothing asked, nothing changed", "[mastering][master]") {
    const auto in = as_16_bit(toy_music(3.0, rate_hz));
    auto request = request_for(-14.0);
    request.target.intensity_percent = 0.0;
    request.target.normalize = false;
    for (const bool limit_peaks : {false, true}) {  // its peaks are below the ceiling
        request.target.limit_peaks = limit_peaks;
        CHECK(same_bits(run_master(in, request, rate_hz, 16).audio, in));
    }
    // Above the ceiling too, if nobody is to guard it.
    request.target.limit_peaks = false;
    const auto loud = as_16_bit(white_noise(0.999, 3.0, rate_hz));
    CHECK(same_bits(run_master(loud, request, rate_hz, 16).audio, loud));
}

TEST_CASE("a replay of the settings that a master reports gives the same master", "[mastering][master]") {
    const auto in = scaled(toy_music(6.0, rate_hz), -8.0);
    const auto first = run_master(in, request_for(-11.0));
    MasterRequest replay = request_for(-14.0);
    replay.target.normalize = false;
    replay.predictor = [](const TrackAnalysis&, const Target&) { return Prediction{}; };
    for_each_parameter([&](const auto& stage, const auto& param) {
        REQUIRE(replay.patch.pin("test", stage.name, param.name, (first.report.settings.*stage.settings).*param.member)
                    .ok());
    });
    CHECK(same_bits(run_master(in, replay).audio, first.audio));
}

// What the engine does in passes over an envelope put aside is what the blocks do in one go. Not so at the file's
// edges: there the chain hears what its filters smear over them, the engine the silence outside. Hence the silence
// inside, and hence the last two hops of the high-cut do not count.
TEST_CASE("the chain of blocks gives the samples of the offline master", "[mastering][master]") {
    const auto music = scaled(toy_music(6.0, rate_hz), -8.0);
    constexpr int margin = 8820;
    AudioBuffer in(2, music.frames() + 2 * margin);
    copy(music.view(), in.view().part(margin, music.frames()));
    auto request = request_for(-12.0);
    request.delivery_bits = 0;
    const auto offline = run_master(in, request);
    REQUIRE(offline.report.level.corrected_peaks == 0);
    REQUIRE(offline.report.level.reduction_max_db > 1.0);
    Chain chain;
    chain.prepare({rate_hz, 2, 512});
    chain.set(offline.report.settings);
    AudioBuffer padded(2, in.frames() + chain.latency_frames());
    copy(in.view(), padded.view().part(0, in.frames()));
    const FlushDenormals no_denormals;  // as every thread of the engine has it
    for (int first = 0; first < padded.frames(); first += 512)
        chain.process(padded.view().part(first, std::min(512, padded.frames() - first)));
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < in.frames() - 2048; ++n)
            REQUIRE(padded.channel(c)[n + chain.latency_frames()] == offline.audio.channel(c)[n]);
}

TEST_CASE("a clipped source is told where it comes from", "[mastering][master]") {
    auto in = toy_music(2.0, rate_hz, 2);
    for (int c = 0; c < 2; ++c)
        for (float& sample : in.channel(c)) sample = std::clamp(4.0F * sample, -0.5F, 0.5F);
    auto request = request_for(-16.0);
    const auto warning = [&](bool is_mix) {
        request.source_is_mix = is_mix;
        const auto report = run_master(in, request).report;
        REQUIRE_FALSE(report.warnings.empty());
        return report.warnings.front();
    };
    CHECK_THAT(warning(false), Catch::Contains("the source is clipped in") && Catch::Contains("ask for a mix"));
    CHECK_THAT(warning(true), Catch::Contains("a stem was clipped before it came here"));
}

TEST_CASE("short, silent and mastered tracks come to no harm", "[mastering][master]") {
    SECTION("silence stays silence") {
        const AudioBuffer silence(2, 44100);
        const auto [report, out] = run_master(silence, request_for(-14.0));
        CHECK(peak(out) == 0.0);
        CHECK(report.status == MasterStatus::done);
        CHECK_FALSE(report.warnings.empty());
    }
    SECTION("one frame, and less than a gating block, keep their level") {
        for (const double seconds : {1.0 / 44100, 0.01, 0.3}) {
            const auto in = sine(997.0, 0.25, seconds, rate_hz, 2, 0.5);
            const auto [report, out] = run_master(in, request_for(-14.0));
            INFO(seconds << " s");
            REQUIRE(out.frames() == in.frames());
            CHECK_FALSE(report.warnings.empty());
            CHECK(null_depth_db(in, out) < -80.0);  // but for the dither
        }
    }
    SECTION("a short loud one is kept below the ceiling") {
        const auto in = white_noise(1.0, 0.2, rate_hz);
        const auto [report, out] = run_master(in, request_for(-14.0));
        CHECK(ebur128_reading(out, rate_hz).true_peak_dbtp <= -1.0);
    }
    SECTION("two seconds have a loudness") {
        const auto in = scaled(toy_music(2.0, rate_hz), -12.0);
        const auto [report, out] = run_master(in, request_for(-16.0));
        CHECK(ebur128_reading(out, rate_hz).integrated_lufs == Approx(-16.0).margin(0.05));
    }
    SECTION("a master of a master is nearly the same") {
        const auto once = run_master(scaled(toy_music(10.0, rate_hz), -6.0), request_for(-12.0));
        const auto twice = run_master(once.audio, request_for(-12.0));
        CHECK(std::abs(twice.report.level.drive_db) < 1.0);
        CHECK(ebur128_reading(twice.audio, rate_hz).integrated_lufs == Approx(-12.0).margin(0.05));
    }
    SECTION("a dry run writes nothing and says what it would do") {
        MemorySource source(toy_music(3.0, rate_hz), rate_hz);
        const auto report = master(source, request_for(-14.0), memory_services(), nullptr, nullptr);
        REQUIRE(report.ok());
        CHECK(report->status == MasterStatus::planned);
        CHECK_FALSE(report->after.has_value());
        CHECK(report->settings.limiter.ceiling_dbtp == -1.0);
    }
}

namespace {
/// Music that breaks, or throws, at its n-th read, counted over all passes.
class FragileSource final : public AudioSource {
public:
    FragileSource(int good_reads, bool throws) : good_reads_(good_reads), throws_(throws) {}
    [[nodiscard]] const StreamInfo& info() const override { return music_.info(); }
    [[nodiscard]] Result<int> read(AudioView into) override {
        if (good_reads_-- > 0) return music_.read(into);
        if (throws_) throw std::length_error("too long");
        return Error{ErrorCode::input, "broken"};
    }
    [[nodiscard]] Status rewind() override { return music_.rewind(); }

private:
    MemorySource music_{toy_music(3.0, rate_hz), rate_hz};
    int good_reads_;
    bool throws_;
};
}  // namespace

TEST_CASE("a source that breaks at any time ends the work with its error", "[mastering][master]") {
    for (const bool concurrent : {false, true})
        for (const bool throws : {false, true})
            for (const int good_reads : {0, 5, 18, 25, 60, 100}) {  // the analysis takes 17 reads, the render 130
                INFO(good_reads << " good reads");
                FragileSource source(good_reads, throws);
                auto request = request_for(-14.0);
                request.concurrent = concurrent;
                REQUIRE(request.patch.pin("test", "tone", "mid_80_hz_db", 1.0).ok());  // so that there is a render
                MemoryDelivery delivery(2, rate_hz);
                const auto run = [&] { return master(source, request, memory_services(), &delivery, nullptr); };
                if (throws) {
                    CHECK_THROWS_AS(run(), std::length_error);
                } else {
                    const auto report = run();
                    REQUIRE_FALSE(report.ok());
                    CHECK(report.error().message == "broken");
                }
            }
}

/// Raises 5 kHz by 6 dB at an intensity of 100 %, and expects a track to be `expected_db` brighter than the source.
Predictor brightening(double expected_db) {
    return [expected_db](const TrackAnalysis& track, const Target& target) {
        const auto brightness_db = [](const TrackAnalysis& version) {
            const auto level_db = [&](double hz) {
                const auto at = std::ranges::find(third_octaves_hz, hz) - third_octaves_hz.begin();
                return version.third_octave.mid_mean_db[static_cast<std::size_t>(at)];
            };
            return level_db(5000.0) - level_db(500.0);
        };
        Prediction prediction;
        prediction.settings.tone.mid_5120_hz_db = 6.0 * target.intensity_percent / 100.0;
        prediction.notes = {"as an example"};
        prediction.judgements = {{"tone", 0.25}};
        if (target.intensity_percent > 0.0) {
            prediction.settings.repair.cutoff_hz = 20.0;
            prediction.decisions = {{"repair.cutoff_hz", 20.0, 0.9, "rumble"}};
        }
        prediction.misfit = [=, source_db = brightness_db(track)](const TrackAnalysis& version) {
            return std::vector{std::abs(brightness_db(version) - source_db - expected_db)};
        };
        return prediction;
    };
}

// DC keeps the quiet moments of the lowest band up: taking it away widens that band's spread by many decibels.
TEST_CASE("spreads count where something compresses, that of the lowest band not beside a repair",
          "[mastering][master]") {
    auto audio = toy_music(8.0, rate_hz, 2);
    for (int c = 0; c < 2; ++c)
        for (float& sample : audio.channel(c)) sample += 0.02F;
    auto request = request_for(-16.0);
    for (const auto& [repairs, squeezes, lowest, highest] :
         {std::tuple{true, false, false, false}, {true, true, false, true}, {false, true, true, true}}) {
        INFO("repair " << repairs << ", glue " << squeezes);
        const auto seen = std::make_shared<std::array<bool, 2>>();
        request.predictor = [repairs = repairs, squeezes = squeezes, seen](const TrackAnalysis&, const Target&) {
            Prediction prediction;
            prediction.settings.tone.mid_5120_hz_db = 2.0;
            if (repairs) prediction.settings.repair.cutoff_hz = 20.0;
            if (squeezes) prediction.settings.glue.ratio = 1.5;
            prediction.misfit = [seen, calls = std::make_shared<int>(0)](const TrackAnalysis& version) {
                const auto& levels_db = version.dynamics.level_db;
                *seen = {levels_db.front() > silence_db, levels_db.back() > silence_db};
                // The master's is the second: better in tone, and worse by its lowest spread if that counts.
                const bool is_master = (*calls)++ % 2 == 1;
                return std::vector{is_master ? 0.0 : 0.5, seen->front() && is_master ? 2.0 : 1.0};
            };
            return prediction;
        };
        const auto [report, out] = run_master(audio, request);
        CHECK((report.treatment_share == 1.0) == !lowest);
        CHECK(seen->front() == lowest);
        CHECK(seen->back() == highest);
    }
}

// Half of it is less than is worth a setting.
TEST_CASE("a treatment of which nothing is left at half the intensity is told of", "[mastering][master]") {
    auto request = request_for(-16.0);
    request.target.intensity_percent = 100.0;
    request.predictor = [](const TrackAnalysis&, const Target& target) {
        Prediction prediction;
        if (target.intensity_percent > 60.0) prediction.settings.tone.mid_5120_hz_db = 3.0;
        prediction.misfit = [](const TrackAnalysis& version) {
            return std::vector{version.third_octave.mid_mean_db.back()};
        };
        return prediction;
    };
    const auto [report, out] = run_master(toy_music(8.0, rate_hz, 2), request);
    CHECK(report.treatment_share == 0.5);
    REQUIRE_FALSE(report.warnings.empty());
    CHECK_THAT(report.warnings.back(), Catch::Contains("half the intensity was used, of which nothing was left"));
}

TEST_CASE("a treatment that makes a track no better is halved, then left out, and the report says so",
          "[mastering][master]") {
    const auto audio = toy_music(8.0, rate_hz, 2);
    auto request = request_for(-16.0);
    request.target.intensity_percent = 100.0;
    for (const auto& [expected_db, share] : {std::pair{6.0, 1.0}, {2.0, 0.5}, {-1.0, 0.0}}) {
        INFO("expected to be " << expected_db << " dB brighter");
        request.predictor = brightening(expected_db);
        const auto [report, out] = run_master(audio, request);
        CHECK(report.treatment_share == share);
        CHECK(report.settings.tone.mid_5120_hz_db == Approx(6.0 * share));
        const auto told = std::ranges::count_if(
            report.warnings, [](const std::string& warning) { return warning.find("no nearer") != warning.npos; });
        CHECK(told == (share < 1.0 ? 1 : 0));
        CHECK(std::ranges::count(report.warnings, "as an example") == 1);
        CHECK(report_json(report)["judgements"]["tone"]["sound_probability"] == 0.25);
        // What is broken is mended whatever becomes of the rest.
        CHECK(report.settings.repair.cutoff_hz == 20.0);
        REQUIRE(report.decisions.size() == 1);
        CHECK(report.decisions[0].reason == "rumble");
        // What is delivered is what those settings make, as if no other attempt had come before.
        auto alone = request;
        alone.target.intensity_percent *= share;
        alone.predictor = [mended = brightening(6.0 * share)](const TrackAnalysis& track, const Target& target) {
            auto prediction = mended(track, target);
            prediction.settings.repair.cutoff_hz = 20.0;
            return prediction;
        };
        CHECK(same_bits(out, run_master(audio, alone).audio));
        CHECK(ebur128_reading(out, rate_hz).integrated_lufs == Approx(-16.0).margin(0.05));
    }
}

TEST_CASE("a treatment that makes no difference to what is judged is left out", "[mastering][master]") {
    auto request = request_for(-16.0);
    request.predictor = [](const TrackAnalysis&, const Target& target) {
        Prediction prediction;
        prediction.settings.tone.mid_5120_hz_db = 2.0 * target.intensity_percent / 100.0;
        prediction.misfit = [](const TrackAnalysis&) { return std::vector{1.0}; };
        return prediction;
    };
    const auto [report, out] = run_master(toy_music(8.0, rate_hz, 2), request);
    CHECK(report.treatment_share == 0.0);
    CHECK(report.settings.tone.mid_5120_hz_db == 0.0);
}

TEST_CASE("what the measures do not know, and what somebody wants, is not judged", "[mastering][master]") {
    const auto audio = toy_music(8.0, rate_hz, 2);
    const auto never_better = [](const TrackAnalysis&) { return std::vector{1.0}; };
    auto request = request_for(-16.0);
    request.predictor = [&](const TrackAnalysis&, const Target&) {
        Prediction prediction;
        prediction.settings.repair.cutoff_hz = 15.0;
        prediction.settings.saturation.drive_db = 1.0;
        prediction.misfit = never_better;
        return prediction;
    };
    CHECK(run_master(audio, request).report.treatment_share == 1.0);
    request.predictor = [&](const TrackAnalysis&, const Target&) {
        Prediction prediction;
        prediction.settings.tone.mid_5120_hz_db = 2.0;
        prediction.misfit = never_better;
        return prediction;
    };
    CHECK(run_master(audio, request).report.treatment_share == 0.0);
    REQUIRE(request.patch.pin("test", "width", "mid_db", 1.0).ok());
    CHECK(run_master(audio, request).report.treatment_share == 1.0);
}

// Movement is measured of whole tracks only, the dynamics of bands of what compresses.
TEST_CASE("a master near its source is measured as thoroughly as that before it is judged", "[mastering][master]") {
    const auto audio = toy_music(8.0, rate_hz, 2);
    for (const bool is_close : {false, true})
        for (const bool compresses : {false, true}) {
            INFO("close " << is_close << ", compresses " << compresses);
            int versions = 0;
            bool whole = false;
            bool spread = false;
            auto request = request_for(-16.0);
            request.predictor = [&](const TrackAnalysis& track, const Target&) {
                Prediction prediction;
                prediction.settings.tone.mid_5120_hz_db = 2.0;
                if (compresses) prediction.settings.multiband.low_mid_ratio = 1.5;
                prediction.misfit = [&, source_lufs = track.integrated_lufs](const TrackAnalysis& version) {
                    const bool is_source = version.integrated_lufs == source_lufs;
                    whole = version.flux_db_per_s > 0.0;
                    spread = version.dynamics.level_db[1] > -75.0;
                    versions += is_source ? 0 : 1;
                    return std::vector{is_source ? 1.0 : is_close ? 0.95 : 0.5, is_source ? std::nan("") : 7.0};
                };
                return prediction;
            };
            CHECK(run_master(audio, request).report.treatment_share == 1.0);
            CHECK(versions == (is_close ? 2 : 1));
            CHECK(whole == is_close);
            CHECK(spread == compresses);
        }
}

TEST_CASE("progress rises and can stop the work", "[mastering][master]") {
    MemorySource source(toy_music(30.0, rate_hz), rate_hz);
    MemoryDelivery delivery(2, rate_hz);
    double last = 0.0;
    int calls = 0;
    const auto report =
        master(source, request_for(-14.0), memory_services(), &delivery, [&](std::string_view, double fraction) {
            CHECK(fraction >= last);
            CHECK(fraction <= 1.0);
            last = fraction;
            return ++calls < 2;
        });
    REQUIRE_FALSE(report.ok());
    CHECK(report.error().code == ErrorCode::canceled);
    CHECK(calls == 2);
}

}  // namespace burnish::test
