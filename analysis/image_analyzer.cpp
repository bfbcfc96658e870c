#include "analysis/image_analyzer.h"

#include <algorithm>
#include <cmath>

#include "core/decibels.h"
#include "dsp/fast_math.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr float lowest_db = -71.0F;
constexpr double mono_ratio = 1e-4;  // side over mid, power: below it a region is as good as mono
constexpr float smallest_power = 1e-20F;
constexpr float least_power = 1e-15F;        // of a bin that sounds
constexpr float panned_correlation2 = 0.9F;  // square of the least correlation of mid and side in a panned bin

/// Per bin: the power of the mid, the step of the histogram that side over mid falls in (-1 if the bin is silent), and
/// whether mid and side are in phase, as one source panned by level leaves them.
BURNISH_VECTORIZED
void compare(const float* mid, const float* side, int count, int steps, float* mid_power, int* step,
             int* is_panned) noexcept {
    for (int k = 0; k < count; ++k) {
        const float m = mid[2 * k] * mid[2 * k] + mid[2 * k + 1] * mid[2 * k + 1];
        const float s = side[2 * k] * side[2 * k] + side[2 * k + 1] * side[2 * k + 1];
        const float product = mid[2 * k] * side[2 * k] + mid[2 * k + 1] * side[2 * k + 1];
        const float db =
            0.5F * db_per_log2 * (fast_log2(s + smallest_power) - fast_log2(m + smallest_power)) - lowest_db + 0.5F;
        const float within = std::min(std::max(db, 0.0F), static_cast<float>(steps - 1));
        mid_power[k] = m;
        step[k] = m + s > least_power ? static_cast<int>(within) : -1;
        is_panned[k] = product * product > panned_correlation2 * m * s ? 1 : 0;
    }
}

}  // namespace

void ImageAnalyzer::prepare(double bin_hz, int bins) {
    *this = {};
    for (std::size_t r = 0; r < image_edges_hz.size(); ++r)
        first_[r] = std::clamp(static_cast<int>(std::ceil(image_edges_hz[r] / bin_hz)), 1, bins - 1);
    mid_power_.assign(static_cast<std::size_t>(bins), 0.0F);
    step_.assign(static_cast<std::size_t>(bins), 0);
    is_panned_.assign(static_cast<std::size_t>(bins), 0);
}

void ImageAnalyzer::add_frame(std::span<const std::complex<float>> mid, std::span<const std::complex<float>> side) {
    const auto start = static_cast<std::size_t>(first_.front());
    compare(reinterpret_cast<const float*>(mid.data() + start), reinterpret_cast<const float*>(side.data() + start),
            first_.back() - first_.front(), steps, mid_power_.data() + start, step_.data() + start,
            is_panned_.data() + start);
    for (int r = 0; r < regions; ++r)
        for (int k = first_[r]; k < first_[r + 1]; ++k) {
            const int step = step_[k];
            if (step < 0) continue;
            const double power = mid_power_[k];
            mid_sum_[r] += power;
            side_sum_[r] += std::norm(side[k]);
            weighted_[r][step] += power;
            counted_[r][step] += 1.0;
            if (is_panned_[k] != 0) panned_[r][step] += power;
        }
}

double ImageAnalyzer::percentile_db(const Histogram& histogram, double share) noexcept {
    double sum = 0.0;
    for (const double weight : histogram) sum += weight;
    double below = 0.0;
    for (int step = 0; step < steps; ++step) {
        if (below + histogram[step] >= share * sum && histogram[step] > 0.0)
            return lowest_db - 0.5 + step + (share * sum - below) / histogram[step];
        below += histogram[step];
    }
    return 0.0;
}

ImageCurves ImageAnalyzer::describe() const {
    using Curves = ImageCurves;
    struct Kind {
        const std::array<Histogram, regions>* histograms;
        std::array<Curve<regions> Curves::*, 7> curves;
    };
    const std::array kinds{
        Kind{&weighted_,
             {&Curves::weighted_p05_db, &Curves::weighted_p25_db, &Curves::weighted_p50_db, &Curves::weighted_p75_db,
              &Curves::weighted_p90_db, &Curves::weighted_p95_db, &Curves::weighted_p99_db}},
        Kind{&counted_,
             {&Curves::counted_p05_db, &Curves::counted_p25_db, &Curves::counted_p50_db, &Curves::counted_p75_db,
              &Curves::counted_p90_db, &Curves::counted_p95_db, &Curves::counted_p99_db}},
        Kind{&panned_,
             {&Curves::panned_p05_db, &Curves::panned_p25_db, &Curves::panned_p50_db, &Curves::panned_p75_db,
              &Curves::panned_p90_db, &Curves::panned_p95_db, &Curves::panned_p99_db}}};
    constexpr std::array shares{0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};

    ImageCurves image;
    for (int r = 0; r < regions; ++r) {
        if (side_sum_[r] < mono_ratio * mid_sum_[r] || side_sum_[r] <= 0.0) continue;
        image.side_mid_db[r] = power_to_db(side_sum_[r]) - power_to_db(mid_sum_[r]);
        double panned = 0.0, all = 0.0;
        for (int step = 0; step < steps; ++step) {
            panned += panned_[r][step];
            all += weighted_[r][step];
        }
        image.panned_share_db[r] = std::max(-40.0, power_to_db(panned) - power_to_db(all));
        for (const auto& kind : kinds)
            for (std::size_t i = 0; i < shares.size(); ++i)
                (image.*kind.curves[i])[r] =
                    percentile_db((*kind.histograms)[static_cast<std::size_t>(r)], shares[i]) - image.side_mid_db[r];
    }
    return image;
}

}  // namespace burnish
