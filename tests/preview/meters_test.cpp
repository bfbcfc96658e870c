#include "preview/meters.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "tests/preview/rig.h"

namespace burnish::test {
namespace {

constexpr int picture_frames = 1764;  // 25 pictures a second

/// Shows the meters an original and a master, with a look after every picture's time.
void show(Meters& meters, ConstAudioView original, ConstAudioView master, unsigned generation = 1) {
    FrameTap tap(original.channels());
    for (int first = 0; first < original.frames(); first += picture_frames) {
        const int count = std::min(picture_frames, original.frames() - first);
        tap.write(original.part(first, count), master.part(first, count));
        meters.update(tap, generation);
    }
}

/// A tone between two levels, which it goes between in the first tenth of a second.
AudioBuffer tone(double hz, double from, double to, double seconds) {
    auto audio = sine(hz, 1.0, seconds, rate_hz);
    for (int c = 0; c < audio.channels(); ++c)
        for (int n = 0; n < audio.frames(); ++n)
            audio.channel(c)[n] *= static_cast<float>(from + (to - from) * std::min(1.0, n / (0.1 * rate_hz)));
    return audio;
}

}  // namespace

// A tone of amplitude 0.8 reaches 20 log10(0.8) = -1.94 dBTP. If a look took the signal for ended there, the edge would
// be read as a peak.
TEST_CASE("to look at the meters does not change the true peak", "[preview][meters]") {
    Meters meters(rate_hz, 2);
    const auto loud = tone(9000.0, 0.0, 0.8, 2.0);
    const auto quiet = tone(5000.0, 0.0, 0.1, 2.0);
    show(meters, std::as_const(quiet).view(), std::as_const(loud).view());
    CHECK(meters.original().true_peak_dbtp == Approx(-20.0).margin(0.05));
    CHECK(meters.master().true_peak_dbtp == Approx(20.0 * std::log10(0.8)).margin(0.05));
}

TEST_CASE("the true peak is the highest with the settings that are heard", "[preview][meters]") {
    Meters meters(rate_hz, 2);
    const auto same = tone(5000.0, 0.5, 0.5, 1.0);
    const auto louder = tone(9000.0, 0.0, 0.8, 1.0);
    const auto falling = tone(9000.0, 0.8, 0.2, 1.0);
    const auto low = tone(9000.0, 0.2, 0.2, 1.0);  // whole periods: it goes on where the last one ended
    show(meters, std::as_const(same).view(), std::as_const(louder).view(), 1);
    show(meters, std::as_const(same).view(), std::as_const(falling).view(), 1);
    CHECK(meters.master().true_peak_dbtp == Approx(20.0 * std::log10(0.8)).margin(0.05));
    show(meters, std::as_const(same).view(), std::as_const(low).view(), 2);
    CHECK(meters.master().true_peak_dbtp == Approx(20.0 * std::log10(0.2)).margin(0.05));
}

// Of a tone in both channels the mean square is 0.5^2 / 2 = -9.03 dB, all of it in its third octave.
TEST_CASE("spectrum and correlation are those of a tone", "[preview][meters]") {
    constexpr std::size_t band_of_1_khz = 16;
    REQUIRE(third_octaves_hz[band_of_1_khz] == Approx(1000.0));
    Meters meters(rate_hz, 2);
    const auto tone_1_khz = sine(1000.0, 0.5, 2.0, rate_hz);
    auto opposed = tone_1_khz;
    for (float& sample : opposed.channel(1)) sample = -sample;
    show(meters, std::as_const(tone_1_khz).view(), std::as_const(opposed).view());
    CHECK(meters.original().spectrum_db[band_of_1_khz] == Approx(-9.03).margin(0.1));
    CHECK(meters.original().spectrum_db[band_of_1_khz + 2] < -60.0F);
    CHECK(meters.original().correlation == Approx(1.0).margin(1e-3));
    CHECK(meters.master().correlation == Approx(-1.0).margin(1e-3));
    const auto noise = white_noise(0.1, 2.0, rate_hz);  // a noise of its own in either channel
    Meters of_noise(rate_hz, 2);
    show(of_noise, std::as_const(noise).view(), std::as_const(noise).view());
    CHECK(std::abs(of_noise.original().correlation) < 0.1);
}

}  // namespace burnish::test
