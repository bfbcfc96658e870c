#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <optional>
#include <type_traits>

namespace burnish {

/// A lock-free queue from one thread to one other; real-time safe on both sides.
///
/// Each side owns its index and reads the other's: what was written before a push is seen after the pop.
/// @tparam capacity  a power of two
template <class T, std::size_t capacity>
class SpscQueue {
    static_assert(std::is_trivially_copyable_v<T> && std::has_single_bit(capacity));
    static_assert(std::atomic<std::size_t>::is_always_lock_free);

public:
    /// @return  false, and nothing done, if the queue is full
    [[nodiscard]] bool push(const T& item) noexcept {
        const auto end = end_.load(std::memory_order_relaxed);
        if (end - begin_.load(std::memory_order_acquire) == capacity) return false;
        items_[end % capacity] = item;
        end_.store(end + 1, std::memory_order_release);
        return true;
    }
    [[nodiscard]] std::optional<T> pop() noexcept {
        const auto begin = begin_.load(std::memory_order_relaxed);
        if (begin == end_.load(std::memory_order_acquire)) return std::nullopt;
        const T item = items_[begin % capacity];
        begin_.store(begin + 1, std::memory_order_release);
        return item;
    }

private:
    static constexpr std::size_t cache_line = 64;  // the two sides write to lines of their own

    std::array<T, capacity> items_{};
    alignas(cache_line) std::atomic<std::size_t> begin_ = 0;
    alignas(cache_line) std::atomic<std::size_t> end_ = 0;
};

}  // namespace burnish
