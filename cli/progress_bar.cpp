#include "cli/progress_bar.h"

#include <algorithm>
#include <cmath>

#include "cli/number_format.h"

namespace burnish {

namespace {
constexpr int bar_width = 28;
constexpr int what_width = 12;
constexpr double least_fraction_for_eta = 0.02;

std::string bar_text(double fraction, bool unicode) {
    const int filled = static_cast<int>(std::lround(fraction * bar_width));
    std::string text;
    for (int i = 0; i < bar_width; ++i) text += i < filled ? (unicode ? "█" : "#") : (unicode ? "░" : "-");
    return text;
}
}  // namespace

std::string progress_line(const ProgressView& view, const TextStyle& style) {
    const double fraction = std::clamp(view.fraction, 0.0, 1.0);
    const auto percent = std::to_string(std::lround(100.0 * fraction));
    std::string what = view.what;
    what.resize(std::max<std::size_t>(what.size(), what_width), ' ');
    std::string numbers = std::string(percent.size() < 3 ? 3 - percent.size() : 0, ' ') + percent + " %";
    if (fraction >= least_fraction_for_eta)
        numbers += "  " + speed_text(view.audio_s, view.elapsed_s) + " x real time, " +
                   duration_text(view.elapsed_s * (1.0 - fraction) / fraction) + " left";
    const auto room = style.columns - 1;
    const auto width_with_bar = static_cast<int>(what.size() + numbers.size()) + bar_width + 2;
    if (width_with_bar <= room) return what + " " + bar_text(fraction, style.unicode) + " " + numbers;
    return (what + " " + numbers).substr(0, static_cast<std::size_t>(std::max(room, 0)));
}

ProgressBar::ProgressBar(const Console& console, bool wanted, int jobs)
    : console_(console), active_(wanted && console.shows_progress), jobs_(static_cast<std::size_t>(jobs)) {}

void ProgressBar::update(int job, std::string_view stage, double fraction, double duration_s) {
    if (!active_) return;
    const std::lock_guard lock(mutex_);
    jobs_[job].fraction = fraction;
    jobs_[job].duration_s = duration_s;
    if (on_screen_ && Clock::now() - last_drawn_ < std::chrono::milliseconds(100)) return;
    draw(stage);
}

void ProgressBar::finish(int job) {
    const std::lock_guard lock(mutex_);
    jobs_[job].fraction = 1.0;
    jobs_[job].done = true;
}

void ProgressBar::print(const std::function<void()>& say) {
    const std::lock_guard lock(mutex_);
    if (on_screen_) console_.err << "\r\033[K" << std::flush;
    on_screen_ = false;
    say();
}

void ProgressBar::draw(std::string_view stage) {
    ProgressView view;
    view.elapsed_s = std::chrono::duration<double>(Clock::now() - start_).count();
    int done = 0;
    for (const auto& job : jobs_) {
        view.fraction += job.fraction / static_cast<double>(jobs_.size());
        view.audio_s += job.fraction * job.duration_s;
        done += job.done ? 1 : 0;
    }
    view.what =
        jobs_.size() == 1 ? std::string(stage) : std::to_string(done) + " of " + std::to_string(jobs_.size()) + " done";
    console_.err << "\r\033[K" << progress_line(view, console_.err_style) << std::flush;
    last_drawn_ = Clock::now();
    on_screen_ = true;
}

}  // namespace burnish
