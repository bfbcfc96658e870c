#pragma once

#include <span>

namespace burnish {

/// The static curve of a downward compressor. A ratio of 1 never changes anything.
struct GainCurve {
    double threshold_db = 0.0;
    double ratio = 1.0;    ///< input dB per output dB above the threshold, at least 1
    double knee_db = 0.0;  ///< width of the bend around the threshold
};

/// Gain of a soft-knee compressor for a steady level.
///
///     u = level_db - threshold_db          k = knee_db          s = 1/ratio - 1
///     gain = 0                    u <= -k/2
///     gain = s (u + k/2)^2 / 2k   -k/2 < u < k/2    (value and slope meet both neighbours)
///     gain = s u                  u >=  k/2
///
/// @return  gain in dB, never above 0
/// Source: Giannoulis, Massberg & Reiss, "Digital Dynamic Range Compressor Design", JAES 60(6), 2012.
[[nodiscard]] double compressor_gain_db(double level_db, const GainCurve& curve) noexcept;

/// The same curve over a block, within 0.0001 dB: turns every detector power (mean square, >= 0) into a gain in dB.
/// Cost: about 0.5 ns a sample.
void power_to_compressor_gain_db(std::span<float> io, const GainCurve& curve) noexcept;

/// Turns every gain in dB into a linear gain; 0 dB becomes exactly 1.
void gain_db_to_linear(std::span<float> io) noexcept;

/// Coefficient a of y = a y + (1 - a) x that covers 1 - 1/e = 63.2 % of a step in `time_ms`. All attack and release
/// times in burnish are such time constants.
[[nodiscard]] double one_pole_coefficient(double time_ms, double sample_rate_hz) noexcept;

/// Attack and release of a gain in dB, decoupled: a minimum that recovers with the release, then a low-pass with the
/// attack. The minimum rides over the ripple of a rectified wave, so a steady tone is neither distorted nor
/// compressed less than the curve says.
///
///     held = min(target, r held + (1 - r) target)      smoothed = a smoothed + (1 - a) held
///
/// The gain falls 63.2 % of a step in attack_ms, and recovers 63.2 % of one in release_ms, the low-pass included
/// (within 1 % for a release of at least three times the attack). It cannot recover faster than it falls.
///
/// `Number` is double, or a vector of doubles for several gains at a time.
/// Source: Giannoulis, Massberg & Reiss, JAES 60(6), 2012, smooth decoupled peak detector.
template <class Number>
struct GainSmoother {
    Number attack{}, release{};  ///< coefficients: see one_pole_coefficient and recovery_ms
    Number held{}, smoothed{};   ///< dB

    void hold(const Number& target) noexcept {
        const Number recovering = release * held + (1.0 - release) * target;
        held = target < recovering ? target : recovering;
    }
    void approach(const Number& goal) noexcept { smoothed = attack * smoothed + (1.0 - attack) * goal; }
    void step(const Number& target) noexcept {
        hold(target);
        approach(held);
    }
    void reset() noexcept { held = smoothed = Number{}; }
};

/// Time constant of the recovering minimum for which minimum and low-pass together take release_ms.
///
/// The 63.2 % time of poles T >> A in series is T + A + A^2 / 2T + ...; solved for T to second order.
[[nodiscard]] double recovery_ms(double attack_ms, double release_ms) noexcept;

}  // namespace burnish
