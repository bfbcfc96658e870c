#include "dsp/stereo_width.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/decibels.h"
#include "dsp/mid_side.h"
#include "dsp/pair.h"

namespace burnish {

namespace {
constexpr double control_ms = 10.0;
constexpr double averaging_ms = 400.0;
constexpr double silent_power = 1e-12;  // keeps silence from counting as a width
}  // namespace

double widest_gain(double mid_power, double side_power) noexcept {
    return std::sqrt(std::max(1.0, (0.5 * mid_power + silent_power) / (side_power + silent_power)));
}

void StereoWidth::prepare(const ProcessSpec& spec) {
    sample_rate_hz_ = spec.sample_rate_hz;
    control_frames_ = static_cast<int>(0.001 * control_ms * spec.sample_rate_hz);
    averaging_ = 1.0 - std::exp(-control_frames_ / (0.001 * averaging_ms * spec.sample_rate_hz));
    crossover_.prepare(spec, band_count);
    set({});
    reset();
}

void StereoWidth::set(const Settings& settings) noexcept {
    crossover_.set(std::array{settings.low_split_hz, settings.high_split_hz});
    bands_[0].wanted = db_to_gain(settings.low_db);
    bands_[1].wanted = db_to_gain(settings.mid_db);
    bands_[2].wanted = db_to_gain(settings.high_db);
    neutral_ = settings.low_db == 0.0 && settings.mid_db == 0.0 && settings.high_db == 0.0;
}

void StereoWidth::reset() noexcept {
    crossover_.reset();
    for (auto& band : bands_) band = {.wanted = band.wanted};
    position_ = 0;
    fresh_ = true;
}

void StereoWidth::start_gains() noexcept {
    // Narrowing holds from the first frame on; widening waits for the guard to know the signal.
    for (auto& band : bands_) band.gain = band.next_gain = std::min(band.wanted, 1.0);
    fresh_ = false;
}

void StereoWidth::process(AudioView io) noexcept {
    if (neutral_ || io.channels() == 1) return;
    if (fresh_) start_gains();
    encode_mid_side(io.channel(0), io.channel(1));
    crossover_.process(io);
    for (int first = 0; first < io.frames();) {
        const int count = std::min(io.frames() - first, control_frames_ - position_);
        run(io, first, count);
        position_ += count;
        first += count;
        if (position_ == control_frames_) {
            end_control_period();
            position_ = 0;
        }
    }
}

void StereoWidth::run(AudioView io, int first, int count) noexcept {
    const float* in[band_count][max_channels];
    Pair energy[band_count];
    double gain[band_count];
    double gain_step[band_count];
    for (int b = 0; b < band_count; ++b) {
        for (int c = 0; c < max_channels; ++c) in[b][c] = crossover_.band(b).channel(c).data() + first;
        energy[b] = Pair{bands_[b].energy[0], bands_[b].energy[1]};
        gain[b] = bands_[b].gain;
        gain_step[b] = bands_[b].gain_step;
    }
    float* const left = io.channel(0).data() + first;
    float* const right = io.channel(1).data() + first;
    for (int n = 0; n < count; ++n) {
        Pair sum{};
        for (int b = 0; b < band_count; ++b) {
            const Pair value{in[b][0][n], in[b][1][n]};
            energy[b] += value * value;
            sum += value * Pair{1.0, gain[b]};
            gain[b] += gain_step[b];
        }
        left[n] = static_cast<float>(sum[0] + sum[1]);
        right[n] = static_cast<float>(sum[0] - sum[1]);
    }
    for (int b = 0; b < band_count; ++b) {
        bands_[b].energy = {energy[b][0], energy[b][1]};
        bands_[b].gain = gain[b];
    }
}

void StereoWidth::end_control_period() noexcept {
    for (auto& band : bands_) {
        for (int c = 0; c < max_channels; ++c)
            band.power[c] += averaging_ * (band.energy[c] / control_frames_ - band.power[c]);
        band.energy = {};
        band.gain = band.next_gain;
        band.next_gain = std::min(band.wanted, widest_gain(band.power[0], band.power[1]));
        band.gain_step = (band.next_gain - band.gain) / control_frames_;
    }
}

}  // namespace burnish
