#include "analysis/resonance_finder.h"

#include <algorithm>
#include <cmath>

#include "core/decibels.h"

namespace burnish {

namespace {

constexpr double lowest_hz = 200.0;  // below, a note of the bass and a resonance look alike
constexpr double highest_hz = 12000.0;
constexpr double standing_out_db = 3.0;
constexpr double greatest_excess_db = 40.0;
constexpr int least_distance = 4;      // bands: a third of an octave
constexpr double quietest_db = -60.0;  // below the whole: not worth a cut
constexpr double quietest_lufs = -70.0;

[[nodiscard]] double centre_hz(int band) { return lowest_hz * std::exp2((band - 6) / 12.0); }

}  // namespace

void ResonanceFinder::prepare(double bin_hz, int bins) {
    std::vector<double> centres_hz;
    used_bands_ = 0;
    for (int b = 0; b < bands; ++b) {
        centres_hz.push_back(centre_hz(b));
        if (centre_hz(b) * std::exp2(1.0 / 24) < bin_hz * (bins - 1)) used_bands_ = b + 1;
    }
    sums_.prepare(bands_around(centres_hz, 1.0 / bands_per_octave), bin_hz, bins);
    bin_hz_ = bin_hz;
    blocks_ = {};
    standing_out_ = {};
}

ResonanceFinder::Levels ResonanceFinder::levels_db(std::span<const float> power) const {
    std::array<float, bands> sums{};
    sums_.sum(power, sums);
    Levels levels{};
    for (int b = 0; b < bands; ++b) levels[b] = power_to_db(sums[b]);
    return levels;
}

double ResonanceFinder::excess_db(const Levels& levels, int band) const noexcept {
    // The bands next to a peak belong to it. Near the ends both sides are cut short alike, so that tilt cancels.
    const int distance = std::min({reach, band, used_bands_ - 1 - band});
    double around = 0.0;
    for (int d = 2; d <= distance; ++d) around += levels[band - d] + levels[band + d];
    return distance < 3 ? 0.0 : levels[band] - around / (2 * (distance - 1));
}

int ResonanceFinder::loudness_index(double loudness_lufs) noexcept {
    return static_cast<int>(std::clamp((loudness_lufs - quietest_lufs) / loudness_step_db, 0.0, loudness_steps - 1.0));
}

void ResonanceFinder::add_block(std::span<const float> power, double loudness_lufs) {
    if (loudness_lufs < quietest_lufs) return;
    const auto levels = levels_db(power);
    const auto step = static_cast<std::size_t>(loudness_index(loudness_lufs));
    ++blocks_[step];
    for (int b = 0; b < used_bands_; ++b)
        if (excess_db(levels, b) > standing_out_db) ++standing_out_[step][b];
}

Resonances ResonanceFinder::find(std::span<const double> power, double gate_lufs) const {
    std::vector<float> as_float(power.begin(), power.end());
    const auto levels = levels_db(as_float);
    double total = 0.0;
    for (int b = 0; b < used_bands_; ++b) total += db_to_power(levels[b]);
    const double quietest = power_to_db(total) + quietest_db;

    struct Peak {
        int band;
        double excess_db;
    };
    std::vector<Peak> peaks;
    for (int b = reach; b < used_bands_; ++b) {
        if (centre_hz(b) > highest_hz || levels[b] <= quietest) continue;
        const bool highest = levels[b] >= levels[b - 1] && (b + 1 == used_bands_ || levels[b] >= levels[b + 1]);
        const double excess = excess_db(levels, b);
        if (highest && excess > 0.0) peaks.push_back({b, std::min(excess, greatest_excess_db)});
    }
    std::ranges::stable_sort(peaks, std::ranges::greater{}, &Peak::excess_db);

    std::int64_t blocks = 0;
    for (int step = loudness_index(gate_lufs); step < loudness_steps; ++step) blocks += blocks_[step];

    Resonances found;
    std::vector<int> taken;
    for (const auto& peak : peaks) {
        const bool near = std::ranges::any_of(taken, [&](int b) { return std::abs(b - peak.band) < least_distance; });
        if (near) continue;
        const std::size_t rank = taken.size();
        if (rank == found.frequency_hz.size()) break;
        taken.push_back(peak.band);

        // Centre of gravity of the band, as a band at the bottom holds one or two bins.
        double weight = 0.0, moment = 0.0;
        const int first = static_cast<int>(std::floor(centre_hz(peak.band) * std::exp2(-1.0 / 24) / bin_hz_));
        const int last = static_cast<int>(std::ceil(centre_hz(peak.band) * std::exp2(1.0 / 24) / bin_hz_));
        for (int k = first; k <= std::min<int>(last, static_cast<int>(power.size()) - 1); ++k) {
            weight += power[static_cast<std::size_t>(k)];
            moment += power[static_cast<std::size_t>(k)] * k;
        }
        std::int64_t standing_out = 0;
        for (int step = loudness_index(gate_lufs); step < loudness_steps; ++step)
            standing_out += standing_out_[step][peak.band];

        found.frequency_hz[rank] = weight > 0.0 ? moment / weight * bin_hz_ : centre_hz(peak.band);
        found.excess_db[rank] = peak.excess_db;
        found.persistence[rank] = blocks > 0 ? static_cast<double>(standing_out) / static_cast<double>(blocks) : 0.0;
    }
    return found;
}

}  // namespace burnish
