#pragma once

namespace burnish {

/// One stereo frame in a vector register: arithmetic works on both channels at once.
using Pair [[gnu::vector_size(16)]] = double;

[[nodiscard]] inline Pair both(double value) noexcept { return Pair{value, value}; }

}  // namespace burnish
