#pragma once

namespace burnish {

/// Four floats in a vector register.
using Quad [[gnu::vector_size(16)]] = float;
/// The same in memory, wherever it lies.
using LooseQuad [[gnu::vector_size(16), gnu::aligned(4), gnu::may_alias]] = float;

/// Four frames of four signals become four signals of four frames, and the other way round.
inline void transpose(Quad (&rows)[4]) noexcept {
    const Quad low_a = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
    const Quad low_b = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
    const Quad high_a = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
    const Quad high_b = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
    rows[0] = __builtin_shufflevector(low_a, low_b, 0, 1, 4, 5);
    rows[1] = __builtin_shufflevector(low_a, low_b, 2, 3, 6, 7);
    rows[2] = __builtin_shufflevector(high_a, high_b, 0, 1, 4, 5);
    rows[3] = __builtin_shufflevector(high_a, high_b, 2, 3, 6, 7);
}

}  // namespace burnish
