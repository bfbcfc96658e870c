#include "dsp/gain_computer.h"

#include <algorithm>
#include <cmath>

#include "dsp/fast_math.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

/// The curve without branches: with t = u + k/2, the knee is its part between 0 and k, the slope what lies beyond.
struct BranchFreeCurve {
    float knee_start_db;
    float knee_db;
    float knee_gain;   // s / 2k
    float slope_gain;  // s

    explicit BranchFreeCurve(const GainCurve& curve) noexcept {
        const double s = 1.0 / curve.ratio - 1.0;
        knee_start_db = static_cast<float>(curve.threshold_db - curve.knee_db / 2.0);
        knee_db = static_cast<float>(curve.knee_db);
        knee_gain = curve.knee_db > 0.0 ? static_cast<float>(s / (2.0 * curve.knee_db)) : 0.0F;
        slope_gain = static_cast<float>(s);
    }
};

BURNISH_VECTORIZED
void apply_curve(float* io, int count, const BranchFreeCurve& curve) noexcept {
    constexpr float silence = 1e-12F;
    const BranchFreeCurve c = curve;
    for (int n = 0; n < count; ++n) {
        const float level_db = 0.5F * db_per_log2 * fast_log2(std::max(io[n], silence));
        const float t = std::max(level_db - c.knee_start_db, 0.0F);
        const float in_knee = std::min(t, c.knee_db);
        io[n] = c.knee_gain * in_knee * in_knee + c.slope_gain * (t - in_knee);
    }
}

BURNISH_VECTORIZED
void to_linear(float* io, int count) noexcept {
    for (int n = 0; n < count; ++n) io[n] = fast_db_to_gain(io[n]);
}

}  // namespace

double compressor_gain_db(double level_db, const GainCurve& curve) noexcept {
    const double u = level_db - curve.threshold_db;
    const double half_knee = curve.knee_db / 2.0;
    const double s = 1.0 / curve.ratio - 1.0;
    if (u <= -half_knee) return 0.0;
    if (u >= half_knee) return s * u;
    return s * (u + half_knee) * (u + half_knee) / (2.0 * curve.knee_db);
}

void power_to_compressor_gain_db(std::span<float> io, const GainCurve& curve) noexcept {
    apply_curve(io.data(), static_cast<int>(io.size()), BranchFreeCurve(curve));
}

void gain_db_to_linear(std::span<float> io) noexcept { to_linear(io.data(), static_cast<int>(io.size())); }

double one_pole_coefficient(double time_ms, double sample_rate_hz) noexcept {
    return time_ms > 0.0 ? std::exp(-1000.0 / (time_ms * sample_rate_hz)) : 0.0;
}

double recovery_ms(double attack_ms, double release_ms) noexcept {
    return std::max(release_ms - attack_ms - attack_ms * attack_ms / (2.0 * release_ms), 0.0);
}

}  // namespace burnish
