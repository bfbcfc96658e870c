#include "training/interval.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

#include "core/random.h"

namespace burnish::training {

namespace {

constexpr int resamples = 1000;

}  // namespace

std::string interval_text(const std::vector<double>& by_song) {
    if (by_song.empty()) return "-";
    const auto mean_of = [](const std::vector<double>& values) {
        return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    };
    Random random(1);
    std::vector<double> means;
    for (int r = 0; r < resamples; ++r) {
        std::vector<double> drawn;
        drawn.reserve(by_song.size());
        for (std::size_t i = 0; i < by_song.size(); ++i) drawn.push_back(by_song[random.bits() % by_song.size()]);
        means.push_back(mean_of(drawn));
    }
    std::ranges::sort(means);
    std::array<char, 80> text{};
    std::snprintf(text.data(), text.size(), "%.2f [%.2f, %.2f]", mean_of(by_song), means[resamples / 40],
                  means[resamples - 1 - resamples / 40]);
    return text.data();
}

}  // namespace burnish::training
