#include "analysis/spectrum_shape.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/decibels.h"

namespace burnish {

double spectral_tilt_db_per_octave(const Curve<third_octaves_hz.size()>& levels_db) noexcept {
    double count = 0.0, sum_x = 0.0, sum_y = 0.0, sum_xx = 0.0, sum_xy = 0.0;
    for (std::size_t b = 0; b < levels_db.size(); ++b) {
        if (third_octaves_hz[b] < 63 || third_octaves_hz[b] > 12500 || levels_db[b] <= silence_db) continue;
        // Nominal centres are rounded; the bands themselves lie a third of an octave apart.
        const double x = static_cast<double>(b) / 3;
        const double y = levels_db[b];
        count += 1;
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
    }
    return count < 2 ? 0.0 : (count * sum_xy - sum_x * sum_y) / (count * sum_xx - sum_x * sum_x);
}

double spectral_centroid_hz(std::span<const double> power, double bin_hz) noexcept {
    double sum = 0.0;
    double moment = 0.0;
    for (std::size_t k = 0; k < power.size(); ++k) {
        sum += power[k];
        moment += power[k] * static_cast<double>(k);
    }
    return sum > 0.0 ? moment / sum * bin_hz : 0.0;
}

double spectral_rolloff_hz(std::span<const double> power, double bin_hz, double share) noexcept {
    const double wanted = share * std::accumulate(power.begin(), power.end(), 0.0);
    if (wanted <= 0.0) return 0.0;
    double below = 0.0;
    std::size_t k = 0;
    while (k + 1 < power.size() && below + power[k] < wanted) below += power[k++];
    // Within the bin, which reaches from k - 1/2 to k + 1/2.
    return std::max(0.0, (static_cast<double>(k) - 0.5 + (wanted - below) / power[k]) * bin_hz);
}

namespace {

/// How a cliff is told from a slope: what falls across a gap in the spectrum, and how far it has to.
struct CliffShape {
    double half_gap_hz;
    double highest_hz;
    double least_codec_drop_db;  ///< above 14 kHz, where codecs cut
    double least_deep_drop_db;   ///< below, where only an earlier sample rate leaves less than music does by itself
};

double cliff_hz(std::span<const double> levels_db, double bin_hz, const CliffShape& shape) {
    constexpr double lowest_hz = 3400;
    constexpr double width_above_hz = 850, width_below_hz = 1850;
    constexpr double lowest_codec_hz = 14000;

    const auto bins = static_cast<int>(levels_db.size());
    const auto in_bins = [&](double frequency_hz) { return static_cast<int>(std::lround(frequency_hz / bin_hz)); };
    const int half_gap = in_bins(shape.half_gap_hz);
    const int width_above = in_bins(width_above_hz);
    const auto level_db = [&](int bin) { return levels_db[static_cast<std::size_t>(bin)]; };
    std::vector<double> part;
    const auto level_exceeded_by = [&](double share, int first, int last) {
        part.assign(levels_db.begin() + first, levels_db.begin() + std::min(last, bins - 1) + 1);
        const auto wanted =
            part.begin() + static_cast<std::ptrdiff_t>((1 - share) * static_cast<double>(part.size() - 1));
        std::nth_element(part.begin(), wanted, part.end());
        return *wanted;
    };
    const auto below_db = [&](int k) {
        return level_exceeded_by(0.75, std::max(0, k - half_gap - in_bins(width_below_hz)), k - half_gap);
    };
    const auto above_db = [&](int k) { return level_exceeded_by(0.5, k + half_gap, k + half_gap + width_above); };

    // The foot of the window's own lobes under a strong line is no spectrum to cut off.
    const double lowest_db = *std::ranges::max_element(levels_db) - 100.0;
    double drop_db = 0.0;
    int cliff = 0;
    const int last_cliff = std::min(in_bins(shape.highest_hz), bins - 1 - half_gap - width_above / 2);
    for (int k = in_bins(lowest_hz); k <= last_cliff; ++k) {
        const double least_drop_db =
            k * bin_hz < lowest_codec_hz ? shape.least_deep_drop_db : shape.least_codec_drop_db;
        // A cliff within the gap shows as a fall across it; most places have none, and are done with here.
        if (level_db(k - half_gap) - level_db(k + half_gap) < least_drop_db / 2) continue;
        const double found_db = below_db(k) - above_db(k);
        if (found_db <= std::max(drop_db, least_drop_db) || below_db(k) < lowest_db) continue;
        drop_db = found_db;
        cliff = k;
    }
    if (cliff == 0) return 0.0;

    const double top_db = below_db(cliff);
    for (int first = cliff + half_gap; first < bins - 1; first += width_above)
        if (level_exceeded_by(0.5, first, first + width_above) > top_db - shape.least_codec_drop_db) return 0.0;
    // The edge itself: where the level falls for good through the middle of the drop.
    int edge = cliff + half_gap;
    while (edge > cliff - half_gap && level_db(edge) < top_db - drop_db / 2) --edge;
    return edge * bin_hz;
}

}  // namespace

double codec_cutoff_hz(std::span<const double> power, double bin_hz) {
    // A codec's cliff, and the slope of a converter that was in a hurry: no music falls by 50 dB in half an octave.
    constexpr CliffShape sharp{
        .half_gap_hz = 150, .highest_hz = 20700, .least_codec_drop_db = 25.0, .least_deep_drop_db = 45.0};
    constexpr CliffShape blunt{
        .half_gap_hz = 1500, .highest_hz = 14000, .least_codec_drop_db = 50.0, .least_deep_drop_db = 50.0};

    // The floor lies below that of 24 bits, and far enough above digital silence to keep the drop finite.
    std::vector<double> levels_db(power.size());
    for (std::size_t k = 0; k < power.size(); ++k) levels_db[k] = 10 * std::log10(power[k] + 1e-18);
    const double found_hz = cliff_hz(levels_db, bin_hz, sharp);
    return found_hz > 0.0 ? found_hz : cliff_hz(levels_db, bin_hz, blunt);
}

}  // namespace burnish
