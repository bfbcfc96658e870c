#include "analysis/clip_detector.h"

#include <algorithm>
#include <cmath>

#include "core/decibels.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr float flatness = 1.0F / 32768;
constexpr float steepness = 16.0F / 32768;  // a crest that is flat to q for three samples falls by 1.8 q to the next
constexpr int shortest_run = 3;
constexpr float lowest_level = 0.05F;
constexpr float near_zero = 0.25F;  // of the level
constexpr std::int64_t many_runs = 8;
constexpr int surroundings = 12;  // bins to either side, whose runs are there by chance
constexpr double conspicuous = 5.0;

constexpr double lowest_db = -26.03;
constexpr double bin_db = 0.02;
constexpr int bins = 2400;  // up to +22 dBFS

constexpr int tile_frames = 32;

/// Whether any two neighbours are as good as equal: where none are, every run is one frame long.
BURNISH_VECTORIZED
bool has_flat_step(const float* samples, int count) noexcept {
    int flat = 0;
    for (int n = 1; n < count; ++n) flat += std::abs(samples[n] - samples[n - 1]) <= flatness ? 1 : 0;
    return flat > 0;
}

[[nodiscard]] int bin_of(double level) noexcept {
    return std::clamp(static_cast<int>((gain_to_db(level) - lowest_db) / bin_db), 0, bins - 1);
}

}  // namespace

void ClipDetector::prepare(int channels) {
    channels_ = channels;
    last_runs_ = {};
    levels_.assign(bins, {});
}

void ClipDetector::process(ConstAudioView in) noexcept {
    for (int c = 0; c < channels_; ++c) {
        auto& last = last_runs_[static_cast<std::size_t>(c)];
        for (auto rest = in.channel(c); !rest.empty();) {
            const auto tile = rest.first(std::min<std::size_t>(rest.size(), tile_frames));
            rest = rest.subspan(tile.size());
            const bool plain = last[1].length == 1 && last[2].length == 1;
            const auto size = static_cast<int>(tile.size());
            if (plain && size >= 3 && std::abs(tile[0] - last[2].value) > flatness && !has_flat_step(tile.data(), size))
                last = {Run{tile[size - 3], 1}, Run{tile[size - 2], 1}, Run{tile[size - 1], 1}};
            else
                follow_runs(tile, last);
        }
    }
}

void ClipDetector::follow_runs(std::span<const float> samples, std::array<Run, 3>& last) noexcept {
    auto [older, old, run] = last;
    for (const float sample : samples) {
        if (std::abs(sample - run.value) <= flatness) {
            ++run.length;
            continue;
        }
        if (old.length >= shortest_run) end_run(older, old, run);
        older = old;
        old = run;
        run = {sample, 1};
    }
    last = {older, old, run};
}

void ClipDetector::end_run(const Run& before, const Run& run, const Run& after) noexcept {
    const float level = std::abs(run.value);
    const float sign = run.value < 0.0F ? -1.0F : 1.0F;
    if (level < lowest_level || before.length == 0) return;
    const auto falls = [&](const Run& side) { return sign * side.value < level - steepness; };
    const auto slopes = [&](const Run& side) { return side.length == 1 && sign * side.value > near_zero * level; };
    if (!falls(before) || !falls(after) || !(slopes(before) || slopes(after))) return;
    auto& bin = levels_[static_cast<std::size_t>(bin_of(level))];
    ++bin.runs;
    bin.frames += run.length;
    bin.highest = std::max(bin.highest, level);
}

ClipDetector::Result ClipDetector::result(double peak) const noexcept {
    Result result;
    std::int64_t most = 0;
    const auto runs_near = [&](int middle, int reach) {
        std::int64_t runs = 0;
        for (int i = std::max(middle - reach, 0); i <= std::min(middle + reach, bins - 1); ++i)
            runs += levels_[static_cast<std::size_t>(i)].runs;
        return runs;
    };
    for (int i = 0; i < bins; ++i) {
        const auto& bin = levels_[static_cast<std::size_t>(i)];
        if (bin.runs == 0) continue;
        // A level may lie on the border of two bins, so it takes three.
        const std::int64_t here = runs_near(i, 1);
        const double by_chance = 3.0 * static_cast<double>(runs_near(i, surroundings) - here) / (2 * surroundings - 2);
        const bool repeated = here >= many_runs && static_cast<double>(here) > conspicuous * by_chance;
        const bool at_the_top = bin.highest >= peak - 2 * flatness;
        if (!repeated && !at_the_top) continue;
        result.runs += bin.runs;
        result.frames += bin.frames;
        if (bin.runs > most) {
            most = bin.runs;
            result.level_db = lowest_db + (i + 0.5) * bin_db;
        }
    }
    return result;
}

}  // namespace burnish
