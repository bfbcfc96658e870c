#include "preview/meters.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "core/decibels.h"

namespace burnish {

namespace {
constexpr int block_frames = 2048;
constexpr double correlation_s = 0.4;
constexpr double fall_db_per_s = 20.0;
}  // namespace

Meters::Meters(double sample_rate_hz, int channels)
    : sample_rate_hz_(sample_rate_hz),
      channels_(channels),
      window_(fft_frames),
      windowed_(fft_frames),
      spectrum_(fft_frames / 2 + 1),
      original_block_(channels, block_frames),
      master_block_(channels, block_frames) {
    double power = 0.0;
    for (int n = 0; n < fft_frames; ++n) {
        const double hann = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * (n + 0.5) / fft_frames);
        window_[n] = static_cast<float>(hann);
        power += hann * hann;
    }
    // So that the bins' powers add up to the mean square.
    const auto scale = static_cast<float>(std::sqrt(2.0 / (power * fft_frames)));
    for (float& value : window_) value *= scale;
    for (Side* side : {&original_, &master_}) {
        side->loudness.prepare(sample_rate_hz, channels);
        side->true_peak.prepare(sample_rate_hz, channels);
        side->recent.resize(fft_frames);
        side->reading.spectrum_db.fill(static_cast<float>(silence_db));
    }
}

void Meters::update(FrameTap& tap, unsigned generation) {
    while (const int frames = tap.read(original_block_.view(), master_block_.view())) {
        take_in(original_, original_block_.view().part(0, frames));
        take_in(master_, master_block_.view().part(0, frames));
        frames_since_spectrum_ += frames;
    }
    if (frames_since_spectrum_ == 0) return;
    for (Side* side : {&original_, &master_}) {
        look_at_spectrum(*side);
        auto& reading = side->reading;
        reading.momentary_lufs = side->loudness.momentary_lufs();
        reading.short_term_lufs = side->loudness.short_term_lufs();
        reading.integrated_lufs = side->loudness.integrated_lufs();
        reading.true_peak_dbtp = gain_to_db(side->true_peak.peak_so_far());
        const double powers = std::sqrt(side->left_power * side->right_power);
        reading.correlation = powers > 1e-12 ? std::clamp(side->product / powers, -1.0, 1.0) : 1.0;
        // What was taken in up to here may still be of the old settings.
        if (generation != generation_) side->true_peak.forget_peak();
    }
    generation_ = generation;
    frames_since_spectrum_ = 0;
}

void Meters::take_in(Side& side, ConstAudioView audio) {
    side.loudness.process(audio);
    side.true_peak.process(audio);
    const auto left = audio.channel(0);
    const auto right = audio.channel(channels_ - 1);
    const double keep = std::exp(-1.0 / (correlation_s * sample_rate_hz_));
    for (int n = 0; n < audio.frames(); ++n) {
        const double l = left[n];
        const double r = right[n];
        side.left_power += (1.0 - keep) * (l * l - side.left_power);
        side.right_power += (1.0 - keep) * (r * r - side.right_power);
        side.product += (1.0 - keep) * (l * r - side.product);
    }
    std::copy(side.recent.begin() + audio.frames(), side.recent.end(), side.recent.begin());
    const auto fresh = side.recent.end() - audio.frames();
    std::transform(left.begin(), left.end(), right.begin(), fresh, [](float l, float r) { return 0.5F * (l + r); });
}

void Meters::look_at_spectrum(Side& side) {
    std::transform(side.recent.begin(), side.recent.end(), window_.begin(), windowed_.begin(), std::multiplies<>());
    fft_.forward(windowed_, spectrum_);
    const double bin_hz = sample_rate_hz_ / fft_frames;
    const auto fall_db = static_cast<float>(fall_db_per_s * frames_since_spectrum_ / sample_rate_hz_);
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
        const double half_band = std::exp2(1.0 / 6.0);
        const auto first = static_cast<int>(std::ceil(third_octaves_hz[band] / half_band / bin_hz));
        const auto last = static_cast<int>(std::floor(third_octaves_hz[band] * half_band / bin_hz));
        double power = 0.0;
        for (int bin = first; bin <= std::min(last, fft_frames / 2); ++bin) power += std::norm(spectrum_[bin]);
        auto& level_db = side.reading.spectrum_db[band];
        level_db = std::max(static_cast<float>(power_to_db(power)), level_db - fall_db);
    }
}

}  // namespace burnish
