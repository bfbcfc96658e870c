#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "mastering/master_model.h"
#include "mastering/prediction.h"
#include "mastering/reason_text.h"

namespace burnish {

/// Less is not worth a setting.
inline constexpr double least_gain_db = 0.1;

/// What a model says of a track, head by head.
struct Opinions {
    Eigen::VectorXd features;
    MasterModel::Expected expected;
    double trust = 1.0;
    std::string held_back;  ///< why less is done than is held to be wrong, for the reasons; empty: it is not
    /// Who have what is expected, for the reasons; of the dynamics, of which a genre may tell nothing.
    std::string whom = "tracks that sound like this one have", whose_dynamics = whom;
    FaultOpinion tone, width, dynamics;
    bool has_width = false;
    double plr_deviation_db =
        0.0;  ///< standard deviation of masters around the peak to loudness ratio expected of them
};

/// "3.4 dB above what such tracks have; held to be 2.1 dB too much, give or take 0.6 dB". @param whom  have it
[[nodiscard]] std::string finding_text(const FaultOpinion& opinion, Eigen::Index number, const std::string& whom);

/// Replaces what the rules proposed for some stages.
class Draft {
public:
    explicit Draft(Prediction prediction) : prediction_(std::move(prediction)) {}

    void forget(std::string_view stage) {
        std::erase_if(prediction_.decisions, [&](const Decision& decision) {
            return std::string_view(decision.parameter).starts_with(stage) && decision.parameter[stage.size()] == '.';
        });
    }
    template <class Settings>
    void set(std::string_view stage, Settings& settings, double Settings::*member, std::string_view name, double value,
             double confidence, std::string reason) {
        settings.*member = two_decimals(value);
        prediction_.decisions.push_back(
            {std::string(stage) + "." + std::string(name), two_decimals(value), confidence, std::move(reason)});
    }
    [[nodiscard]] ChainSettings& settings() noexcept { return prediction_.settings; }

    /// The decisions in signal order.
    [[nodiscard]] Prediction take() {
        std::vector<Decision> ordered;
        for_each_parameter([&](const auto& stage, const auto& param) {
            const auto name = std::string(stage.name) + "." + std::string(param.name);
            for (auto& decision : prediction_.decisions)
                if (decision.parameter == name) ordered.push_back(decision);
        });
        prediction_.decisions = std::move(ordered);
        return std::move(prediction_);
    }

private:
    Prediction prediction_;
};

/// Band compression and glue for what stands out by more than is expected. @param amount  > 0
void propose_dynamics(const Opinions& opinions, const TrackAnalysis& track, const Target& target, double amount,
                      Draft& draft);
/// The loudness of a master with the peak to loudness ratio that is expected of this one. What is denser than
/// such masters usually are is made no louder than the loudest of them are, streams play, or it is already. Its
/// confidence is that of what is taken off peaks, or that nothing has to be.
[[nodiscard]] Decision loudness_for(const Opinions& opinions, const TrackAnalysis& track, const Target& target,
                                    double amount);

}  // namespace burnish
