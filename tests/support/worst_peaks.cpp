#include "tests/support/worst_peaks.h"

#include <algorithm>
#include <numbers>

#include "tests/support/signals.h"

namespace burnish::test {
namespace {

/// Clipped noise: what an over-driven mix looks like.
AudioBuffer clipped_noise(double rate_hz) {
    auto audio = white_noise(1.0, 0.4, rate_hz);
    for (int c = 0; c < 2; ++c)
        for (float& sample : audio.channel(c)) sample = std::clamp(3.0F * sample, -0.9F, 0.9F);
    return audio;
}

/// A quarter of the sample rate at 45 degrees: every sample 3 dB below the peaks between them; in bursts.
AudioBuffer quarter_rate_bursts(double rate_hz) {
    auto audio = sine(rate_hz / 4, 1.0, 0.4, rate_hz, 2, std::numbers::pi / 4);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < audio.frames(); ++n) audio.channel(c)[n] *= (n / 2000) % 2 == 0 ? 0.2F : 1.0F;
    return audio;
}

AudioBuffer sine_with_diracs(double rate_hz) {
    auto audio = sine(8000.0, 0.5, 0.5, rate_hz);
    for (int c = 0; c < 2; ++c)
        for (int n = 3000; n < audio.frames(); n += 7777) audio.channel(c)[n] += 1.0F;
    return audio;
}

AudioBuffer loud_from_the_first_sample(double rate_hz) {
    auto audio = sine(997.0, 1.0, 0.3, rate_hz, 2, std::numbers::pi / 2);
    return audio;
}

}  // namespace

const std::vector<WorstPeaks>& worst_peaks() {
    static const std::vector<WorstPeaks> all{
        {"white noise", [](double rate_hz) { return white_noise(1.0, 0.4, rate_hz); }},
        {"random signs", [](double rate_hz) { return random_signs(0.9, 0.4, rate_hz); }},
        {"clipped noise", clipped_noise},
        {"fs/4 bursts at 45 degrees", quarter_rate_bursts},
        {"8 kHz sine with Diracs", sine_with_diracs},
        {"full scale from the first sample", loud_from_the_first_sample},
    };
    return all;
}

AudioBuffer in_silence(const AudioBuffer& audio) {
    constexpr int margin = 4096;
    AudioBuffer padded(audio.channels(), audio.frames() + 2 * margin);
    copy(audio.view(), padded.view().part(margin, audio.frames()));
    return padded;
}

}  // namespace burnish::test
