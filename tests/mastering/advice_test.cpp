#include "mastering/advice.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numbers>
#include <set>

#include "analysis/analyzer.h"
#include "core/decibels.h"
#include "tests/support/signals.h"

// Every check is held against music with its own fault and against the same music without.

namespace burnish::test {

namespace {

constexpr double rate_hz = 44100.0;
constexpr double pi = std::numbers::pi;

using Change = std::function<double(double sample, int frame, int channel)>;

AudioBuffer changed(AudioBuffer audio, const Change& change) {
    for (int c = 0; c < audio.channels(); ++c)
        for (int n = 0; n < audio.frames(); ++n)
            audio.channel(c)[n] = static_cast<float>(change(double{audio.channel(c)[n]}, n, c));
    return audio;
}

constexpr double seconds = 9.0;

/// Four seconds of music over a bed of pink noise, and then the noise of a good converter.
const AudioBuffer& music() {
    static const AudioBuffer made = [] {
        const auto mix = toy_music(seconds, rate_hz);
        const auto bed = pink_noise(-32.0, seconds, rate_hz);
        const auto converter = white_noise(db_to_gain(-105.0), seconds, rate_hz);
        const double gain = 0.85 / peak(mix);
        return changed(mix, [&](double x, int n, int c) {
            return (n < 4.0 * rate_hz ? gain * x + bed.channel(c)[n] : 0.0) + converter.channel(c)[n];
        });
    }();
    return made;
}

AudioBuffer quantized(const AudioBuffer& audio, int bits) {
    const double steps = std::exp2(bits - 1);
    return changed(
        audio, [&](double x, int, int) { return std::clamp(std::nearbyint(x * steps), -steps, steps - 1) / steps; });
}

/// A resonance, twice as wide as high: RBJ's bell, one biquad.
AudioBuffer boosted(const AudioBuffer& audio, double frequency_hz, double gain_db) {
    const double a = std::pow(10.0, gain_db / 40.0);
    const double w = 2 * pi * frequency_hz / rate_hz;
    const double alpha = std::sin(w) / 2.0;  // Q of 1
    const double b0 = 1 + alpha * a, b1 = -2 * std::cos(w), b2 = 1 - alpha * a;
    const double a0 = 1 + alpha / a, a2 = 1 - alpha / a;
    double state[2][4] = {};
    return changed(audio, [&](double x, int, int c) {
        auto& [x1, x2, y1, y2] = state[c];
        const double y = (b0 * x + b1 * x1 + b2 * x2 - b1 * y1 - a2 * y2) / a0;
        x2 = x1, x1 = x, y2 = y1, y1 = y;
        return 0.3 * y;
    });
}

/// What is below 250 Hz or so changes sign on the right: a one-pole low-pass, taken out and put back the other way.
AudioBuffer with_flipped_lows(const AudioBuffer& audio) {
    double low[4] = {};
    return changed(audio, [&](double x, int, int c) {
        if (c == 0) return x;
        double y = x;
        for (double& stage : low) y = stage += 0.09 * (y - stage);
        return x - 2.0 * y;
    });
}

/// Linear-phase low-pass, 250 Hz wide.
AudioBuffer low_passed(const AudioBuffer& audio, double cutoff_hz) {
    constexpr int half = 400;
    AudioBuffer out(audio.channels(), audio.frames());
    for (int k = -half; k <= half; ++k) {
        const double x = 2 * cutoff_hz / rate_hz;
        const double window = 0.42 + 0.5 * std::cos(pi * k / half) + 0.08 * std::cos(2 * pi * k / half);
        const auto tap = static_cast<float>(window * (k == 0 ? x : std::sin(pi * x * k) / (pi * k)));
        for (int c = 0; c < audio.channels(); ++c) {
            const float* const from = audio.channel(c).data() + k;
            float* const to = out.channel(c).data();
            for (int n = half; n < audio.frames() - half; ++n) to[n] += tap * from[n];
        }
    }
    return out;
}

AudioBuffer with_noise(double amplitude) {
    const auto noise = white_noise(amplitude, seconds, rate_hz, 2, 7);
    return changed(music(), [&](double x, int n, int c) { return x + noise.channel(c)[n]; });
}

struct Planted {
    std::string_view check;
    std::function<TrackAnalysis()> analysis;
};

TrackAnalysis measured(const AudioBuffer& audio, int bits = 24) { return analyze(audio.view(), rate_hz, bits); }

TrackAnalysis measured(const Change& change, int bits = 24) { return measured(changed(music(), change), bits); }

const std::vector<Planted>& planted() {
    static const std::vector<Planted> all{
        {"clipping", [] { return measured([](double x, int, int) { return std::clamp(3.0 * x, -1.0, 1.0); }); }},
        {"one_sided", [] { return measured([](double x, int, int c) { return c == 0 ? x : 0.4 * x; }); }},
        {"polarity", [] { return measured([](double x, int, int c) { return c == 0 ? x : -x; }); }},
        {"mono_band", [] { return measured(with_flipped_lows(music())); }},
        {"sample_rate", [] { return measured(low_passed(with_noise(1e-3), 10800.0)); }},
        {"codec_cutoff", [] { return measured(low_passed(with_noise(1e-3), 16800.0)); }},
        // The music without its pause, driven until hardly anything but its sign is left.
        {"limited",
         [] {
             AudioBuffer dense(2, static_cast<int>(4.0 * rate_hz));
             for (int c = 0; c < 2; ++c)
                 std::ranges::copy(music().channel(c).first(static_cast<std::size_t>(dense.frames())),
                                   dense.channel(c).begin());
             return measured(changed(dense, [](double x, int, int) { return 0.9 * std::tanh(12.0 * x); }));
         }},
        {"headroom", [] { return measured([](double x, int, int) { return 2.0 * x; }, 0); }},
        {"hum",
         [] {
             return measured([](double x, int n, int) {
                 for (int h = 1; h <= 4; ++h) x += 0.003 / h * std::sin(2 * pi * 50 * h * n / rate_hz);
                 return x;
             });
         }},
        {"noise", [] { return measured(with_noise(0.005)); }},
        {"mud", [] { return measured(boosted(music(), 280.0, 18.0)); }},
        {"harshness", [] { return measured(boosted(with_noise(0.02), 3500.0, 24.0)); }},
        {"resolution",
         [] { return measured(quantized(changed(music(), [](double x, int, int) { return 0.01 * x; }), 16), 16); }},
        {"dc_offset", [] { return measured([](double x, int, int) { return 0.9 * x + 0.03; }); }},
        {"silence",
         [] {
             AudioBuffer later(2, music().frames() + 3 * 44100);
             for (int c = 0; c < 2; ++c)
                 std::ranges::copy(music().channel(c), later.channel(c).begin() + std::ptrdiff_t{3} * 44100);
             return measured(later);
         }},
    };
    return all;
}

std::set<std::string_view> names(const std::vector<Advice>& advice) {
    std::set<std::string_view> result;
    for (const auto& row : advice) result.insert(row.check);
    return result;
}

std::string words(const std::vector<Advice>& advice) { return advice_json(advice).dump(1); }

}  // namespace

TEST_CASE("sound music gets no advice", "[mastering][advice]") {
    auto mono = AudioBuffer(1, music().frames());
    std::ranges::copy(music().channel(0), mono.channel(0).begin());
    const auto drums = drums_and_bass(0.21, 6.0, rate_hz);
    for (const auto& audio : {music(), drums, quantized(music(), 16), mono}) {
        const auto advice = advise(measured(audio), false);
        INFO(words(advice));
        CHECK(advice.empty());
    }
    CHECK(advise(measured(AudioBuffer(2, 100000)), false).empty());
    CHECK(advise(TrackAnalysis{}, false).empty());
}

TEST_CASE("every check hears its own fault", "[mastering][advice]") {
    std::set<std::string_view> heard;
    for (const auto& [check, analysis] : planted()) {
        const auto advice = advise(analysis(), false);
        INFO(check << ": " << words(advice));
        CHECK(names(advice).contains(check));
        heard.insert(check);
        for (const auto& row : advice) {
            CHECK(row.urgency >= 1.0);
            CHECK(row.found.find_first_of("0123456789") != std::string::npos);
            CHECK_FALSE(row.remedy.empty());
        }
    }
    for (const auto& check : advice_checks()) {
        INFO(check.name);
        CHECK(heard.contains(check.name));
    }
}

TEST_CASE("what is normal of a lossy file is no fault, what is hidden in a lossless one is", "[mastering][advice]") {
    TrackAnalysis track = measured(music());
    for (const double cutoff_hz : {16000.0, 17500.0, 19000.0}) {
        INFO(cutoff_hz);
        track.codec_cutoff_hz = cutoff_hz;
        CHECK(advise(track, true).empty());
        CHECK(names(advise(track, false)) == std::set<std::string_view>{"codec_cutoff"});
    }
    track.codec_cutoff_hz = 11000.0;
    CHECK(names(advise(track, true)) == std::set<std::string_view>{"sample_rate"});
    track.codec_cutoff_hz = 19700.0;  // the limiter's own at 44.1 kHz
    CHECK(advise(track, false).empty());
}

TEST_CASE("advice is ranked: damage first, then by how bad it is", "[mastering][advice]") {
    TrackAnalysis track = measured(music());
    track.dc_left = 0.5;          // tidy, thirty-fold
    track.clipped_runs = 6;       // repair, just so
    track.balance_db = -20.0;     // repair, five-fold
    track.hiss_level_db = -50.0;  // improve
    const auto advice = advise(track, false);
    std::vector<std::string_view> order;
    for (const auto& row : advice) order.push_back(row.check);
    CHECK(order == std::vector<std::string_view>{"one_sided", "clipping", "noise", "dc_offset"});
    CHECK(advice_json(advice)[0]["check"] == "one_sided");
    CHECK(advice_json(advice)[0]["severity"] == "repair");
    CHECK(advice.front().found == "the right channel is 20.0 dB weaker than the other");
}

}  // namespace burnish::test
