#include "io/resampler.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/random.h"
#include "tests/io/audio_files.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

/// A buffer as a source.
class Memory final : public AudioSource {
public:
    Memory(AudioBuffer audio, double rate_hz, int largest_read = 1 << 30)
        : audio_(std::move(audio)),
          info_{.sample_rate_hz = rate_hz,
                .channels = audio_.channels(),
                .frames = audio_.frames(),
                .bits_per_sample = 24},
          largest_read_(largest_read) {}

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Result<int> read(AudioView into) override {
        const int count = std::min({into.frames(), audio_.frames() - position_, largest_read_});
        copy(std::as_const(audio_).view().part(position_, count), into.part(0, count));
        position_ += count;
        return count;
    }
    [[nodiscard]] Status rewind() override {
        position_ = 0;
        return success();
    }

private:
    AudioBuffer audio_;
    StreamInfo info_;
    int largest_read_;
    int position_ = 0;
};

AudioBuffer resample(const AudioBuffer& audio, double from_hz, double to_hz) {
    Memory source(audio, from_hz);
    return read_all(*need(convert_rate(source, to_hz)), 4000);
}

/// Rms of what is left of a stretch in the middle when the best-fitting sine of that frequency is taken out, relative
/// to full scale. Least squares over whole-signal sine and cosine; double throughout.
double residual_db(const AudioBuffer& audio, double frequency_hz, double rate_hz) {
    const auto x = audio.channel(0).subspan(static_cast<std::size_t>(audio.frames() / 4),
                                            static_cast<std::size_t>(audio.frames() / 2));
    const double step = 2 * std::numbers::pi * frequency_hz / rate_hz;
    double ss = 0, sc = 0, cc = 0, xs = 0, xc = 0;
    for (std::size_t n = 0; n < x.size(); ++n) {
        const double s = std::sin(step * static_cast<double>(n));
        const double c = std::cos(step * static_cast<double>(n));
        ss += s * s, sc += s * c, cc += c * c, xs += x[n] * s, xc += x[n] * c;
    }
    const double determinant = ss * cc - sc * sc;
    const double a = (xs * cc - xc * sc) / determinant;
    const double b = (xc * ss - xs * sc) / determinant;
    double sum = 0;
    for (std::size_t n = 0; n < x.size(); ++n) {
        const double phase = step * static_cast<double>(n);
        const double rest = x[n] - a * std::sin(phase) - b * std::cos(phase);
        sum += rest * rest;
    }
    return 10 * std::log10(sum / static_cast<double>(x.size()));
}

}  // namespace

TEST_CASE("sample-rate conversion adds no distortion and no noise", "[io][rate]") {
    struct Row {
        double from_hz, to_hz;
    };
    for (const auto& [from_hz, to_hz] :
         {Row{44100, 48000}, Row{48000, 44100}, Row{96000, 44100}, Row{44100, 96000}, Row{192000, 48000},
          Row{48000, 96000}, Row{96000, 48000}, Row{88200, 44100}, Row{44100, 88200}})
        for (const double frequency_hz : {997.0, 5009.0, 15013.0, 19997.0}) {
            INFO(from_hz << " to " << to_hz << " Hz, " << frequency_hz << " Hz");
            const auto out = resample(sine(frequency_hz, 0.5, 1.0, from_hz, 1), from_hz, to_hz);
            CHECK(residual_db(out, frequency_hz, to_hz) < -130.0 + 20 * std::log10(0.5 / std::sqrt(2.0)));
            CHECK(tone_amplitude(out, 0, frequency_hz, to_hz, out.frames() / 4, out.frames() / 2) ==
                  Approx(0.5).epsilon(frequency_hz < 19000.0 ? 1e-5 : 1e-3));
        }
}

TEST_CASE("no tone of the audible range is distorted between 44.1, 48 and 96 kHz", "[io][rate]") {
    constexpr int tones = 24;
    for (const double from_hz : {44100.0, 48000.0, 96000.0})
        for (const double to_hz : {44100.0, 48000.0, 96000.0})
            for (int i = 0; i < tones && from_hz != to_hz; ++i) {
                const double frequency_hz = 20.0 * std::pow(1000.0, i / (tones - 1.0));
                INFO(from_hz << " to " << to_hz << " Hz, " << frequency_hz << " Hz");
                const auto out = resample(sine(frequency_hz, 0.5, 1.0, from_hz, 1), from_hz, to_hz);
                CHECK(residual_db(out, frequency_hz, to_hz) < -130.0 + 20 * std::log10(0.5 / std::sqrt(2.0)));
            }
}

// A tone above half the new rate comes back mirrored at it, if at all. Counted from 2 % above it: the filter passes
// 20 kHz at 44.1 kHz, and what is left of its transition band lies beside half the new rate, on either side.
TEST_CASE("what the new rate cannot hold is gone", "[io][rate]") {
    struct Row {
        double from_hz, to_hz;
    };
    for (const auto& [from_hz, to_hz] : {Row{48000, 44100}, Row{88200, 44100}, Row{96000, 44100}, Row{192000, 44100},
                                         Row{88200, 48000}, Row{96000, 48000}, Row{192000, 48000}, Row{192000, 96000}})
        for (const double over : {1.0204, 1.043, 1.087, 1.36, 2.04}) {  // half the new rate
            const double frequency_hz = over * to_hz / 2;
            if (frequency_hz > 0.497 * from_hz) continue;
            const auto out = resample(sine(frequency_hz, 0.5, 1.0, from_hz, 1), from_hz, to_hz);
            INFO(frequency_hz << " Hz from " << from_hz << " to " << to_hz << " Hz");
            CHECK(20 * std::log10(rms(out, out.frames() / 4, out.frames() / 2) / 0.5) < -120.0);
        }
}

// On the way up the tone's mirror images about the old rate have to go. From 88.2 kHz there is room for one below half
// the new rate only where the tone is nearly as high as its rate can hold, and again it counts from 2 % above.
TEST_CASE("a higher rate shows no images", "[io][rate]") {
    struct Row {
        double from_hz, to_hz;
        std::vector<double> tones_hz;
    };
    for (const auto& [from_hz, to_hz, tones_hz] :
         {Row{44100, 48000, {997, 15013, 20011}}, Row{44100, 96000, {997, 15013, 20011}},
          Row{48000, 96000, {997, 15013, 20011, 21997}}, Row{88200, 96000, {40499, 41011, 42013, 43013}}})
        for (const double frequency_hz : tones_hz) {
            const auto out = resample(sine(frequency_hz, 0.5, 1.0, from_hz, 1), from_hz, to_hz);
            for (const double image_hz : {from_hz - frequency_hz, from_hz + frequency_hz}) {
                if (image_hz >= to_hz / 2) continue;
                INFO("image of " << frequency_hz << " Hz at " << image_hz << " Hz, " << from_hz << " to " << to_hz
                                 << " Hz");
                CHECK(
                    20 * std::log10(tone_amplitude(out, 0, image_hz, to_hz, out.frames() / 4, out.frames() / 2) / 0.5) <
                    -120.0);
            }
        }
}

TEST_CASE("the top of the audible band passes", "[io][rate]") {
    for (const double from_hz : {48000.0, 96000.0}) {
        const auto out = resample(sine(20000.0, 0.5, 1.0, from_hz, 1), from_hz, 44100.0);
        CHECK(20 * std::log10(tone_amplitude(out, 0, 20000.0, 44100.0, 11025, 22050) / 0.5) ==
              Approx(0.0).margin(0.05));
    }
}

TEST_CASE("length and time are exact", "[io][rate]") {
    struct Row {
        double from_hz, to_hz;
        int frames;
        int expected;  // round(frames * to / from)
    };
    for (const auto& row : {Row{44100, 48000, 44100, 48000}, Row{44100, 48000, 12345, 13437},
                            Row{48000, 44100, 12345, 11342}, Row{96000, 44100, 1, 0}, Row{44100, 96000, 1, 2},
                            Row{44100, 192000, 7, 30}, Row{192000, 8000, 100'001, 4167}, Row{8000, 192000, 0, 0}}) {
        INFO(row.from_hz << " to " << row.to_hz << ", " << row.frames << " frames");
        Memory source(AudioBuffer(2, row.frames), row.from_hz);
        const auto resampler = need(convert_rate(source, row.to_hz));
        CHECK(resampler->info().frames == row.expected);
        CHECK(resampler->info().sample_rate_hz == row.to_hz);
        CHECK(read_all(*resampler).frames() == row.expected);
    }
    // An impulse at 0.1 s is an impulse at 0.1 s, symmetric about it.
    const auto audio = resample(impulse(4410, 44100, 1), 44100.0, 48000.0);
    const auto out = audio.channel(0);
    const auto top = std::max_element(out.begin(), out.end()) - out.begin();
    CHECK(top == 4800);
    for (int i = 1; i < 50; ++i) CHECK(out[4800 + i] == Approx(out[4800 - i]).margin(1e-6));
}

TEST_CASE("the bits hang on neither the block size nor on earlier reading", "[io][rate]") {
    const auto audio = white_noise(0.5, 0.7, 48000.0);
    const auto expected = resample(audio, 48000.0, 44100.0);
    Memory source(audio, 48000.0, 1111);  // gives less than asked for
    const auto resampler = need(convert_rate(source, 44100.0));
    for (const int piece_frames : {1, 63, 4096, 100'000}) {
        need(resampler->rewind());
        CHECK(same_bits(read_all(*resampler, piece_frames), expected));
    }
    AudioBuffer some(2, 5000);
    need(resampler->rewind());
    CHECK(need(resampler->read(some.view())) == 5000);
    need(resampler->rewind());
    CHECK(same_bits(read_all(*resampler), expected));
    CHECK(need(resampler->read(some.view())) == 0);
}

TEST_CASE("at its own rate the sound passes unchanged", "[io][rate]") {
    const auto audio = white_noise(1.5, 0.3, 44100.0);
    Memory source(audio, 44100.0);
    const auto resampler = need(convert_rate(source, 44100.0));
    CHECK(resampler->info().bits_per_sample == 24);
    CHECK(same_bits(read_all(*resampler), audio));
}

}  // namespace burnish::test
