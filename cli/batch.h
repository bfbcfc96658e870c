#pragma once

#include <functional>

namespace burnish {

/// Runs work(0) ... work(count - 1), up to `workers` of them at once, and calls finish(i) for each in the order of i,
/// as soon as it and all before it are done. `finish` is never called twice at a time; neither of them may throw.
void run_batch(int count, int workers, const std::function<void(int)>& work, const std::function<void(int)>& finish);

/// Cores that this process may use; at least 1.
[[nodiscard]] int available_cores() noexcept;

}  // namespace burnish
