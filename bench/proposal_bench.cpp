// What a proposal takes: the first of a process, with the model still to be read, and the next ones. Prints JSON.

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>

#include "analysis/analyzer.h"
#include "bench/bench_signal.h"
#include "mastering/learned_predictor.h"

int main() {
    using namespace burnish;
    constexpr double rate_hz = 44100.0;
    const AudioBuffer signal = bench::signal(static_cast<int>(10 * rate_hz));
    Analyzer analyzer;
    analyzer.prepare({rate_hz, 2, signal.frames(), 24});
    analyzer.process(signal.view());
    const auto track = analyzer.finish();

    std::size_t decisions = 0;
    const auto propose_ms = [&] {
        const auto started = std::chrono::steady_clock::now();
        decisions += (*learned_predictor())(track, {}).decisions.size();
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
    };
    const double first_ms = propose_ms();
    std::array<double, 101> next_ms{};
    for (double& ms : next_ms) ms = propose_ms();
    std::ranges::nth_element(next_ms, next_ms.begin() + next_ms.size() / 2);
    std::cout << "{\"first_ms\": " << first_ms << ", \"next_ms\": " << next_ms[next_ms.size() / 2] << "}\n";
    return decisions > 0 ? 0 : 1;
}
