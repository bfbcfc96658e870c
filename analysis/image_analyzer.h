#pragma once

#include <array>
#include <complex>
#include <span>
#include <vector>

#include "analysis/track_analysis.h"

namespace burnish {

/// How the side relates to the mid, bin by bin: what the stereo image is made of, whatever its width.
///
/// A gain of the side moves the level of a region and every percentile in it alike, so that the percentiles over the
/// level stay what they are. They tell centred sources from panned ones and from ambience, and so what width is to be
/// expected.
class ImageAnalyzer {
public:
    static constexpr int regions = static_cast<int>(image_regions_hz.size());

    /// @param bin_hz, bins  of the spectra
    void prepare(double bin_hz, int bins);
    /// One spectrum of mid and side. Cost: some 4 ns per bin.
    void add_frame(std::span<const std::complex<float>> mid, std::span<const std::complex<float>> side);
    [[nodiscard]] ImageCurves describe() const;

private:
    static constexpr int steps = 102;  // of 1 dB
    using Histogram = std::array<double, steps>;

    [[nodiscard]] static double percentile_db(const Histogram& histogram, double share) noexcept;

    std::array<int, regions + 1> first_{};  // bins
    std::vector<float> mid_power_;
    std::vector<int> step_, is_panned_;
    std::array<double, regions> mid_sum_{}, side_sum_{};
    std::array<Histogram, regions> weighted_{}, counted_{}, panned_{};
};

}  // namespace burnish
