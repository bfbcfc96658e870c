// What the preview costs on the audio thread, and how soon a jump is made: a track of four minutes and a heavy-handed
// master, played for 20 s in real time with 128 frames a callback, while somebody jumps, switches and changes settings
// twice a second. Prints JSON. Callbacks are timed by the clock on the wall and by the thread's own, which stands still
// while the machine does something else.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <thread>
#include <vector>

#include "bench/bench_signal.h"
#include "preview/chain_rendering.h"
#include "preview/deck_maker.h"
#include "preview/player.h"
#include "tests/support/memory_audio.h"

namespace {

using namespace burnish;
using Clock = std::chrono::steady_clock;

constexpr double rate_hz = 44100.0;
constexpr int period_frames = 128;
constexpr int callbacks = static_cast<int>(20.0 * rate_hz / period_frames);

double ms_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// CPU time of this thread.
double thread_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1000.0 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

/// Of the period that a callback has.
struct Percent {
    double mean = 0.0, p999 = 0.0, worst = 0.0;
};

Percent percent_of_period(std::vector<double> taken_ms) {
    std::sort(taken_ms.begin(), taken_ms.end());
    double sum = 0.0;
    for (const double ms : taken_ms) sum += ms;
    const double to_percent = 100.0 * rate_hz / (1000.0 * period_frames);
    return {to_percent * sum / static_cast<double>(taken_ms.size()),
            to_percent * taken_ms[taken_ms.size() * 999 / 1000], to_percent * taken_ms.back()};
}

}  // namespace

int main() {
    test::MemorySource source(bench::signal(static_cast<int>(240 * rate_hz)), rate_hz);
    const auto track = load_track("bench", source, [](double) { return true; });
    Player player(rate_hz, 2);
    DeckMaker maker(*track, std::make_shared<ChainRendering>(*track, ChainSettings{}), player);
    const auto ask_for = [&](const ChainSettings& settings) {
        maker.set_rendering(std::make_shared<ChainRendering>(*track, settings), {-14.0, -14.0}, true);
    };
    ask_for(bench::busy_settings());
    maker.wait_until_idle();

    Controls controls{.playing = true};
    (void)player.set(controls);
    AudioBuffer out(2, period_frames);
    std::vector<double> wall_ms;
    std::vector<double> cpu_ms;
    std::vector<double> jumps_ms;
    Clock::time_point jump_start{};
    bool jumping = false;
    unsigned serial_before = 0;
    const auto period =
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(period_frames / rate_hz));
    auto due = Clock::now();
    for (int i = 0; i < callbacks; ++i, due += period) {
        std::this_thread::sleep_until(due);
        const double cpu_before_ms = thread_ms();
        const auto start = Clock::now();
        player.render(out.view());
        wall_ms.push_back(ms_since(start));
        cpu_ms.push_back(thread_ms() - cpu_before_ms);
        if (jumping && player.state().deck_serial != serial_before) {
            jumps_ms.push_back(ms_since(jump_start));
            jumping = false;
        }
        if (i % 172 != 171) continue;  // twice a second, in turns
        const int turn = i / 172;
        controls.heard = turn % 2 == 0 ? Heard::original : Heard::master;
        (void)player.set(controls);
        if (turn % 8 == 7) {
            auto settings = bench::busy_settings();
            settings.limiter.drive_db += turn % 16 == 7 ? 1.0 : 0.0;
            ask_for(settings);
        } else {
            serial_before = player.state().deck_serial;
            jump_start = Clock::now();
            jumping = true;
            maker.seek(static_cast<std::int64_t>((turn * 37 % 230) * rate_hz));
        }
    }
    std::sort(jumps_ms.begin(), jumps_ms.end());
    const auto cpu = percent_of_period(cpu_ms);
    const auto wall = percent_of_period(wall_ms);
    std::printf(
        "{\"mean_percent\": %.2f, \"p999_percent\": %.2f, \"worst_percent\": %.2f, \"wall_p999_percent\": %.2f, "
        "\"wall_worst_percent\": %.2f, \"jump_median_ms\": %.1f, \"jump_worst_ms\": %.1f}\n",
        cpu.mean, cpu.p999, cpu.worst, wall.p999, wall.worst, jumps_ms[jumps_ms.size() / 2], jumps_ms.back());
    return 0;
}
