#pragma once

#include <Eigen/Dense>

#include "mastering/track_features.h"

namespace burnish {

/// What a FaultModel says of some numbers of a track.
struct FaultOpinion {
    Eigen::VectorXd excess;          ///< measured over what is expected of tracks that sound like this
    Eigen::VectorXd error;           ///< the part of it that is held to be a fault, in all bands, heard or not
    Eigen::VectorXd deviation;       ///< standard deviation of that
    double clean_probability = 1.0;  ///< that nothing has to be done
    double misfit = 0.0;             ///< mean over what is heard of the excess, squared, over its usual variance
};

/// What numbers are to be expected of a master, and how much of a departure from them is a fault.
///
/// Expected is what is linear in the standardised features, and what a small network adds. What is left over is a
/// Student-t vector with the covariance that tracks of artists unknown to the fit have shown, larger or smaller with
/// the features of the track; and, in a share of all tracks, an error of one of several sizes and of a known
/// smoothness. The error's posterior mean is what should be taken out. So small departures are left alone, for they are
/// more likely taste, and what varies much between masters is hardly touched. Bands that cannot be heard say nothing.
/// Cost of an opinion: below 1 ms.
class FaultModel {
public:
    struct Parts {
        Eigen::VectorXd mean;                    // per number
        Eigen::MatrixXd weights;                 // features x numbers
        Eigen::VectorXd network_scale;           // per feature, for network_input
        Eigen::MatrixXd network_weights;         // units x numbers; no rows: no network
        Eigen::VectorXd doubt_weights;           // per feature: logarithm of the variance left over, over doubt_mean
        Eigen::MatrixXd spread;                  // numbers x numbers: covariance of what is left over, at a doubt of 0
        Eigen::MatrixXd error_shape;             // numbers x numbers: covariance of an error of 1 dB
        Eigen::VectorXd error_sizes_db, priors;  // the first size is 0
        Eigen::VectorXd
            deviation_scale;            // per number: what makes deviations cover the share of errors that they should
        Eigen::MatrixXd genre_weights;  // genres x numbers: what a told genre adds to the expected; no rows: nothing
        double degrees_of_freedom = 15.0;
        double free_level_db = 0.0;  // deviation of a level common to all numbers that is no error
        double doubt_mean = 0.0;     // doubt at features that are all usual
    };
    FaultModel() = default;
    explicit FaultModel(Parts parts) : parts_(std::move(parts)) {}
    [[nodiscard]] const Parts& parts() const noexcept { return parts_; }
    [[nodiscard]] Eigen::Index size() const noexcept { return parts_.mean.size(); }

    [[nodiscard]] Eigen::VectorXd expected(const Eigen::VectorXd& features) const;
    /// The same by a layer that hidden_layers() has made of network_input(), of any size if there is no network.
    [[nodiscard]] Eigen::VectorXd expected(const Eigen::VectorXd& features, const Eigen::VectorXd& layer) const;
    [[nodiscard]] Eigen::VectorXf network_input(const Eigen::VectorXd& features) const;
    /// Logarithm of the variance that is to be expected around that, over that of all tracks; within +-1.6.
    [[nodiscard]] double doubt(const Eigen::VectorXd& features) const;

    /// @param features  standardised
    [[nodiscard]] FaultOpinion judge(const Eigen::VectorXd& features, const Measured& measured) const;
    /// The fault in a departure from the expected. Only `heard` is read of `measured`.
    [[nodiscard]] FaultOpinion judge_excess(const Eigen::VectorXd& excess, const Measured& measured,
                                            double doubt) const;

private:
    Parts parts_;
};

}  // namespace burnish
