#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace burnish {

/// A thread that answers requests, the latest first: one that comes while another is being answered overtakes it, and
/// those between are forgotten.
template <class Request>
class RequestThread {
public:
    /// @param answer  called on the thread with a request and its number; should end soon once is_overtaken(number)
    explicit RequestThread(std::function<void(const Request&, unsigned number)> answer)
        : answer_(std::move(answer)), thread_([this] { run(); }) {}
    ~RequestThread() {
        {
            const std::scoped_lock lock(mutex_);
            stopping_ = true;
        }
        asked_.notify_all();
        thread_.join();
    }
    RequestThread(const RequestThread&) = delete;
    RequestThread& operator=(const RequestThread&) = delete;

    /// @return  the request's number, from 1 on
    unsigned want(Request request) {
        const std::scoped_lock lock(mutex_);
        wanted_ = std::move(request);
        fraction_ = 0.0;
        asked_.notify_all();
        return ++last_number_;
    }
    void wait_until_idle() {
        std::unique_lock lock(mutex_);
        idle_.wait(lock, [&] { return !wanted_ && !busy_; });
    }
    [[nodiscard]] bool is_overtaken(unsigned number) const {
        const std::scoped_lock lock(mutex_);
        return stopping_ || number != last_number_;
    }

    /// How far the work is, 0..1; 1 when there is none.
    [[nodiscard]] double fraction() const noexcept { return fraction_; }
    /// For whoever answers: a tick that moves the fraction on between two values and says whether to go on.
    [[nodiscard]] auto ticker(unsigned number, double from, double to) {
        return [this, number, from, to](double done) {
            fraction_ = from + (to - from) * done;
            return !is_overtaken(number);
        };
    }

private:
    void run() {
        std::unique_lock lock(mutex_);
        while (true) {
            asked_.wait(lock, [&] { return stopping_ || wanted_; });
            if (stopping_) return;
            const auto request = *std::exchange(wanted_, std::nullopt);
            const auto number = last_number_;
            busy_ = true;
            lock.unlock();
            answer_(request, number);
            lock.lock();
            busy_ = false;
            if (!wanted_) fraction_ = 1.0;
            idle_.notify_all();
        }
    }

    std::function<void(const Request&, unsigned)> answer_;
    mutable std::mutex mutex_;
    std::condition_variable asked_;
    std::condition_variable idle_;
    std::optional<Request> wanted_;
    unsigned last_number_ = 0;
    bool busy_ = false;
    bool stopping_ = false;
    std::atomic<double> fraction_ = 1.0;
    std::thread thread_;
};

}  // namespace burnish
