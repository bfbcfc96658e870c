#include <catch2/catch.hpp>

#include <cmath>
#include <complex>
#include <numbers>
#include <utility>
#include <vector>

#include "core/random.h"
#include "dsp/biquad.h"
#include "tests/dsp/analogue_prototypes.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double rates_hz[] = {44100.0, 48000.0, 96000.0, 192000.0};
constexpr double frequencies_hz[] = {20.0,   30.0,   100.0,   333.0,   700.0,   1000.0,  2500.0,
                                     4000.0, 8000.0, 10000.0, 12000.0, 14000.0, 16000.0, 20000.0};
constexpr double gains_db[] = {-12.0, -6.0, -1.0, -0.01, 0.1, 1.0, 6.0, 12.0};

/// Largest distance in dB between a design and its prototype from 20 Hz to `highest_hz`, both included.
template <class Analogue>
double worst_error_db(const BiquadCoefficients& design, double frequency_hz, double rate_hz, Analogue analogue_db,
                      double highest_hz = 20000.0) {
    double worst = 0.0;
    const auto listen = [&](double f) {
        worst = std::max(worst, std::abs(magnitude_db(design, f, rate_hz) - analogue_db({0.0, f / frequency_hz})));
    };
    for (double f = 20.0; f < highest_hz; f *= 1.03) listen(f);
    listen(highest_hz);
    return worst;
}

}  // namespace

TEST_CASE("magnitude_db is the spectrum of the impulse response", "[dsp][biquad]") {
    const auto design = bell(3000.0, 1.0, 7.0, 48000.0);
    BiquadState state;
    std::complex<double> sum = 0.0;
    for (int n = 0; n < 4000; ++n) sum += state.step(design, n == 0) * std::polar(1.0, -2 * pi * 5000.0 / 48000.0 * n);
    CHECK(magnitude_db(design, 5000.0, 48000.0) == Approx(to_db(sum)).margin(1e-9));
}

TEST_CASE("bells and shelves follow their analogue prototypes", "[dsp][biquad]") {
    for (const double rate_hz : rates_hz)
        for (const double f0 : frequencies_hz)
            for (const double gain_db : gains_db) {
                INFO(f0 << " Hz, " << gain_db << " dB at " << rate_hz << " Hz");
                for (const double q : {0.2, 0.25, 0.3, 0.4, 0.5, 0.69, 0.7, 0.85, 0.99, 1.0, 1.4, 2.0, 4.0, 10.0}) {
                    INFO("Q " << q);
                    const auto analogue = [&](std::complex<double> s) { return analogue_bell_db(s, q, gain_db); };
                    const auto design = bell(f0, q, gain_db, rate_hz);
                    CHECK(worst_error_db(design, f0, rate_hz, analogue) <= 0.7);
                    CHECK(worst_error_db(design, f0, rate_hz, analogue, 1000.0) <= 0.02);
                    // Wider bells of a low centre reach up to where a section cannot follow.
                    if (f0 <= 1000.0) CHECK(worst_error_db(design, f0, rate_hz, analogue) <= (q >= 0.69 ? 0.02 : 0.12));
                }
                const double limit = f0 <= 1000.0 ? 0.02 : 0.7;
                const auto low = [&](std::complex<double> s) { return analogue_low_shelf_db(s, gain_db); };
                const auto high = [&](std::complex<double> s) { return analogue_high_shelf_db(s, gain_db); };
                for (const auto& [highest_hz, most_db] : {std::pair{20000.0, limit}, std::pair{1000.0, 0.02}}) {
                    INFO("up to " << highest_hz << " Hz");
                    CHECK(worst_error_db(low_shelf(f0, gain_db, rate_hz), f0, rate_hz, low, highest_hz) <= most_db);
                    CHECK(worst_error_db(high_shelf(f0, gain_db, rate_hz), f0, rate_hz, high, highest_hz) <= most_db);
                }
            }
}

TEST_CASE("low-pass and high-pass follow their analogue prototypes", "[dsp][biquad]") {
    for (const double rate_hz : rates_hz)
        for (const double f0 : {20.0, 100.0, 1000.0, 8000.0})
            for (const double q : {0.5, std::sqrt(0.5), 2.0}) {
                INFO(f0 << " Hz, Q " << q << " at " << rate_hz << " Hz");
                const double limit = f0 <= 1000.0 ? 0.02 : 0.45;
                // Down to two octaves beyond the corner.
                for (double f = std::max(20.0, f0 / 4); f <= std::min(20000.0, f0 * 4); f *= 1.05) {
                    const std::complex<double> s(0.0, f / f0);
                    const auto denominator = s * s + s / q + 1.0;
                    if (f0 <= 1000.0 || f <= 12000.0)
                        CHECK(magnitude_db(low_pass(f0, q, rate_hz), f, rate_hz) ==
                              Approx(to_db(1.0 / denominator)).margin(limit));
                    CHECK(magnitude_db(high_pass(f0, q, rate_hz), f, rate_hz) ==
                          Approx(to_db(s * s / denominator)).margin(limit));
                }
            }
}

TEST_CASE("a cut undoes the boost of the same size, and 0 dB is the identity", "[dsp][biquad]") {
    for (double f = 10.0; f < 22050.0; f *= 1.3) {
        const auto level = [f](const BiquadCoefficients& design) { return magnitude_db(design, f, 44100.0); };
        for (const double f0 : {40.0, 3000.0, 16000.0}) {
            CHECK(level(bell(f0, 1.5, 9.0, 44100.0)) + level(bell(f0, 1.5, -9.0, 44100.0)) == Approx(0.0).margin(1e-8));
            CHECK(level(low_shelf(f0, 9.0, 44100.0)) + level(low_shelf(f0, -9.0, 44100.0)) == Approx(0.0).margin(1e-8));
            CHECK(level(high_shelf(f0, 9.0, 44100.0)) + level(high_shelf(f0, -9.0, 44100.0)) ==
                  Approx(0.0).margin(1e-8));
        }
    }
    const BiquadCoefficients identity;
    CHECK(bell(1000.0, 1.0, 0.0, 44100.0) == identity);
    CHECK(low_shelf(1000.0, 0.0, 44100.0) == identity);
    CHECK(high_shelf(1000.0, 0.0, 44100.0) == identity);
}

TEST_CASE("every design is stable, and out of reach is the identity", "[dsp][biquad]") {
    // The poles lie inside the unit circle when |a2| < 1 and |a1| < 1 + a2; the zeros of a cut are another's poles.
    const auto stable = [](const BiquadCoefficients& h) {
        return std::isfinite(h.b0 + h.b1 + h.b2) && std::abs(h.a2) < 1 && std::abs(h.a1) < 1 + h.a2;
    };
    for (const double rate_hz : {8000.0, 22050.0, 44100.0, 192000.0})
        for (double f0 = 5.0; f0 <= 20000.0; f0 *= 1.037) {
            INFO(f0 << " Hz at " << rate_hz << " Hz");
            for (const double gain_db : gains_db) {
                for (const double q : {0.2, 1.0, 10.0}) REQUIRE(stable(bell(f0, q, gain_db, rate_hz)));
                REQUIRE(stable(low_shelf(f0, gain_db, rate_hz)));
                REQUIRE(stable(high_shelf(f0, gain_db, rate_hz)));
            }
            for (const double q : {0.5, 2.0}) {
                REQUIRE(stable(low_pass(f0, q, rate_hz)));
                REQUIRE(stable(high_pass(f0, q, rate_hz)));
            }
        }
    CHECK(bell(5000.0, 1.0, 6.0, 8000.0) == BiquadCoefficients{});
    CHECK(high_shelf(5000.0, 6.0, 8000.0) == BiquadCoefficients{});
}

// The worst case of a float filter, 30 Hz at 192 kHz, against the same recursion in long double.
TEST_CASE("a section's own noise stays below -200 dB", "[dsp][biquad]") {
    const auto c = bell(30.0, 2.0, 6.0, 192000.0);
    Random random(5);
    BiquadState state;
    long double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    double noise = 0.0;
    double level = 0.0;
    for (int n = 0; n < 192000; ++n) {
        const double x = random.uniform(-1.0, 1.0);
        const long double y = c.b0 * static_cast<long double>(x) + c.b1 * x1 + c.b2 * x2 - c.a1 * y1 - c.a2 * y2;
        x2 = x1, x1 = x, y2 = y1, y1 = y;
        const auto difference = static_cast<double>(state.step(c, x) - y);
        noise += difference * difference;
        level += static_cast<double>(y * y);
    }
    CHECK(10 * std::log10(noise / level) < -200.0);
}

TEST_CASE("a cascade is its sections in series, on each channel", "[dsp][biquad]") {
    for (const int channels : {1, 2})
        for (int count = 1; count <= BiquadCascade::max_sections; ++count) {
            INFO(count << " sections, " << channels << " channels");
            BiquadCascade cascade;
            std::vector<BiquadCoefficients> sections;
            for (int k = 0; k < count; ++k) {
                sections.push_back(bell(200.0 * (k + 1), 0.5 + k, k % 2 == 0 ? 5.0 : -4.0, 48000.0));
                // Used slots are the last ones, so that empty slots have to be skipped.
                cascade.set_section(BiquadCascade::max_sections - count + k, sections.back());
            }
            const auto in = white_noise(0.5, 0.02, 48000.0, channels);
            auto out = in;
            cascade.process(out.view().part(0, 100));
            cascade.process(out.view().part(100, in.frames() - 100));
            double worst = 0.0;
            for (int c = 0; c < channels; ++c) {
                std::vector<double> expected(in.channel(c).begin(), in.channel(c).end());
                for (const auto& h : sections) {
                    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
                    for (double& value : expected) {
                        const double y = h.b0 * value + h.b1 * x1 + h.b2 * x2 - h.a1 * y1 - h.a2 * y2;
                        x2 = x1, x1 = value, y2 = y1, y1 = y;
                        value = y;
                    }
                }
                for (int n = 0; n < in.frames(); ++n)
                    worst = std::max(worst, std::abs(out.channel(c)[n] - expected[n]));
            }
            CHECK(worst < 1e-7);
        }
}

}  // namespace burnish::test
