#pragma once

#include <Eigen/Dense>
#include <vector>

#include "mastering/model_file.h"
#include "mastering/tone_features.h"

namespace burnish {

/// What a ToneModel says of a track.
struct ToneOpinion {
    Curve<bark_bands_hz.size()> excess_db{};     ///< measured tone over what is expected of tracks that sound like this
    Curve<bark_bands_hz.size()> error_db{};      ///< the part of it that is held to be a fault
    Curve<bark_bands_hz.size()> deviation_db{};  ///< standard deviation of that
    double clean_probability = 1.0;              ///< that nothing has to be done
    double strangeness = 0.0;                    ///< mean square of the standardised features; 1 is usual
    double trust = 1.0;                          ///< 0..1, falls with strangeness
};

/// What tone is to be expected, and how much of a departure from it is a fault.
///
/// The expected tone is linear in the standardised features. What is left over is a Student-t vector with the
/// covariance that tracks of artists unknown to the fit have shown, plus, in a share of all tracks, a smooth error: a
/// Gaussian process over log frequency of one of several sizes. The error's posterior mean is taken out of the tone. So
/// small departures are left alone, for they are more likely taste, and what varies much between masters is hardly
/// touched.
class ToneModel {
public:
    /// An error if a tensor is missing or has another shape, or if the features are those of another version.
    [[nodiscard]] static Result<ToneModel> from(std::string_view where, const ModelFile& file);

    [[nodiscard]] ToneOpinion judge(const TrackAnalysis& track) const;

    struct Posterior {
        Eigen::VectorXd error_db, deviation_db;
        double clean_probability = 1.0;
    };
    /// The fault in a departure from the expected tone.
    [[nodiscard]] Posterior posterior(const Eigen::VectorXd& excess_db) const;

    /// The tone to be expected, from what tone_features gives.
    [[nodiscard]] Eigen::VectorXd expected(const std::vector<double>& features) const;

    /// The parts, for the fit.
    struct Parts {
        Eigen::VectorXd feature_centre, feature_scale, tone_mean;  // per feature, per feature, per band
        Eigen::MatrixXd weights;                                   // features x bands
        Eigen::MatrixXd spread;                                    // bands x bands: covariance of what is left over
        Eigen::MatrixXd error_shape;                               // bands x bands: covariance of an error of 1 dB
        std::vector<double> error_sizes_db, priors;                // the first size is 0
        double degrees_of_freedom = 10.0;
        double usual_strangeness = 1.0, most_strangeness = 2.0;  // 90th and 99th percentile of what was seen
    };
    explicit ToneModel(Parts parts);
    [[nodiscard]] ModelFile file() const;

    /// Features in units of their spread between tracks, held within +-4.
    [[nodiscard]] Eigen::VectorXd standardized(const std::vector<double>& features) const;

private:
    Parts parts_;
    struct Hypothesis {
        Eigen::MatrixXd inverse, gain, covariance;  // of the departure; from departure to error; of the error given it
        double log_prior = 0.0;                     // with the normaliser of the density
    };
    std::vector<Hypothesis> hypotheses_;
};

}  // namespace burnish
