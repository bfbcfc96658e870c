#pragma once

#include <Eigen/Dense>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mastering/fault_model.h"
#include "mastering/model_file.h"
#include "mastering/target.h"

namespace burnish {

/// How likely a track is of each genre, from its features; mixtures are the rule.
struct GenreModel {
    std::vector<std::string> names;
    Eigen::MatrixXd weights;  // features x genres
    Eigen::VectorXd bias;

    /// @param features  standardised
    /// @return          per genre, adding up to 1
    [[nodiscard]] Eigen::VectorXd posterior(const Eigen::VectorXd& features) const;
};

/// Everything that was learned from finished masters.
class MasterModel {
public:
    struct Parts {
        Eigen::VectorXd feature_centre, feature_scale;
        Eigen::VectorXd balance_centre;  // what balance_of gives on average
        Eigen::MatrixXd sway;            // features x numbers of the balance: what 1 dB moves a standardised feature by
        FaultModel tone, width, dynamics;
        GenreModel genre;
        double usual_strangeness = 1.0, most_strangeness = 2.0;  // 90th and 99th percentile of what was seen
    };
    explicit MasterModel(Parts parts) : parts_(std::move(parts)) {}
    [[nodiscard]] const Parts& parts() const noexcept { return parts_; }

    /// An error if a tensor is missing or has another shape, if numbers contradict each other, or if the features or
    /// the chain's parameters are those of another version. @param where  for messages
    [[nodiscard]] static Result<MasterModel> from(std::string_view where, const ModelFile& file);
    [[nodiscard]] ModelFile file() const;

    /// Features in units of their spread between tracks, held within +-4, as they were if the track had the usual tone
    /// and width: what these alone make of a feature is taken out. So an equaliser in front, or a change of width,
    /// leaves them where they are, as far as what it does to them is linear.
    /// @param features  as track_features gives them
    /// @param balance   of the same track, as balance_of gives it
    [[nodiscard]] Eigen::VectorXd standardized(const std::vector<double>& features, const Measured& balance) const;
    [[nodiscard]] Eigen::VectorXd standardized(const TrackAnalysis& track) const;

    /// Mean square of the standardised features: 1 is usual.
    [[nodiscard]] static double strangeness(const Eigen::VectorXd& standardized) noexcept;
    /// 1 for what is usual, falling to a quarter for tracks unlike those that were learned from, and to 0 for what is
    /// half as strange again as the strangest; and to a quarter of that where a codec has taken much of the treble, for
    /// such damage also moves what is expected, by more than what it leaves tells.
    /// @param codec_cutoff_hz  0: there is none
    [[nodiscard]] double trust(const Eigen::VectorXd& standardized, double codec_cutoff_hz) const noexcept;

    /// What is expected of a track whose sound `standardized` tells. Cost: 2 ms
    struct Expected {
        Eigen::VectorXd tone, width, dynamics;
    };
    [[nodiscard]] Expected expected(const Eigen::VectorXd& standardized) const;
    /// The same of a track whose genre somebody has told: what its genre was taken for by its sound makes way for that.
    /// @param shares  per genre of the model, adding up to 1
    [[nodiscard]] Expected expected(const Eigen::VectorXd& standardized, const Eigen::VectorXd& shares) const;
    /// Shares of the model's genres, adding up to 1; none if the model knows none of those named.
    [[nodiscard]] std::optional<Eigen::VectorXd> shares_of(std::span<const GenreShare> told) const;

    /// How far a track is from what is expected of it in tone, width and the spreads of the dynamics. Lower is better;
    /// 1 is usual; not a number: nothing of that was heard, or measured. The peak to loudness ratio is no part of it,
    /// for the loudness sets that, whatever the treatment. @param standardized, expected  of the track whose sound is
    /// to be gone by
    [[nodiscard]] std::vector<double> misfit(const Eigen::VectorXd& standardized, const Expected& expected,
                                             const TrackAnalysis& track) const;

private:
    Parts parts_;
};

/// What a model judges: how it is measured, and which features tell of it, being left alone by what may be at fault.
struct ModelHead {
    std::string_view name;
    Measured (*measure)(const TrackAnalysis&);
    FaultModel MasterModel::Parts::*model;
    std::vector<std::string> blind_groups;  ///< groups of features that are not asked
};
[[nodiscard]] const std::vector<ModelHead>& model_heads();

}  // namespace burnish
