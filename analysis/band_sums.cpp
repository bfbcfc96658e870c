#include "analysis/band_sums.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "dsp/simd.h"

namespace burnish {

namespace {

BURNISH_VECTORIZED
float sum_bins(const float* power, int count) noexcept {
    constexpr int lanes = 8;
    std::array<float, lanes> sums{};
    int k = 0;
    for (; k + lanes <= count; k += lanes)
        for (int i = 0; i < lanes; ++i) sums[i] += power[k + i];
    for (; k < count; ++k) sums[k % lanes] += power[k];
    return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

}  // namespace

std::vector<BandEdges> bands_around(std::span<const double> centres_hz, double octaves) {
    const double half = std::exp2(octaves / 2);
    std::vector<BandEdges> bands;
    for (const double centre_hz : centres_hz) bands.push_back({centre_hz / half, centre_hz * half});
    return bands;
}

std::vector<BandEdges> bands_between(std::span<const double> edges_hz) {
    std::vector<BandEdges> bands;
    for (std::size_t i = 0; i + 1 < edges_hz.size(); ++i) bands.push_back({edges_hz[i], edges_hz[i + 1]});
    return bands;
}

void BandSums::prepare(std::span<const BandEdges> bands, double bin_hz, int bins) {
    bands_.clear();
    for (const auto& edges : bands) {
        // In units of bins, bin k reaching from k to k + 1.
        const double low = std::max(edges.low_hz / bin_hz + 0.5, 0.0);
        const double high = std::min(edges.high_hz / bin_hz + 0.5, static_cast<double>(bins));
        Band band;
        if (high > low) {
            band.first = static_cast<int>(low);
            band.last = std::min(static_cast<int>(high), bins - 1);
            band.first_share = static_cast<float>(std::min(high, band.first + 1.0) - low);
            band.last_share = band.last > band.first ? static_cast<float>(high - band.last) : 0.0F;
        }
        bands_.push_back(band);
    }
}

void BandSums::sum(std::span<const float> power, std::span<float> sums) const noexcept {
    assert(sums.size() == bands_.size());
    for (std::size_t b = 0; b < bands_.size(); ++b) {
        const auto& band = bands_[b];
        sums[b] = 0.0F;
        if (band.last < band.first) continue;
        sums[b] = band.first_share * power[static_cast<std::size_t>(band.first)] +
                  band.last_share * power[static_cast<std::size_t>(band.last)];
        if (band.last > band.first + 1)
            sums[b] += sum_bins(&power[static_cast<std::size_t>(band.first + 1)], band.last - band.first - 1);
    }
}

}  // namespace burnish
