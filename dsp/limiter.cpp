#include "dsp/limiter.h"

#include <algorithm>

#include "core/decibels.h"

namespace burnish {

void Limiter::prepare(const ProcessSpec& spec) {
    high_cut_.prepare(spec);
    detector_.prepare(spec.sample_rate_hz, spec.channels, TruePeakFilters::every_meter);
    gain_.prepare(spec.sample_rate_hz);
    for (int c = 0; c < spec.channels; ++c)
        delays_[c].prepare(TruePeakDetector::latency_frames() + gain_.latency_frames());
    peaks_.resize(static_cast<std::size_t>(spec.max_block_frames));
    gains_.resize(peaks_.size());
    set({});
}

void Limiter::set(const Settings& settings) noexcept {
    high_cut_.set({.cutoff_hz = settings.high_cut_hz});
    gain_.set(settings);
    detector_.set_floor(gain_.threshold());
    drive_db_ = settings.drive_db;
}

int Limiter::latency_frames() const noexcept {
    return high_cut_.latency_frames() + TruePeakDetector::latency_frames() + gain_.latency_frames();
}

void Limiter::process(AudioView io) noexcept {
    if (io.frames() == 0) return;
    const auto frames = static_cast<std::size_t>(io.frames());
    const std::span peaks(peaks_.data(), frames);
    const std::span gains(gains_.data(), frames);
    high_cut_.process(io);
    detector_.process(io, peaks);
    gain_.process(peaks, gains);
    for (int c = 0; c < io.channels(); ++c) {
        const auto samples = io.channel(c);
        delays_[c].process(samples);
        for (std::size_t i = 0; i < frames; ++i) samples[i] *= gains[i];
    }
    gain_reduction_db_ = gain_to_db(*std::min_element(gains.begin(), gains.end())) - drive_db_;
}

void Limiter::reset() noexcept {
    high_cut_.reset();
    detector_.reset();
    gain_.reset();
    for (auto& delay : delays_) delay.reset();
}

}  // namespace burnish
