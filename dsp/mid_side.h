#pragma once

#include <cstddef>
#include <span>

namespace burnish {

// Mid = (left + right) / 2 and side = (left - right) / 2, in place and back again. One rounding each way: -144 dB.

inline void encode_mid_side(std::span<float> left_to_mid, std::span<float> right_to_side) noexcept {
    float* const a = left_to_mid.data();
    float* const b = right_to_side.data();
    for (std::size_t n = 0; n < left_to_mid.size(); ++n) {
        const float mid = 0.5F * (a[n] + b[n]);
        const float side = 0.5F * (a[n] - b[n]);
        a[n] = mid;
        b[n] = side;
    }
}

inline void decode_mid_side(std::span<float> mid_to_left, std::span<float> side_to_right) noexcept {
    float* const a = mid_to_left.data();
    float* const b = side_to_right.data();
    for (std::size_t n = 0; n < mid_to_left.size(); ++n) {
        const float left = a[n] + b[n];
        const float right = a[n] - b[n];
        a[n] = left;
        b[n] = right;
    }
}

}  // namespace burnish
