#include "dsp/extremes.h"

#include <algorithm>
#include <array>
#include <limits>

#include "dsp/simd.h"

namespace burnish {

namespace {

using Lane = float __attribute__((vector_size(32)));
using LooseLane = float __attribute__((vector_size(32), aligned(4), may_alias));
constexpr int lane_values = 8;

BURNISH_VECTORIZED
float largest(const float* values, int count, float start, float sign) noexcept {
    Lane most = Lane{} + start;
    int n = 0;
    for (; n + lane_values <= count; n += lane_values) {
        const Lane next = sign * *reinterpret_cast<const LooseLane*>(values + n);
        most = next > most ? next : most;
    }
    float result = start;
    for (int i = 0; i < lane_values; ++i) result = std::max(result, most[i]);
    for (; n < count; ++n) result = std::max(result, sign * values[n]);
    return result;
}

}  // namespace

float largest_of(std::span<const float> values) noexcept {
    return largest(values.data(), static_cast<int>(values.size()), std::numeric_limits<float>::lowest(), 1.0F);
}

float lowest_of(std::span<const float> values) noexcept {
    return -largest(values.data(), static_cast<int>(values.size()), std::numeric_limits<float>::lowest(), -1.0F);
}

}  // namespace burnish
