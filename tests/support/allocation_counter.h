#pragma once

#include <cstddef>

namespace burnish::test {

/// Heap allocations made by this thread since it started (operator new in every form, and malloc through it).
[[nodiscard]] std::size_t allocation_count() noexcept;

}  // namespace burnish::test
