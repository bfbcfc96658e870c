#include "tests/support/signals.h"

#include <cmath>
#include <complex>
#include <numbers>

#include "core/decibels.h"
#include "core/random.h"

namespace burnish::test {

namespace {
constexpr double pi = std::numbers::pi;
int frames_of(double seconds, double sample_rate_hz) { return static_cast<int>(std::lround(seconds * sample_rate_hz)); }

template <class MakeSample>
AudioBuffer fill(int channels, int frames, MakeSample make_sample) {
    AudioBuffer audio(channels, frames);
    for (int c = 0; c < channels; ++c)
        for (int n = 0; n < frames; ++n) audio.channel(c)[n] = static_cast<float>(make_sample(c, n));
    return audio;
}
}  // namespace

AudioBuffer sine(double frequency_hz, double amplitude, double seconds, double sample_rate_hz, int channels,
                 double phase_radians) {
    const double step = 2 * pi * frequency_hz / sample_rate_hz;
    return fill(channels, frames_of(seconds, sample_rate_hz),
                [&](int, int n) { return amplitude * std::sin(step * n + phase_radians); });
}

AudioBuffer white_noise(double amplitude, double seconds, double sample_rate_hz, int channels, unsigned seed) {
    Random random(seed);
    return fill(channels, frames_of(seconds, sample_rate_hz),
                [&](int, int) { return random.uniform(-amplitude, amplitude); });
}

AudioBuffer pink_noise(double rms_db, double seconds, double sample_rate_hz, int channels, unsigned seed) {
    // A bank of one-pole low-passes, one per octave, all fed with independent noise of equal power: the sum falls by
    // 3 dB per octave within a few tenths of a decibel.
    Random random(seed);
    const int frames = frames_of(seconds, sample_rate_hz);
    AudioBuffer audio(channels, frames);
    for (int c = 0; c < channels; ++c)
        for (double corner_hz = 10.0; corner_hz < sample_rate_hz; corner_hz *= 2.0) {
            const double a = std::exp(-2 * pi * corner_hz / sample_rate_hz);
            const double unit_power = std::sqrt((1 - a * a)) / (1 - a);
            double state = 0.0;
            for (int n = 0; n < frames; ++n) {
                state += (1 - a) * (random.uniform(-1.0, 1.0) - state);
                audio.channel(c)[n] += static_cast<float>(state * unit_power);
            }
        }
    const double gain = db_to_gain(rms_db) / rms(audio);
    for (int c = 0; c < channels; ++c)
        for (float& sample : audio.channel(c)) sample = static_cast<float>(sample * gain);
    return audio;
}

AudioBuffer random_signs(double amplitude, double seconds, double sample_rate_hz, int channels, unsigned seed) {
    Random random(seed);
    return fill(channels, frames_of(seconds, sample_rate_hz),
                [&](int, int) { return (random.bits() >> 63) != 0U ? amplitude : -amplitude; });
}

AudioBuffer toy_music(double seconds, double sample_rate_hz, int channels, unsigned seed) {
    Random random(seed);
    const double beat_s = 0.5;
    const double bass_hz[] = {55.0, 55.0, 65.4, 49.0};
    const double chord[] = {1.0, 1.25, 1.5, 2.0};
    auto audio = fill(channels, frames_of(seconds, sample_rate_hz), [&](int c, int n) {
        const double t = n / sample_rate_hz;
        const double in_beat = std::fmod(t, beat_s);
        const double in_half = std::fmod(t, beat_s / 2);
        const double root_hz = bass_hz[static_cast<int>(t / (4 * beat_s)) % 4];
        double sample =
            0.5 * std::exp(-in_beat * 18) * std::sin(2 * pi * (50 * in_beat + 8 * (1 - std::exp(-in_beat * 40))));
        sample += 0.08 * std::exp(-in_half * 60) * random.uniform(-1.0, 1.0);
        sample += 0.15 * std::exp(-in_half * 4) * std::tanh(3 * std::sin(2 * pi * root_hz * t));
        for (int k = 0; k < 4; ++k) {
            const double detune = 1.0 + (c == 0 ? 0.002 : -0.002) * (k + 1);
            const double phase = 2 * pi * root_hz * 4 * chord[k] * detune * t;
            sample += 0.03 * (std::sin(phase) + 0.5 * std::sin(2 * phase) + 0.25 * std::sin(3 * phase + k));
        }
        return 0.6 * sample;
    });
    return audio;
}

AudioBuffer drums_and_bass(double bass_amplitude, double seconds, double sample_rate_hz, const Groove& groove) {
    const double eighth_s = 30.0 / groove.beats_per_minute;
    constexpr double riff_hz[] = {55.0, 55.0, 82.4, 73.4, 55.0, 98.0, 82.4, 61.7};  // in eighths
    Random random(1);
    double last_noise[2] = {};
    double bass_phase = 0.0;
    double kick_at_s = -1.0;
    double snare_at_s = -1.0;
    AudioBuffer audio(2, frames_of(seconds, sample_rate_hz));
    for (int n = 0; n < audio.frames(); ++n) {
        const double t = n / sample_rate_hz;
        const auto eighth = static_cast<std::size_t>(t / eighth_s);
        const double eighth_at_s = static_cast<double>(eighth) * eighth_s;
        if (groove.kick[eighth % 8] == 'x') kick_at_s = eighth_at_s;
        if (groove.snare[eighth % 8] == 'x') snare_at_s = eighth_at_s;
        const double in_kick = t - kick_at_s;
        const double in_snare = t - snare_at_s;
        const double in_eighth = t - eighth_at_s;
        const double kick_cycles = 50 * in_kick + 3.5 * (1 - std::exp(-in_kick * 45));
        const double kick = 0.33 * std::exp(-in_kick * 40) * std::sin(2 * pi * kick_cycles);
        const double snare_level = 0.30 * std::exp(-in_snare * 50);
        const double snare_tone = std::sin(2 * pi * 187 * in_snare);
        const double hat_level = 0.036 * std::exp(-in_eighth * (eighth % 8 == 7 ? 9 : 45));
        bass_phase += 2 * pi * riff_hz[eighth % 8] / sample_rate_hz;
        const double string =
            std::sin(bass_phase) + 0.5 * std::sin(2 * bass_phase + 1) + 0.4 * std::sin(5 * bass_phase);
        const double bass = bass_amplitude * (0.8 + 0.2 * std::exp(-in_eighth * 10)) * std::tanh(2.5 * string);
        for (int c = 0; c < 2; ++c) {
            const double noise = random.uniform(-1.0, 1.0);
            const double hat = hat_level * (noise - last_noise[c]);
            last_noise[c] = noise;
            audio.channel(c)[n] =
                static_cast<float>(kick + snare_level * (0.6 * noise + 0.4 * snare_tone) + hat + bass);
        }
    }
    return audio;
}

AudioBuffer impulse(int at_frame, int frames, int channels) {
    return fill(channels, frames, [&](int, int n) { return n == at_frame ? 1.0 : 0.0; });
}

double peak(const AudioBuffer& audio) {
    double largest = 0.0;
    for (int c = 0; c < audio.channels(); ++c)
        for (const float sample : audio.channel(c)) largest = std::max(largest, std::abs(double{sample}));
    return largest;
}

double rms(const AudioBuffer& audio, int first, int count) {
    double sum = 0.0;
    for (int c = 0; c < audio.channels(); ++c)
        for (int n = first; n < first + count; ++n) sum += double{audio.channel(c)[n]} * audio.channel(c)[n];
    return std::sqrt(sum / (double{1} * count * audio.channels()));
}

double rms(const AudioBuffer& audio) { return rms(audio, 0, audio.frames()); }

double null_depth_db(const AudioBuffer& a, const AudioBuffer& b) {
    double difference = 0.0;
    double level = 0.0;
    for (int c = 0; c < a.channels(); ++c)
        for (int n = 0; n < a.frames(); ++n) {
            const double d = double{a.channel(c)[n]} - b.channel(c)[n];
            difference += d * d;
            level += double{a.channel(c)[n]} * a.channel(c)[n];
        }
    return 10 * std::log10((difference + 1e-30) / level);
}

double tone_amplitude(const AudioBuffer& audio, int channel, double frequency_hz, double sample_rate_hz, int first,
                      int count) {
    std::complex<double> sum = 0.0;
    for (int n = 0; n < count; ++n) {
        const double window = 1.0 - std::cos(2 * pi * (n + 0.5) / count);
        sum +=
            window * audio.channel(channel)[first + n] * std::polar(1.0, -2 * pi * frequency_hz / sample_rate_hz * n);
    }
    return 2.0 * std::abs(sum) / count;
}

}  // namespace burnish::test
