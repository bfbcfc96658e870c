#include "mastering/spectral_hump.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/decibels.h"

namespace burnish {

namespace {

constexpr std::size_t first_band = 4;  // 63 Hz
constexpr std::size_t bands = 23;      // up to 10 kHz
static_assert(third_octaves_hz[first_band] == 63 && third_octaves_hz[first_band + bands - 1] == 10000);

using Bands = std::array<double, bands>;

constexpr Bands usual_db{4.733, 5.865, 6.360,  5.845,  5.470,  5.565,  4.930,  5.068,  4.798,  4.056,   3.526,  2.378,
                         1.156, 0.293, -1.057, -2.474, -3.648, -5.172, -6.490, -8.053, -9.531, -11.029, -12.590};
constexpr Bands mud_weights{-0.008, -0.031, -0.016, -0.170, -0.253, 0.023,  0.709,  0.739,
                            0.059,  -0.273, -0.386, -0.140, 0.004,  -0.067, -0.093, 0.002,
                            -0.054, -0.084, -0.056, 0.208,  -0.044, -0.037, -0.031};
constexpr Bands harshness_weights{0.057,  -0.087, -0.009, -0.135, 0.129,  -0.034, -0.060, -0.042,
                                  -0.072, 0.077,  0.053,  -0.081, 0.002,  -0.173, -0.238, -0.159,
                                  -0.119, 0.849,  0.762,  -0.167, -0.248, -0.256, -0.050};

}  // namespace

std::optional<double> hump_height_db(const TrackAnalysis& track, Hump hump) {
    constexpr double least_rate_hz = 32000.0;
    constexpr double range_db = 50.0;  // a level far below the others says nothing by how far
    if (track.sample_rate_hz < least_rate_hz) return std::nullopt;
    Bands levels{};
    for (std::size_t b = 0; b < bands; ++b)
        levels[b] = power_to_db(db_to_power(track.third_octave.mid_mean_db[first_band + b]) +
                                db_to_power(track.third_octave.side_mean_db[first_band + b]));
    const double strongest_db = *std::ranges::max_element(levels);
    if (strongest_db <= silence_db + 10.0) return std::nullopt;
    for (double& level : levels) level = std::max(level, strongest_db - range_db);
    const double mean_db = std::accumulate(levels.begin(), levels.end(), 0.0) / bands;
    const auto& weights = hump == Hump::mud ? mud_weights : harshness_weights;
    double height_db = 0.0;
    for (std::size_t b = 0; b < bands; ++b) height_db += weights[b] * (levels[b] - mean_db - usual_db[b]);
    return height_db;
}

}  // namespace burnish
