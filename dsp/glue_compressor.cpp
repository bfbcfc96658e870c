#include "dsp/glue_compressor.h"

#include <algorithm>
#include <cassert>
#include <numbers>

#include "core/decibels.h"
#include "dsp/pair.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr double charge_ms = 150.0;

/// gain = makeup (1 + mix (gain - 1)): dry and compressed signal are in step, so their mix is a milder gain.
BURNISH_VECTORIZED
void mix_in(float* gain, int frames, float mix, float makeup) noexcept {
    for (int n = 0; n < frames; ++n) gain[n] = makeup * (1.0F + mix * (gain[n] - 1.0F));
}

BURNISH_VECTORIZED
void multiply(float* io, const float* gain, int frames) noexcept {
    for (int n = 0; n < frames; ++n) io[n] *= gain[n];
}

}  // namespace

void GlueCompressor::prepare(const ProcessSpec& spec) {
    sample_rate_hz_ = spec.sample_rate_hz;
    gain_.assign(spec.max_block_frames, 1.0F);
    reset();
    set({});
}

void GlueCompressor::set(const Settings& settings) noexcept {
    settings_ = settings;
    sidechain_ = high_pass(settings.sidechain_hz, std::numbers::sqrt2 / 2.0, sample_rate_hz_);
    smoother_.attack = one_pole_coefficient(settings.attack_ms, sample_rate_hz_);
    smoother_.release = one_pole_coefficient(recovery_ms(settings.attack_ms, settings.release_ms), sample_rate_hz_);
    charge_ = one_pole_coefficient(charge_ms, sample_rate_hz_);
    slow_release_ = one_pole_coefficient(recovery_ms(settings.release_ms, settings.slow_release_ms), sample_rate_hz_);
    if (changes_nothing()) reset();  // so that it starts afresh when it is needed again
}

bool GlueCompressor::changes_nothing() const noexcept {
    return (settings_.ratio == 1.0 || settings_.mix == 0.0) && settings_.makeup_db == 0.0;
}

void GlueCompressor::process(AudioView io) noexcept {
    assert(io.frames() <= static_cast<int>(gain_.size()));
    if (changes_nothing()) return;
    const int frames = io.frames();
    const auto gain = std::span(gain_).first(frames);

    detect(io);
    power_to_compressor_gain_db(gain, {settings_.threshold_db, settings_.ratio, settings_.knee_db});
    smooth(frames);
    gain_db_to_linear(gain);
    mix_in(gain.data(), frames, static_cast<float>(settings_.mix), static_cast<float>(db_to_gain(settings_.makeup_db)));
    for (int c = 0; c < io.channels(); ++c) multiply(io.channel(c).data(), gain.data(), frames);
}

BURNISH_VECTORIZED void GlueCompressor::detect(ConstAudioView in) noexcept {
    const float* const left = in.channel(0).data();
    const float* const right = in.channel(in.channels() - 1).data();
    float* const power = gain_.data();
    const Pair b0 = both(sidechain_.b0), b1 = both(sidechain_.b1), b2 = both(sidechain_.b2);
    const Pair a1 = both(sidechain_.a1), a2 = both(sidechain_.a2);
    Pair s1{sidechain_state_[0].s1, sidechain_state_[1].s1};
    Pair s2{sidechain_state_[0].s2, sidechain_state_[1].s2};
    for (int n = 0; n < in.frames(); ++n) {
        const Pair x{left[n], right[n]};
        const Pair y = b0 * x + s1;
        s1 = (b1 * x + s2) - a1 * y;
        s2 = b2 * x - a2 * y;
        const Pair square = y * y;
        power[n] = static_cast<float>(square[0] > square[1] ? square[0] : square[1]);
    }
    for (const int c : {0, 1}) sidechain_state_[c] = {s1[c], s2[c]};
}

BURNISH_VECTORIZED void GlueCompressor::smooth(int frames) noexcept {
    const double amount = settings_.slow_release_amount;
    GainSmoother<double> s = smoother_;
    double slow_db = slow_db_;
    for (int n = 0; n < frames; ++n) {
        s.hold(gain_[n]);
        const double slow = s.held < slow_db ? charge_ : slow_release_;
        slow_db = slow * slow_db + (1.0 - slow) * s.held;
        s.approach(std::min(s.held, amount * slow_db));
        gain_[n] = static_cast<float>(s.smoothed);
    }
    smoother_ = s;
    slow_db_ = slow_db;
}

void GlueCompressor::reset() noexcept {
    sidechain_state_ = {};
    smoother_.reset();
    slow_db_ = 0.0;
}

}  // namespace burnish
