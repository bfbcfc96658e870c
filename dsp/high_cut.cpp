#include "dsp/high_cut.h"

#include <cmath>
#include <numbers>

#include "dsp/window.h"

namespace burnish {

void HighCut::prepare(const ProcessSpec& spec) {
    sample_rate_hz_ = spec.sample_rate_hz;
    channels_ = spec.channels;
    const int half = sample_rate_hz_ <= 50000.0 ? 511 : sample_rate_hz_ <= 100000.0 ? 1023 : 2047;
    const int taps = 2 * half + 1;
    window_.resize(static_cast<std::size_t>(taps));
    taps_.resize(window_.size());
    for (int i = 0; i < taps; ++i) window_[i] = kaiser((i - half) / (half + 1.0), 9.0);
    for (int c = 0; c < channels_; ++c) filters_[c].prepare(taps);
    latency_frames_ = filters_[0].latency_frames() + half;
    for (int c = 0; c < channels_; ++c) delays_[c].prepare(latency_frames_);
    cutoff_hz_ = 0.0;
    active_ = false;
}

void HighCut::set(const Settings& settings) noexcept {
    if (settings.cutoff_hz == cutoff_hz_) return;
    cutoff_hz_ = settings.cutoff_hz;
    active_ = cutoff_hz_ > 0.0 && cutoff_hz_ < 0.49 * sample_rate_hz_;
    reset();
    if (!active_) return;

    const int half = static_cast<int>(taps_.size()) / 2;
    const double radians = 2.0 * std::numbers::pi * cutoff_hz_ / sample_rate_hz_;
    double sum = 0.0;
    for (int i = 0; i < static_cast<int>(taps_.size()); ++i) {
        const int n = i - half;
        const double sinc = n == 0 ? radians : std::sin(radians * n) / n;
        taps_[i] = static_cast<float>(sinc * window_[i]);
        sum += taps_[i];
    }
    for (float& tap : taps_) tap = static_cast<float>(tap / sum);
    for (int c = 0; c < channels_; ++c) filters_[c].set_kernel(taps_);
}

void HighCut::process(AudioView io) noexcept {
    for (int c = 0; c < io.channels(); ++c) {
        if (active_)
            filters_[c].process(io.channel(c));
        else
            delays_[c].process(io.channel(c));
    }
}

void HighCut::reset() noexcept {
    for (int c = 0; c < channels_; ++c) {
        filters_[c].reset();
        delays_[c].reset();
    }
}

}  // namespace burnish
