#pragma once

#include <span>
#include <vector>

namespace burnish {

/// The edges of one band.
struct BandEdges {
    double low_hz;
    double high_hz;
};

/// Bands of equal width on a log scale around the given centres. @param octaves  width of each
[[nodiscard]] std::vector<BandEdges> bands_around(std::span<const double> centres_hz, double octaves);
/// Bands that join at the given edges, one less than those.
[[nodiscard]] std::vector<BandEdges> bands_between(std::span<const double> edges_hz);

/// Sums the bins of a power spectrum into bands; a bin that an edge cuts is shared in proportion.
///
/// A band narrower than a bin takes its share of that bin. What lies beyond half the sample rate is empty.
class BandSums {
public:
    /// @param bins  of the spectrum, bin k reaching from (k - 1/2) to (k + 1/2) times bin_hz
    void prepare(std::span<const BandEdges> bands, double bin_hz, int bins);
    /// `sums`: one for every band.
    void sum(std::span<const float> power, std::span<float> sums) const noexcept;
    [[nodiscard]] int bands() const noexcept { return static_cast<int>(bands_.size()); }

private:
    struct Band {
        int first = 0;  // bins in whole or in part, first to last; none if last < first
        int last = -1;
        float first_share = 0.0F;
        float last_share = 0.0F;
    };
    std::vector<Band> bands_;
};

}  // namespace burnish
