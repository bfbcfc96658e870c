#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"

namespace burnish {

/// Told how far a job is, and how long its sound; returns false to stop it.
using JobProgress = std::function<bool(std::string_view stage, double fraction, double duration_s)>;

/// What a progress line shows.
struct ProgressView {
    std::string what;  ///< a stage, or how many files are done
    double fraction = 0.0;
    double audio_s = 0.0;  ///< sound worked off so far
    double elapsed_s = 0.0;
};

/// One line: what, a bar, per cent, times real time, time left. Never as wide as the terminal.
[[nodiscard]] std::string progress_line(const ProgressView& view, const TextStyle& style);

/// One line at the bottom of the terminal for all jobs that run; silent where there is no terminal. Thread-safe.
class ProgressBar {
public:
    ProgressBar(const Console& console, bool wanted, int jobs);
    ~ProgressBar() {
        print([] {});
    }
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// @param duration_s  of the job's sound @param fraction  0..1 of the job
    void update(int job, std::string_view stage, double fraction, double duration_s);
    void finish(int job);
    /// Runs `say` with the line wiped, so that its text stands alone.
    void print(const std::function<void()>& say);

private:
    using Clock = std::chrono::steady_clock;
    struct Job {
        double fraction = 0.0;
        double duration_s = 0.0;
        bool done = false;
    };
    void draw(std::string_view stage);

    const Console& console_;
    bool active_;
    std::mutex mutex_;
    std::vector<Job> jobs_;
    Clock::time_point start_ = Clock::now();
    Clock::time_point last_drawn_{};
    bool on_screen_ = false;
};

}  // namespace burnish
