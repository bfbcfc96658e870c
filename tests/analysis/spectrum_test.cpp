#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <utility>

#include "analysis/analyzer.h"
#include "analysis/spectrum_shape.h"
#include "core/decibels.h"
#include "core/random.h"
#include "dsp/fft.h"
#include "tests/support/signals.h"

namespace burnish {
namespace {

/// The SpectrumAnalyzer's half alone.
TrackAnalysis spectrum(const AudioBuffer& audio, double rate_hz) {
    SpectrumAnalyzer analyzer;
    analyzer.prepare({rate_hz, audio.channels(), audio.frames(), 0});
    analyzer.process(audio.view());
    TrackAnalysis analysis;
    analyzer.finish(analysis);
    return analysis;
}

std::size_t third_octave(double centre_hz) {
    for (std::size_t b = 0; b < third_octaves_hz.size(); ++b)
        if (third_octaves_hz[b] == centre_hz) return b;
    FAIL("no such band");
    return 0;
}

void add(AudioBuffer& to, const AudioBuffer& from, double gain = 1.0) {
    for (int c = 0; c < to.channels(); ++c)
        for (int n = 0; n < to.frames(); ++n) to.channel(c)[n] += static_cast<float>(gain * from.channel(c)[n]);
}

/// Noise whose spectrum is 1/f to the bin: random phases at the amplitudes wanted, back from the frequency domain.
AudioBuffer exact_pink_noise() {
    const int frames = 1 << 19;
    const RealFft fft(frames);
    AlignedVector<std::complex<float>> bins(static_cast<std::size_t>(fft.bins()));
    AlignedVector<float> samples(frames);
    Random random(3);
    AudioBuffer audio(2, frames);
    for (int c = 0; c < 2; ++c) {
        for (int k = 1; k < fft.bins(); ++k)
            bins[static_cast<std::size_t>(k)] =
                std::polar(0.02F / std::sqrt(static_cast<float>(k)), static_cast<float>(random.uniform(0, 6.2831853)));
        fft.inverse(bins, samples);
        std::ranges::copy(samples, audio.channel(c).begin());
    }
    return audio;
}

/// One click of a single frame each period, from `first` on.
AudioBuffer clicks(double period_s, double seconds, double rate_hz, double first_s = 0.0) {
    AudioBuffer audio(2, static_cast<int>(std::lround(seconds * rate_hz)));
    for (double t = first_s; std::lround(t * rate_hz) < audio.frames(); t += period_s)
        for (int c = 0; c < 2; ++c) audio.channel(c)[std::lround(t * rate_hz)] = 0.5F;
    return audio;
}

}  // namespace

// A third-octave band of white noise is twice as wide an octave up.
TEST_CASE("tilt: pink noise 0, white noise 3 dB per octave", "[analysis][spectrum]") {
    CHECK(spectrum(exact_pink_noise(), 44100).tilt_db_per_octave == Approx(0.0).margin(0.1));
    for (const double rate_hz : {32000.0, 44100.0, 96000.0})
        CHECK(spectrum(test::white_noise(0.3, 20, rate_hz), rate_hz).tilt_db_per_octave == Approx(3.01).margin(0.1));
}

// White noise of peak a has the power a^2/3, spread evenly up to half the rate; mid and side have half of it each.
TEST_CASE("band levels of white noise", "[analysis][spectrum]") {
    for (const double rate_hz : {22050.0, 48000.0, 192000.0}) {
        INFO(rate_hz << " Hz");
        const auto analysis = spectrum(test::white_noise(0.5, 8, rate_hz), rate_hz);
        const double density = 0.25 / 3 / 2 / (rate_hz / 2);
        for (const double centre_hz : {250.0, 1000.0, 8000.0}) {
            const double width_hz = centre_hz * (std::exp2(1.0 / 6) - std::exp2(-1.0 / 6));
            const double expected_db = power_to_db(density * width_hz);
            CHECK(analysis.third_octave.mid_mean_db[third_octave(centre_hz)] == Approx(expected_db).margin(0.5));
            CHECK(analysis.third_octave.side_mean_db[third_octave(centre_hz)] == Approx(expected_db).margin(0.5));
        }
        const double expected_db = power_to_db(density * (1080 - 920));
        CHECK(analysis.bark.mid_mean_db[8] == Approx(expected_db).margin(0.5));
    }
    // Bands beyond half the rate are empty.
    const auto narrow = spectrum(test::white_noise(0.5, 2, 22050), 22050);
    CHECK(narrow.third_octave.mid_mean_db[third_octave(16000)] == silence_db);
    CHECK(narrow.bark.mid_mean_db[23] == silence_db);
}

TEST_CASE("a sine lies in its band, and is its own centroid and roll-off", "[analysis][spectrum]") {
    for (const double rate_hz : {44100.0, 96000.0})
        for (const double centre_hz : {125.0, 1000.0, 10000.0}) {
            INFO(centre_hz << " Hz at " << rate_hz << " Hz");
            const auto analysis = spectrum(test::sine(centre_hz, 0.5, 2, rate_hz), rate_hz);
            const auto& mid_db = analysis.third_octave.mid_mean_db;
            // A line is four bins of 11 Hz wide, nearly as wide as the band at 125 Hz.
            CHECK(mid_db[third_octave(centre_hz)] == Approx(-9.03).margin(centre_hz < 1000 ? 0.2 : 0.01));
            for (std::size_t b = 0; b < mid_db.size(); ++b)
                if (std::abs(std::log2(third_octaves_hz[b] / centre_hz)) > 0.6)
                    CHECK(mid_db[b] < (centre_hz < 1000 ? -50 : -75));
            const double bin_hz = 44100.0 / 4096;
            CHECK(analysis.centroid_hz == Approx(centre_hz).margin(bin_hz));
            CHECK(analysis.rolloff_hz == Approx(centre_hz).margin(2 * bin_hz));
            CHECK(analysis.third_octave.side_mean_db[third_octave(centre_hz)] == silence_db);
        }
}

TEST_CASE("a direct current is no tone", "[analysis][spectrum]") {
    auto audio = test::sine(3000, 0.1, 1, 44100);
    for (int c = 0; c < 2; ++c)
        for (float& sample : audio.channel(c)) sample += 0.5F;
    CHECK(spectrum(audio, 44100).centroid_hz == Approx(3000).margin(11));
}

// 85 % of evenly spread power lies below 85 % of the band.
TEST_CASE("centroid and roll-off of white noise", "[analysis][spectrum]") {
    const auto analysis = spectrum(test::white_noise(0.3, 8, 48000), 48000);
    CHECK(analysis.centroid_hz == Approx(12000).margin(60));
    CHECK(analysis.rolloff_hz == Approx(0.85 * 24000).margin(60));
}

// Half the time 12 dB louder: p95 is the loud level, p10 the quiet one; with a pause 40 dB down in between, which
// the gate leaves out.
TEST_CASE("percentiles over time are gated", "[analysis][spectrum]") {
    auto audio = test::sine(1000, 0.5, 30, 44100);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < audio.frames(); ++n) {
            const double t = n / 44100.0;
            audio.channel(c)[n] *= static_cast<float>(db_to_gain(t < 10 ? 0 : t < 20 ? -40 : -12));
        }
    const auto analysis = spectrum(audio, 44100);
    const auto band = third_octave(1000);
    CHECK(analysis.third_octave.mid_p95_db[band] == Approx(-9.03).margin(0.1));
    CHECK(analysis.third_octave.mid_p10_db[band] == Approx(-21.03).margin(0.1));
    const double mean_db = -9.03 + 10 * std::log10((1 + db_to_power(-12)) / 2);
    CHECK(analysis.third_octave.mid_mean_db[band] == Approx(mean_db).margin(0.15));
}

// A tone in the middle, one opposite in phase, one on the left alone: the correlations 1 and -1, and a side as strong
// as the mid, by band.
TEST_CASE("stereo by band", "[analysis][spectrum][stereo]") {
    auto audio = test::sine(200, 0.2, 4, 44100);
    auto opposite = test::sine(1000, 0.2, 4, 44100);
    for (float& sample : opposite.channel(1)) sample = -sample;
    auto left = test::sine(5000, 0.2, 4, 44100);
    for (float& sample : left.channel(1)) sample = 0.0F;
    add(audio, opposite);
    add(audio, left);
    const auto analysis = spectrum(audio, 44100);
    CHECK(analysis.third_octave.correlation[third_octave(200)] == Approx(1.0).margin(1e-3));
    CHECK(analysis.third_octave.correlation[third_octave(1000)] == Approx(-1.0).margin(1e-3));
    CHECK(analysis.third_octave.side_mid_db[third_octave(5000)] == Approx(0.0).margin(0.01));
    CHECK(analysis.third_octave.side_mid_db[third_octave(200)] < -60);
    CHECK(analysis.third_octave.side_mid_db[third_octave(1000)] > 60);

    // The same on both sides but for the level is still one sound.
    auto leaning = test::sine(1000, 0.2, 2, 44100);
    for (float& sample : leaning.channel(1)) sample *= 0.3F;
    CHECK(spectrum(leaning, 44100).third_octave.correlation[third_octave(1000)] == Approx(1.0).margin(1e-3));

    // Unrelated noise of unlike level: still 0, though mid and side are then related.
    auto noise = test::white_noise(0.3, 10, 44100);
    for (float& sample : noise.channel(1)) sample *= 0.3F;
    const auto unrelated = spectrum(noise, 44100);
    for (std::size_t b = 10; b < third_octaves_hz.size(); ++b)
        CHECK(unrelated.third_octave.correlation[b] == Approx(0.0).margin(0.1));
}

// Of the Bark bands' 20 Hz to 15.5 kHz, 3.5 kHz are harsh.
TEST_CASE("harshness is the share of 2.5 to 6 kHz", "[analysis][spectrum]") {
    const auto noise = spectrum(test::white_noise(0.3, 10, 44100), 44100);
    CHECK(noise.harshness_db == Approx(10 * std::log10(3500.0 / 15480)).margin(0.1));
    CHECK(spectrum(test::sine(4000, 0.3, 2, 44100), 44100).harshness_db == Approx(0.0).margin(0.01));
    // Present for one block in five: the mean is low, the 95th percentile is not.
    auto sometimes = test::sine(300, 0.3, 20, 44100);
    auto whistle = test::sine(4000, 0.3, 20, 44100);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < whistle.frames(); ++n)
            if (n % 220500 >= 44100) whistle.channel(c)[n] = 0.0F;
    add(sometimes, whistle);
    const auto analysis = spectrum(sometimes, 44100);
    CHECK(analysis.harshness_p95_db == Approx(-3.01).margin(0.2));
    CHECK(analysis.harshness_db < -20);
}

TEST_CASE("a resonance stands out where and as long as it sounds", "[analysis][spectrum][resonance]") {
    const auto noise = test::pink_noise(-20, 12, 44100);
    const auto plain = spectrum(noise, 44100);
    CHECK(plain.resonances.excess_db[0] < 1.5);

    for (const double frequency_hz : {310.0, 3000.0, 9000.0}) {
        INFO(frequency_hz << " Hz");
        auto ringing = noise;
        add(ringing, test::sine(frequency_hz, db_to_gain(-30), 12, 44100));
        const auto analysis = spectrum(ringing, 44100);
        CHECK(analysis.resonances.frequency_hz[0] == Approx(frequency_hz).epsilon(0.01));
        CHECK(analysis.resonances.excess_db[0] > 6);
        CHECK(analysis.resonances.persistence[0] > 0.95);
    }

    auto half = noise;
    auto tone = test::sine(3000, db_to_gain(-27), 12, 44100);
    for (int c = 0; c < 2; ++c) std::fill_n(tone.channel(c).begin(), tone.frames() / 2, 0.0F);
    add(half, tone);
    CHECK(spectrum(half, 44100).resonances.persistence[0] == Approx(0.5).margin(0.06));
}

TEST_CASE("every click of a train is one onset", "[analysis][rhythm]") {
    for (const double rate_hz : {22050.0, 44100.0, 96000.0})
        for (const double per_second : {0.5, 2.0, 3.3, 7.0}) {
            INFO(per_second << " clicks per second at " << rate_hz << " Hz");
            const auto audio = clicks(1 / per_second, 10, rate_hz, 0.05);
            const double expected = std::ceil((10 - 0.05) * per_second - 1e-9);
            CHECK(spectrum(audio, rate_hz).onsets_per_s * 10 == Approx(expected));
        }
}

TEST_CASE("steady sounds have one onset, and no tempo", "[analysis][rhythm]") {
    for (const auto& audio :
         {test::sine(440, 0.5, 10, 44100), test::white_noise(0.5, 10, 44100), test::pink_noise(-20, 10, 44100)}) {
        const auto analysis = spectrum(audio, 44100);
        CHECK(analysis.onsets_per_s * 10 == Approx(1.0));
        CHECK(analysis.tempo_bpm == 0.0);
    }
    CHECK(spectrum(AudioBuffer(2, 441000), 44100).onsets_per_s == 0.0);
}

TEST_CASE("tempo of a click track within 2 %", "[analysis][rhythm]") {
    const auto noise = test::pink_noise(-40, 20, 44100);
    for (const double bpm : {60.0, 75.0, 92.0, 110.0, 120.0, 128.0, 140.0, 160.0, 174.0}) {
        INFO(bpm << " per minute");
        auto audio = clicks(60 / bpm, 20, 44100, 0.123);
        CHECK(spectrum(audio, 44100).tempo_bpm == Approx(bpm).epsilon(0.02));
        add(audio, noise);
        CHECK(spectrum(audio, 44100).tempo_bpm == Approx(bpm).epsilon(0.02));
    }
    CHECK(spectrum(test::toy_music(20, 44100), 44100).tempo_bpm == Approx(120).epsilon(0.02));
}

TEST_CASE("percussive share: clicks, noise, tones", "[analysis][rhythm]") {
    CHECK(spectrum(clicks(0.5, 10, 44100, 0.1), 44100).percussive_share > 0.95);
    CHECK(spectrum(test::white_noise(0.3, 5, 44100), 44100).percussive_share == Approx(0.5).margin(0.05));
    CHECK(spectrum(test::sine(440, 0.3, 10, 44100), 44100).percussive_share < 0.05);
}

// Random spectra, against medians by sorting.
TEST_CASE("percussive share agrees with its definition", "[analysis][rhythm]") {
    const int bins = 72;
    const int frames = 40;
    Random random(9);
    std::vector<std::vector<float>> power(frames + 8, std::vector<float>(bins, 0.0F));  // silence on both sides
    for (int t = 4; t < frames + 4; ++t)
        for (float& value : power[t]) value = static_cast<float>(std::pow(random.uniform(), 4));
    const auto median = [](std::vector<float> nine) {
        std::ranges::sort(nine);
        return double{nine[4]};
    };
    double all = 0.0;
    double percussive = 0.0;
    for (int t = 4; t < frames + 4; t += 2)  // every second frame is looked at
        for (int k = 4; k < bins - 4; ++k) {
            std::vector<float> over_time, over_bins;
            for (int d = -4; d <= 4; ++d) {
                over_time.push_back(power[t + d][k]);
                over_bins.push_back(power[t][k + d]);
            }
            const double tone = median(over_time) * median(over_time);
            const double hit = median(over_bins) * median(over_bins);
            all += double{power[t][k]} * k;
            percussive += double{power[t][k]} * k * hit / (hit + tone);
        }

    PercussionSeparator separator;
    separator.prepare(bins);
    for (int t = 4; t < frames + 4; ++t) separator.add_frame(power[t]);
    separator.finish();
    CHECK(separator.percussive_share() == Approx(percussive / all).epsilon(1e-5));
}

// All 24 bands step up by 6 dB once a second, and down by as much, which does not count.
TEST_CASE("flux is the mean rise per second", "[analysis][rhythm]") {
    auto audio = test::white_noise(0.2, 10, 44100, 2);
    const double at_rest = spectrum(audio, 44100).flux_db_per_s;
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < audio.frames(); ++n)
            if (n % 44100 < 22050) audio.channel(c)[n] *= 0.1F;
    const double stepping = spectrum(audio, 44100).flux_db_per_s;
    CHECK(stepping - at_rest == Approx(20.0).margin(5.0));
}

// Bins in a ratio of 1 : 3 around a quarter: the centroid is the mean, the roll-off lies within the second bin.
TEST_CASE("centroid and roll-off of two bins", "[analysis][spectrum]") {
    const std::vector<double> power{0, 0, 1, 0, 0, 0, 3, 0};
    CHECK(spectral_centroid_hz(power, 10) == Approx((1 * 20 + 3 * 60) / 4.0));
    CHECK(spectral_rolloff_hz(power, 10, 0.25) == Approx(25));
    CHECK(spectral_rolloff_hz(power, 10, 0.625) == Approx(60));
    CHECK(spectral_centroid_hz(std::vector<double>(8, 0.0), 10) == 0.0);
    CHECK(spectral_rolloff_hz(std::vector<double>(8, 0.0), 10, 0.85) == 0.0);
}

}  // namespace burnish
