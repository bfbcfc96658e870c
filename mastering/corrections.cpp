#include "mastering/corrections.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "dsp/tone_curve.h"
#include "mastering/reason_text.h"

namespace burnish {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// What is to be taken out of every number.
VectorXd to_be_undone(const FaultOpinion& opinion, const CorrectionLimits& limits) {
    VectorXd undone = opinion.error;
    for (Index i = 0; i < undone.size(); ++i)
        undone(i) =
            std::copysign(std::max(0.0, quantile_db(opinion, i, limits) - limits.dead_zone_db), opinion.error(i));
    return undone;
}

/// What each knot of a level curve does at some frequencies: frequencies x knots.
template <std::size_t knots, std::size_t count>
MatrixXd response_of_knots(double first_hz, double ratio, const std::array<double, count>& frequencies_hz) {
    MatrixXd response(count, knots);
    for (std::size_t knot = 0; knot < knots; ++knot) {
        std::array<double, knots> levels_db{};
        levels_db[knot] = 1.0;
        const LevelCurve curve(levels_db, first_hz, ratio);
        for (std::size_t i = 0; i < count; ++i)
            response(static_cast<Index>(i), static_cast<Index>(knot)) = curve.level_db(frequencies_hz[i]);
    }
    return response;
}

/// From levels to the knots whose curve comes nearest to them, with as little bending as that leaves.
MatrixXd knots_from(const MatrixXd& response, double smoothing) {
    const Index knots = response.cols();
    MatrixXd bend = MatrixXd::Zero(knots - 1, knots);
    for (Index knot = 0; knot + 1 < knots; ++knot) {
        bend(knot, knot) = -1.0;
        bend(knot, knot + 1) = 1.0;
    }
    return (response.transpose() * response + smoothing * bend.transpose() * bend).ldlt().solve(response.transpose());
}

constexpr double least_peak_db = 0.2;  // of a tone curve: nobody would hear less, or want to read of it
constexpr double first_knot_hz = 20.0;
constexpr double first_side_knot_hz = 150.0;
constexpr double side_knot_ratio = 8.0;

/// Bands of the width stage that the regions of the image lie in.
constexpr auto width_band_of_region = std::to_array<std::size_t>({0, 1, 1, 1, 2, 2});
static_assert(width_band_of_region.size() == image_regions_hz.size());

}  // namespace

CorrectionLimits limits_at(CorrectionLimits proposed, double amount) noexcept {
    constexpr double quartile = 0.6745;  // of a normal distribution, in deviations
    const double strength = std::max(amount, 1e-6);
    auto limits = proposed;
    limits.dead_zone_db /= strength;
    limits.cap_db *= strength;
    limits.unsure_db *= strength;
    limits.below_mean = -quartile * std::log2(strength);
    return limits;
}

double quantile_db(const FaultOpinion& opinion, Index number, const CorrectionLimits& limits) noexcept {
    const double mean_db = std::abs(opinion.error(number));
    if (limits.below_mean == 0.0) return mean_db;
    return std::clamp(mean_db - limits.below_mean * opinion.deviation(number), 0.0, 2.0 * mean_db);
}

double confidence_of(const FaultOpinion& opinion, Index number, double gain_db) noexcept {
    const double at_fault = 1.0 - std::clamp(opinion.clean_probability, 0.0, 1.0);
    if (gain_db == 0.0 || at_fault < 1e-6) return 0.0;
    // The opinion is of all tracks that look like this one, clean ones among them; these are of the faulty ones.
    const double mean_db = opinion.error(number) / at_fault;
    const double square =
        opinion.deviation(number) * opinion.deviation(number) + opinion.error(number) * opinion.error(number);
    const double deviation_db = std::sqrt(std::max(1e-6, square / at_fault - mean_db * mean_db));
    const double beyond_db = (gain_db < 0.0 ? mean_db : -mean_db) - 0.5 * std::abs(gain_db);
    return at_fault * 0.5 * std::erfc(-beyond_db / (deviation_db * std::numbers::sqrt2));
}

double too_much_of(const FaultOpinion& opinion, Index number, const CorrectionLimits& limits) noexcept {
    return opinion.error(number) > 0.0 ? quantile_db(opinion, number, limits) : 0.0;
}

double reduction_for(double too_much_db, double trust, const CorrectionLimits& limits) noexcept {
    return std::clamp(trust * (too_much_db - limits.dead_zone_db), 0.0, limits.cap_db);
}

double sureness(const FaultOpinion& opinion, const CorrectionLimits& limits) noexcept {
    const double clean = std::clamp(opinion.clean_probability, 1e-9, 1.0);
    const double odds = (1.0 - clean) / clean;
    return std::clamp(std::log(odds / limits.least_odds) / std::log(limits.full_odds / limits.least_odds), 0.0, 1.0);
}

ToneCorrection tone_correction(const FaultOpinion& opinion, double trust, double amount, double highest_hz,
                               CorrectionLimits proposed) {
    static const MatrixXd response = response_of_knots<tone_knots>(first_knot_hz, 2.0, bark_bands_hz);
    static const MatrixXd to_knots = knots_from(response, 0.02);
    const auto limits = limits_at(proposed, amount);
    VectorXd gains = -trust * (to_knots * to_be_undone(opinion, limits));
    for (int knot = 0; knot < tone_knots; ++knot) {
        gains(knot) = std::clamp(gains(knot), -limits.cap_db, limits.cap_db);
        if (knot < 2 || tone_knot_hz(knot) > 0.7 * highest_hz) gains(knot) = std::min(gains(knot), 0.0);
    }
    ToneCorrection correction;
    const VectorXd bands = response * gains;
    const double moved_db = (bands.array() - bands.mean()).abs().mean();
    if (limits.unsure_db > 0.0 && moved_db > limits.unsure_db)
        correction.done = (limits.unsure_db + sureness(opinion, limits) * (moved_db - limits.unsure_db)) / moved_db;
    gains *= correction.done;
    if (gains.cwiseAbs().maxCoeff() < least_peak_db) gains.setZero();
    for (int knot = 0; knot < tone_knots; ++knot) {
        gains(knot) = two_decimals(gains(knot));
        correction.knots_db[static_cast<std::size_t>(knot)] = gains(knot);
    }
    correction.bands_db = response * gains;
    return correction;
}

WidthCorrection width_correction(const FaultOpinion& opinion, double trust, double amount, CorrectionLimits proposed) {
    static const MatrixXd side_response = response_of_knots<3>(first_side_knot_hz, side_knot_ratio, image_regions_hz);
    static const MatrixXd to_side_knots = knots_from(side_response, 0.3);
    const auto limits = limits_at(proposed, amount);
    const VectorXd wanted = -trust * to_be_undone(opinion, limits);
    WidthCorrection correction;
    std::array<double, 3> sum{}, count{};
    for (Index region = 0; region < wanted.size(); ++region) {
        const auto band = width_band_of_region[static_cast<std::size_t>(region)];
        sum[band] += wanted(region);
        count[band] += 1.0;
    }
    for (std::size_t band = 0; band < sum.size(); ++band) {
        const double most_db = band == 0 ? 0.0 : limits.cap_db;
        correction.bands_db[band] = two_decimals(std::clamp(sum[band] / count[band], -limits.cap_db, most_db));
    }
    VectorXd done(wanted.size());
    for (Index region = 0; region < wanted.size(); ++region)
        done(region) = correction.bands_db[width_band_of_region[static_cast<std::size_t>(region)]];
    VectorXd side = to_side_knots * (wanted - done);
    for (Index knot = 0; knot < side.size(); ++knot) {
        side(knot) = two_decimals(std::clamp(side(knot), -0.5 * limits.cap_db, 0.5 * limits.cap_db));
        correction.side_knots_db[static_cast<std::size_t>(knot)] = side(knot);
    }
    correction.regions_db = done + side_response * side;
    return correction;
}

BandCompression band_compression(double p95_over_level_db, double reduction_db) noexcept {
    constexpr double highest_threshold_db = 3.0;
    constexpr double most_ratio = 2.5;
    BandCompression band;
    if (reduction_db <= 0.0) return band;
    // At least twice the reduction stands over the threshold: the ratio is 2 then, and gentler the more there is.
    band.threshold_db = std::min(highest_threshold_db, p95_over_level_db - 2.0 * reduction_db);
    const double over_db = p95_over_level_db - band.threshold_db;
    band.ratio = std::min(most_ratio, over_db / (over_db - reduction_db));
    return band;
}

}  // namespace burnish
