#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>

#include "analysis/analyzer.h"
#include "tests/analysis/filtered.h"
#include "tests/support/signals.h"

namespace burnish {
namespace {

constexpr double rate_hz = 44100.0;
constexpr std::size_t bands = bark_bands_hz.size();

TextureCurves texture_of(const AudioBuffer& audio) { return analyze(audio.view(), rate_hz).texture; }

}  // namespace

// The power of a noise's bin is exponentially distributed: its mean logarithm lies Euler's constant below the logarithm
// of its mean, 10 log10(e) * 0.5772 = 2.507 dB. So it is in the fine spectra, which are those of the mid. The others
// add the power of the side, as strong and unrelated: psi(2) - ln 2 = -0.2704, 1.174 dB.
TEST_CASE("noise is as flat as its distribution says", "[analysis][texture]") {
    const auto texture = texture_of(test::white_noise(0.1, 20.0, rate_hz));
    for (std::size_t b = 12; b < bands; ++b) {
        INFO(bark_bands_hz[b] << " Hz");
        CHECK(texture.flatness_db[b] == Approx(-1.174).margin(0.1));
        CHECK(texture.fine_flatness_db[b] == Approx(-2.507).margin(0.12));
    }
    const auto tone = texture_of(test::sine(1000.0, 0.1, 20.0, rate_hz));
    CHECK(tone.fine_flatness_db[8] < -20.0);
    CHECK(tone.fine_crest_db[8] > 10.0);
}

// Noise whose gain swings at 4 Hz moves in the octave from 2.7 Hz up, and all its bands move together.
TEST_CASE("a tremolo is found at its frequency, in all bands alike", "[analysis][texture]") {
    auto audio = test::white_noise(0.1, 30.0, rate_hz);
    for (int c = 0; c < audio.channels(); ++c)
        for (int n = 0; n < audio.frames(); ++n)
            audio.channel(c)[n] *= static_cast<float>(1.0 + 0.6 * std::sin(2 * std::numbers::pi * 4.0 * n / rate_hz));
    const auto texture = texture_of(audio);
    const auto still = texture_of(test::white_noise(0.1, 30.0, rate_hz));
    for (std::size_t b = 12; b < bands; ++b) {
        INFO(bark_bands_hz[b] << " Hz");
        CHECK(texture.modulation_4_hz_db[b] > still.modulation_4_hz_db[b] + 10.0);
        CHECK(texture.modulation_4_hz_db[b] > texture.modulation_1_hz_db[b] + 10.0);
        CHECK(texture.modulation_4_hz_db[b] > texture.modulation_16_hz_db[b] + 6.0);
        CHECK(texture.level_with_highs[b] > 0.8);
        CHECK(std::abs(still.level_with_highs[b]) < 0.2);
        CHECK(texture.loudness_correlation[b] > 0.85);
    }
}

// What is measured should tell what plays, not what tone it has.
TEST_CASE("a smooth filter hardly changes the texture", "[analysis][texture]") {
    const auto audio = test::toy_music(30.0, rate_hz);
    const auto before = texture_of(audio);
    const auto after = texture_of(test::filtered(audio, rate_hz));
    for (const auto& row : texture_curves.curves) {
        double change = 0.0;
        for (std::size_t b = 0; b < bands; ++b) change += std::abs((after.*row.member)[b] - (before.*row.member)[b]);
        INFO(row.name);
        CHECK(change / bands < (row.unit == "dB" ? 1.0 : 0.15));
    }
}

TEST_CASE("silence has no texture, and no number of it is undefined", "[analysis][texture]") {
    for (const auto& texture : {texture_of(AudioBuffer(2, 100000)), texture_of(AudioBuffer(1, 100))})
        for (const auto& row : texture_curves.curves)
            for (const double value : texture.*row.member) CHECK(std::isfinite(value));
}

}  // namespace burnish
