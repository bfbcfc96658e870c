#include "dsp/dither.h"

#include <algorithm>
#include <cmath>

namespace burnish {

void Dither::prepare(const ProcessSpec& spec) {
    sample_rate_hz_ = spec.sample_rate_hz;
    set({});
    reset();
}

void Dither::set(const Settings& settings) noexcept {
    bits_ = static_cast<int>(std::lround(settings.bits));
    const bool rate_fits = sample_rate_hz_ >= 44100.0 && sample_rate_hz_ <= 48000.0;
    shaping_ = rate_fits ? settings.shaping : 0.0;
}

void Dither::reset() noexcept {
    for (std::size_t c = 0; c < channels_.size(); ++c) {
        channels_[c] = {};
        channels_[c].random = Random(0xD17AE4 + c);
        channels_[c].silent_frames = blank_after_frames();  // what begins with silence begins silent
    }
}

void Dither::process(AudioView io) noexcept {
    if (bits_ == 0) return;
    for (int c = 0; c < io.channels(); ++c) quantize(channels_[c], io.channel(c));
}

void Dither::quantize(Channel& channel, std::span<float> samples) const noexcept {
    const double lsb_per_unit = std::ldexp(1.0, bits_ - 1);
    const int blank_after = blank_after_frames();
    for (float& sample : samples) {
        channel.silent_frames = sample == 0.0F ? std::min(channel.silent_frames + 1, blank_after) : 0;
        if (channel.silent_frames == blank_after) {
            channel.errors = {};
            continue;
        }
        double wanted = sample * lsb_per_unit;
        if (shaping_ > 0.0) {
            double echo = 0.0;
            for (unsigned i = 0; i < shaper.size(); ++i) echo += shaper[i] * channel.errors[(channel.newest - i) % 16];
            wanted -= shaping_ * echo;
        }
        const std::uint64_t draw = channel.random.bits();
        const double dither =
            (static_cast<double>(draw >> 32) + static_cast<double>(draw & 0xFFFFFFFFU)) * 0x1.0p-32 - 1.0;
        const double rounded = std::nearbyint(wanted + dither);
        channel.errors[++channel.newest % 16] = rounded - wanted;
        sample = static_cast<float>(std::clamp(rounded, -lsb_per_unit, lsb_per_unit - 1.0) / lsb_per_unit);
    }
}

}  // namespace burnish
