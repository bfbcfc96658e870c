#pragma once

#include <Eigen/Dense>
#include <array>

#include "mastering/fault_model.h"
#include "mastering/usual_tone.h"

namespace burnish {

/// How opinions become gains.
///
/// Taken out is a quantile of what may be the fault, less a dead zone and within a cap. At the amount that is proposed
/// it is the mean; every halving of the amount goes half an interquartile range down, so that only what is surely a
/// fault is left, and every doubling as much up, though never to more than twice the mean. So intensity is no blend: a
/// stronger treatment corrects smaller and less certain faults and larger ones further, but none beyond what it is held
/// to be.
struct CorrectionLimits {
    double dead_zone_db;
    double cap_db;
    double unsure_db = 0.0;    ///< mean over the bands that a tone moves by at most if the fault may be none; 0: any
    double least_odds = 10.0;  ///< of a fault, from which on it may move by more
    double full_odds = 40.0;   ///< and from which on by all of it
    double below_mean = 0.0;   ///< how far below the mean the quantile lies, in deviations of the opinion
};
/// @param amount  of the dimension: 0 nothing, 1 what is proposed
[[nodiscard]] CorrectionLimits limits_at(CorrectionLimits proposed, double amount) noexcept;
/// How much of one number is held to be a fault: the size of the quantile, dB, on the side of the mean.
[[nodiscard]] double quantile_db(const FaultOpinion& opinion, Eigen::Index number,
                                 const CorrectionLimits& limits) noexcept;
/// How sure a gain is: the probability that it brings a number nearer to what it should be. For that there has to be a
/// fault at all, and one of more than half of what is taken out; faults are taken as normal.
/// @return  0..1, and 0 for no gain
[[nodiscard]] double confidence_of(const FaultOpinion& opinion, Eigen::Index number, double gain_db) noexcept;
inline constexpr CorrectionLimits tone_limits{0.1, 6.0, 0.85};
inline constexpr CorrectionLimits width_limits{0.3, 8.0};
inline constexpr CorrectionLimits spread_limits{0.5, 3.0};  // of the bands' levels
inline constexpr CorrectionLimits plr_limits{0.0, 6.0};     // peak to loudness

/// What is to be done to the tone.
struct ToneCorrection {
    KnotLevels knots_db{};     ///< of the tone curve
    Eigen::VectorXd bands_db;  ///< what the curve does to the Bark bands
    double done = 1.0;         ///< share that is left of what dead zone, caps and trust allow: less where it is unsure
};
/// How sure it is that there is a fault at all: 0 up to the least odds, 1 from the full odds on, by the logarithm.
[[nodiscard]] double sureness(const FaultOpinion& opinion, const CorrectionLimits& limits) noexcept;
/// Small corrections are made where a fault is likely, large ones only where it is sure: so an untouched track that is
/// taken for a faulty one is moved by little. A curve within 0.2 dB is left out.
/// The deepest and the highest knots, and those above 0.7 `highest_hz`, only ever turn down.
/// @param trust   0..1: how much is done of it, for tracks unlike those that were learned from
/// @param limits  at an amount of 1
[[nodiscard]] ToneCorrection tone_correction(const FaultOpinion& opinion, double trust, double amount,
                                             double highest_hz, CorrectionLimits limits = tone_limits);

/// What is to be done to the width, in dB of the side: three bands, the low one only ever narrowed, and for what these
/// cannot draw the side's part of the tone curve.
struct WidthCorrection {
    std::array<double, 3> bands_db{}, side_knots_db{};
    Eigen::VectorXd regions_db;  ///< what both do to the regions of the image
};
[[nodiscard]] WidthCorrection width_correction(const FaultOpinion& opinion, double trust, double amount,
                                               CorrectionLimits limits = width_limits);

/// How much of a number of the dynamics is held to be too much, dB; nobody is to have more of it.
[[nodiscard]] double too_much_of(const FaultOpinion& opinion, Eigen::Index number,
                                 const CorrectionLimits& limits) noexcept;
/// What is taken of that. @param trust  as for a tone
[[nodiscard]] double reduction_for(double too_much_db, double trust, const CorrectionLimits& limits) noexcept;

/// A compressor's band that takes a spread down.
struct BandCompression {
    double ratio = 1.0;
    double threshold_db = 3.0;  ///< over the band's level
};
/// Solves for what brings the 95th percentile down by `reduction_db`: a level that is `over` dB above the threshold
/// comes out over / ratio above it.
/// @param p95_over_level_db  of the band; @param reduction_db  0 or above
[[nodiscard]] BandCompression band_compression(double p95_over_level_db, double reduction_db) noexcept;

}  // namespace burnish
