#include "cli/batch.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace burnish {

void run_batch(int count, int workers, const std::function<void(int)>& work, const std::function<void(int)>& finish) {
    std::atomic<int> next = 0;
    std::mutex mutex;
    std::vector<bool> is_done(static_cast<std::size_t>(count));
    int finished = 0;

    const auto run = [&] {
        for (int i = next++; i < count; i = next++) {
            work(i);
            const std::lock_guard lock(mutex);
            is_done[i] = true;
            for (; finished < count && is_done[finished]; ++finished) finish(finished);
        }
    };
    std::vector<std::jthread> threads;
    for (int i = 1; i < std::min(workers, count); ++i) threads.emplace_back(run);
    run();
}

int available_cores() noexcept { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

}  // namespace burnish
