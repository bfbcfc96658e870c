#pragma once

#include <Eigen/Dense>
#include <vector>

#include "mastering/track_features.h"

namespace burnish {

/// What a FaultModel says of some numbers of a track.
struct FaultOpinion {
    Eigen::VectorXd excess;     ///< measured over what is expected of tracks that sound like this
    Eigen::VectorXd error;      ///< the part of it that is held to be a fault, in all bands, heard or not
    Eigen::VectorXd deviation;  ///< standard deviation of that
    double clean_probability = 1.0;  ///< that nothing has to be done
    double misfit = 0.0;  ///< mean square of the excess in units of what is usual; the lower, the more as expected
};

/// What numbers are to be expected of a master, and how much of a departure from them is a fault.
///
/// Expected is what is linear in the standardised features. What is left over is a Student-t vector with the covariance
/// that tracks of artists unknown to the fit have shown, larger or smaller with the features of the track; and, in a
/// share of all tracks, an error of one of several sizes and of a known smoothness. The error's posterior mean is what
/// should be taken out. So small departures are left alone, for they are more likely taste, and what varies much
/// between masters is hardly touched. Bands that cannot be heard say nothing. Cost of an opinion: below 1 ms.
class FaultModel {
public:
    struct Parts {
        Eigen::VectorXd mean;           // per number
        Eigen::MatrixXd weights;        // features x numbers
        Eigen::VectorXd doubt_weights;  // per feature: logarithm of the variance left over, over its mean
        Eigen::MatrixXd spread;         // numbers x numbers: covariance of what is left over
        Eigen::MatrixXd error_shape;    // numbers x numbers: covariance of an error of 1 dB
        Eigen::VectorXd error_sizes_db, priors;  // the first size is 0
        double degrees_of_freedom = 10.0;
        double free_level_db = 0.0;  // deviation of a level common to all numbers that is no error
    };
    FaultModel() = default;
    explicit FaultModel(Parts parts) : parts_(std::move(parts)) {}
    [[nodiscard]] const Parts& parts() const noexcept { return parts_; }
    [[nodiscard]] Eigen::Index size() const noexcept { return parts_.mean.size(); }

    [[nodiscard]] Eigen::VectorXd expected(const Eigen::VectorXd& features) const;
    /// Logarithm of the variance that is to be expected around that, over its mean.
    [[nodiscard]] double doubt(const Eigen::VectorXd& features) const;

    /// @param features  standardised
    [[nodiscard]] FaultOpinion judge(const Eigen::VectorXd& features, const Measured& measured) const;
    /// The fault in a departure from the expected.
    [[nodiscard]] FaultOpinion judge_excess(const Eigen::VectorXd& excess, const Measured& measured,
                                            double doubt) const;

private:
    Parts parts_;
};

}  // namespace burnish
