#include "dsp/dynamic_equalizer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "dsp/fast_math.h"
#include "dsp/pair.h"

namespace burnish {

namespace {
constexpr double fast_ms = 10.0;
constexpr double slow_ms = 400.0;
constexpr double silent_power = 1e-12;  // keeps silence from counting as a level
constexpr float knee_db = 6.0F;
constexpr double highest_fraction_of_rate = 0.45;

/// Share of the way to its goal that a one-pole with this time constant covers in one period.
[[nodiscard]] double covered(double period_frames, double time_ms, double sample_rate_hz) noexcept {
    return 1.0 - std::exp(-period_frames / (0.001 * time_ms * sample_rate_hz));
}
}  // namespace

float dynamic_cut_db(float excess_db, float range_db) noexcept {
    const float in_knee = std::clamp(excess_db + knee_db / 2, 0.0F, knee_db);
    const float above_knee = std::max(excess_db - knee_db / 2, 0.0F);
    return std::min(in_knee * in_knee / (2 * knee_db) + above_knee, range_db);
}

void DynamicEqualizer::prepare(const ProcessSpec& spec) {
    sample_rate_hz_ = spec.sample_rate_hz;
    control_frames_ = static_cast<int>(std::bit_floor(static_cast<unsigned>(0.001 * spec.sample_rate_hz)));
    fast_ = covered(control_frames_, fast_ms, sample_rate_hz_);
    slow_ = covered(control_frames_, slow_ms, sample_rate_hz_);
    set({});
    reset();
}

void DynamicEqualizer::set(const Settings& settings) noexcept {
    attack_ = static_cast<float>(covered(control_frames_, settings.attack_ms, sample_rate_hz_));
    release_ = static_cast<float>(covered(control_frames_, settings.release_ms, sample_rate_hz_));
    used_ = 0;
    const auto set_band = [this](int slot, double frequency_hz, double q, double threshold_db, double range_db) {
        if (range_db == 0.0 || frequency_hz >= highest_fraction_of_rate * sample_rate_hz_) {
            states_[slot] = {};
            return;
        }
        const double g = std::tan(std::numbers::pi * frequency_hz / sample_rate_hz_);
        const double width = g / q;
        const double a0 = 1.0 + width + g * g;
        bands_[slot] = {width / a0, 2.0 * (g * g - 1.0) / a0, (1.0 - width + g * g) / a0,
                        static_cast<float>(threshold_db), static_cast<float>(range_db)};
        used_slots_[used_++] = slot;
    };
    const auto& s = settings;
    set_band(0, s.harsh_hz, s.harsh_q, s.harsh_threshold_db, s.harsh_range_db);
    set_band(1, s.resonance_1_hz, s.resonance_1_q, s.resonance_1_threshold_db, s.resonance_1_range_db);
    set_band(2, s.resonance_2_hz, s.resonance_2_q, s.resonance_2_threshold_db, s.resonance_2_range_db);
    set_band(3, s.resonance_3_hz, s.resonance_3_q, s.resonance_3_threshold_db, s.resonance_3_range_db);
    set_band(4, s.resonance_4_hz, s.resonance_4_q, s.resonance_4_threshold_db, s.resonance_4_range_db);
}

void DynamicEqualizer::reset() noexcept {
    states_ = {};
    energy_ = {};
    fast_power_ = 0.0;
    slow_power_ = 0.0;
    position_ = 0;
}

double DynamicEqualizer::gain_reduction_db() const noexcept {
    double deepest_db = 0.0;
    for (int k = 0; k < used_; ++k)
        deepest_db = std::max(deepest_db, static_cast<double>(states_[used_slots_[k]].cut_db));
    return deepest_db;
}

template <int used>
void DynamicEqualizer::run(float* left, float* right, int frames) noexcept {
    std::array<Pair, used> b0, a1, a2, s1, s2, gain, gain_step, energy;
    for (int k = 0; k < used; ++k) {
        const auto& band = bands_[used_slots_[k]];
        const auto& state = states_[used_slots_[k]];
        b0[k] = both(band.b0), a1[k] = both(band.a1), a2[k] = both(band.a2);
        s1[k] = Pair{state.s1[0], state.s1[1]};
        s2[k] = Pair{state.s2[0], state.s2[1]};
        energy[k] = Pair{state.energy[0], state.energy[1]};
        gain[k] = both(state.gain), gain_step[k] = both(state.gain_step);
    }
    Pair input_energy{energy_[0], energy_[1]};
    for (int n = 0; n < frames; ++n) {
        Pair value{left[n], right[n]};
        input_energy += value * value;
        for (int k = 0; k < used; ++k) {
            const Pair driven = b0[k] * value;
            const Pair in_band = driven + s1[k];
            s1[k] = s2[k] - a1[k] * in_band;
            s2[k] = -driven - a2[k] * in_band;
            energy[k] += in_band * in_band;
            value += gain[k] * in_band;
            gain[k] += gain_step[k];
        }
        left[n] = static_cast<float>(value[0]);
        right[n] = static_cast<float>(value[1]);
    }
    energy_ = {input_energy[0], input_energy[1]};
    for (int k = 0; k < used; ++k) {
        auto& state = states_[used_slots_[k]];
        state.s1 = {s1[k][0], s1[k][1]};
        state.s2 = {s2[k][0], s2[k][1]};
        state.energy = {energy[k][0], energy[k][1]};
        state.gain = gain[k][0];
    }
}

void DynamicEqualizer::end_control_period() noexcept {
    const double per_sample = 1.0 / (max_channels * control_frames_);
    const double power = (energy_[0] + energy_[1]) * per_sample;
    energy_ = {};
    fast_power_ += fast_ * (power - fast_power_);
    slow_power_ += slow_ * (power - slow_power_);
    const double reference = std::max(fast_power_, slow_power_) + silent_power;
    for (int k = 0; k < used_; ++k) {
        const auto& band = bands_[used_slots_[k]];
        auto& state = states_[used_slots_[k]];
        state.power += fast_ * ((state.energy[0] + state.energy[1]) * per_sample - state.power);
        state.energy = {};
        const auto relative = static_cast<float>(state.power / reference);
        const float relative_db = 0.5F * fast_gain_to_db(std::max(relative, 1e-20F));
        const float goal_db = dynamic_cut_db(relative_db - band.threshold_db, band.range_db);
        state.cut_db += (goal_db > state.cut_db ? attack_ : release_) * (goal_db - state.cut_db);

        state.gain = state.next_gain;
        state.next_gain = static_cast<double>(fast_db_to_gain(-state.cut_db)) - 1.0;
        state.gain_step = (state.next_gain - state.gain) / control_frames_;
    }
}

void DynamicEqualizer::process(AudioView io) noexcept {
    static constexpr std::array<void (DynamicEqualizer::*)(float*, float*, int) noexcept, max_bands> run_bands{
        &DynamicEqualizer::run<1>, &DynamicEqualizer::run<2>, &DynamicEqualizer::run<3>, &DynamicEqualizer::run<4>,
        &DynamicEqualizer::run<5>};
    if (used_ == 0 || io.channels() == 0) return;
    const auto run_used = run_bands[static_cast<std::size_t>(used_ - 1)];
    for (int first = 0; first < io.frames();) {
        const int count = std::min(io.frames() - first, control_frames_ - position_);
        float* const left = io.channel(0).data() + first;
        float* const right = io.channels() == 2 ? io.channel(1).data() + first : left;
        (this->*run_used)(left, right, count);
        position_ += count;
        first += count;
        if (position_ == control_frames_) {
            end_control_period();
            position_ = 0;
        }
    }
}

}  // namespace burnish
