#include "dsp/reverb.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/decibels.h"
#include "dsp/biquad.h"
#include "tests/support/block_runner.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr double rate_hz = 44100.0;

Reverb::Settings wet(double decay_s) {
    Reverb::Settings settings;
    settings.mix = 1.0;
    settings.decay_s = decay_s;
    settings.low_cut_hz = 20.0;
    return settings;
}

AudioBuffer response(const Reverb::Settings& settings, double seconds) {
    return render<Reverb>(impulse(0, static_cast<int>(seconds * rate_hz)), settings, rate_hz);
}

/// Time for 60 dB, from the slope of the backward-integrated energy between -5 and -25 dB. Source: ISO 3382-1, T20.
double decay_of(std::span<const float> samples) {
    std::vector<double> energy(samples.size());
    double sum = 0.0;
    for (std::size_t n = samples.size(); n-- > 0;) energy[n] = sum += double{samples[n]} * samples[n];
    const auto below = [&](double db) {
        return static_cast<double>(
            std::find_if(energy.begin(), energy.end(), [&](double e) { return e < energy[0] * db_to_power(db); }) -
            energy.begin());
    };
    return 3.0 * (below(-25.0) - below(-5.0)) / rate_hz;
}

/// An octave of a channel, by a fourth-order band-pass.
std::vector<float> octave(std::span<const float> samples, double centre_hz) {
    std::vector<float> out(samples.begin(), samples.end());
    for (int pass = 0; pass < 2; ++pass) {
        BiquadState low, high;
        const auto above = high_pass(centre_hz / std::sqrt(2.0), 0.7, rate_hz);
        const auto below = low_pass(centre_hz * std::sqrt(2.0), 0.7, rate_hz);
        for (auto& sample : out) sample = static_cast<float>(low.step(below, high.step(above, sample)));
    }
    return out;
}

}  // namespace

TEST_CASE("a reverb decays by 60 dB in the time that is set", "[dsp][reverb]") {
    for (const double decay_s : {0.4, 1.2, 2.4}) {
        auto settings = wet(decay_s);
        settings.high_ratio = 1.0;
        settings.modulation = 0.0;  // interpolation between frames takes from the highest highs
        const auto out = response(settings, decay_s);
        CHECK(decay_of(out.channel(0)) == Approx(decay_s).epsilon(0.06));
        CHECK(decay_of(out.channel(1)) == Approx(decay_s).epsilon(0.06));
    }
}

TEST_CASE("lows and highs decay in their own times", "[dsp][reverb]") {
    auto settings = wet(1.5);
    settings.low_ratio = 1.6;
    settings.high_ratio = 0.3;
    settings.high_hz = 3000.0;
    const auto out = response(settings, 2.5);
    // The shelves are of first order: far beside their corners the times are those that are set.
    CHECK(decay_of(octave(out.channel(0), 60.0)) == Approx(1.5 * 1.6).epsilon(0.15));
    CHECK(decay_of(octave(out.channel(0), 14000.0)) == Approx(1.5 * 0.3).epsilon(0.2));
    settings.high_hz = 12000.0;
    CHECK(decay_of(octave(response(settings, 2.5).channel(0), 900.0)) == Approx(1.5).epsilon(0.08));
}

// In a diffuse field samples are Gaussian: a third of them, erfc(1/sqrt 2) = 0.317, lie beyond one deviation. Sparse
// echoes have fewer. Source: Abel & Huang, "A simple, robust measure of reverberation echo density", AES 121, 2006.
TEST_CASE("echoes are dense within a tenth of a second, and no repetition is heard", "[dsp][reverb]") {
    auto settings = wet(2.0);
    settings.high_ratio = 1.0;
    const auto out = response(settings, 1.2);
    const auto density = [&](double from_s) {
        const auto window = out.channel(0).subspan(static_cast<std::size_t>(from_s * rate_hz), 1100);
        double energy = 0.0;
        for (const float x : window) energy += double{x} * x;
        const double deviation = std::sqrt(energy / 1100.0);
        const auto beyond = std::ranges::count_if(window, [&](float x) { return std::abs(x) > deviation; });
        return static_cast<double>(beyond) / 1100.0 / 0.3173;
    };
    CHECK(density(0.1) > 0.85);
    CHECK(density(0.3) > 0.9);
    CHECK(density(0.8) > 0.9);
    // A flutter or a metallic ring is a peak of the autocorrelation of the late sound.
    const auto late = out.channel(0).subspan(static_cast<std::size_t>(0.3 * rate_hz), 16384);
    const auto at_lag = [&](std::size_t lag) {
        double sum = 0.0;
        for (std::size_t n = 0; n + lag < late.size(); ++n) sum += double{late[n]} * late[n + lag];
        return sum;
    };
    const double power = at_lag(0);
    double worst = 0.0;
    for (std::size_t lag = 200; lag < 6000; ++lag) worst = std::max(worst, std::abs(at_lag(lag)) / power);
    CHECK(worst < 0.15);
}

TEST_CASE("left and right of a reverb are unrelated, from a mono input too", "[dsp][reverb]") {
    const auto noise = white_noise(0.5, 1.5, rate_hz, 1);
    AudioBuffer both(2, noise.frames());
    for (int c = 0; c < 2; ++c) std::ranges::copy(noise.channel(0), both.channel(c).begin());
    const auto out = render<Reverb>(both, wet(1.0), rate_hz);
    const auto product = [&](int a, int b) {
        double sum = 0.0;
        for (int n = 22050; n < out.frames(); ++n) sum += double{out.channel(a)[n]} * out.channel(b)[n];
        return sum;
    };
    CHECK(std::abs(product(0, 1)) < 0.25 * std::sqrt(product(0, 0) * product(1, 1)));
    CHECK(power_to_db(product(0, 0) / product(1, 1)) == Approx(0.0).margin(1.0));
}

TEST_CASE("sustained noise is reverberated about as loud as it comes, whatever the time and the size",
          "[dsp][reverb]") {
    for (const double decay_s : {0.5, 1.5, 3.0})
        for (const double size : {0.45, 1.0}) {
            auto settings = wet(decay_s);
            settings.size = size;
            settings.high_ratio = 1.0;
            settings.modulation = 0.0;
            const auto noise = white_noise(0.5, 3.0, rate_hz);
            const auto out = render<Reverb>(noise, settings, rate_hz);
            const int from = static_cast<int>(2.0 * rate_hz);
            const double gain_db = gain_to_db(rms(out, from, 44100)) - gain_to_db(rms(noise, from, 44100));
            INFO(decay_s << " s, size " << size);
            CHECK(std::abs(gain_db) < 1.5);
        }
}

// What stems rely on: each has its own reverb, and together they are the mix's.
TEST_CASE("reverberations of parts add up to that of the whole", "[dsp][reverb]") {
    const auto a = white_noise(0.4, 0.8, rate_hz, 2, 3);
    const auto b = toy_music(0.8, rate_hz);
    AudioBuffer both(2, a.frames());
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < a.frames(); ++n) both.channel(c)[n] = a.channel(c)[n] + b.channel(c)[n];
    auto settings = wet(1.8);
    settings.modulation = 1.0;
    const auto whole = render<Reverb>(both, settings, rate_hz);
    auto sum = render<Reverb>(a, settings, rate_hz);
    const auto other = render<Reverb>(b, settings, rate_hz);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < sum.frames(); ++n) sum.channel(c)[n] += other.channel(c)[n];
    CHECK(null_depth_db(whole, sum) < -110.0);
}

TEST_CASE("the first echo waits for the predelay", "[dsp][reverb]") {
    auto settings = wet(1.0);
    settings.modulation = 0.0;
    settings.predelay_ms = 50.0;
    const auto late = response(settings, 0.3);
    settings.predelay_ms = 0.0;
    const auto early = response(settings, 0.3);
    const auto first = [](const AudioBuffer& audio) {
        const auto samples = audio.channel(0);
        return std::ranges::find_if(samples, [](float x) { return std::abs(x) > 1e-5F; }) - samples.begin();
    };
    CHECK(first(late) - first(early) == 2205);
}

}  // namespace burnish::test
