#pragma once

#include <condition_variable>
#include <mutex>

namespace burnish {

/// Slots that one thread hands to another. Who finds none sleeps until several are there: to be woken for every block
/// of audio costs more than some blocks take.
///
/// Two of them, one for each way of a ring, never let both sides sleep as long as `several` is at most half of the
/// ring, rounded up.
class SlotCounter {
public:
    /// @param slots    that are there from the start
    /// @param several  how many a sleeper is woken for, 1 or more
    SlotCounter(int slots, int several) : count_(slots), several_(several) {}

    /// Takes a slot, sooner or later.
    void acquire() {
        std::unique_lock lock(mutex_);
        if (count_ == 0) {
            is_asleep_ = true;
            several_are_there_.wait(lock, [&] { return count_ >= several_; });
            is_asleep_ = false;
        }
        --count_;
    }

    /// Hands over a slot.
    void release() { add(false); }
    /// Hands over a slot behind which others may never come: from now on a sleeper is woken for each.
    void release_last() { add(true); }

private:
    void add(bool is_last) {
        bool wakes = false;
        {
            const std::lock_guard lock(mutex_);
            ++count_;
            if (is_last) several_ = 1;
            wakes = is_asleep_ && count_ >= several_;
        }
        if (wakes) several_are_there_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable several_are_there_;
    int count_;
    int several_;
    bool is_asleep_ = false;
};

}  // namespace burnish
