#include "training/audio_rungs.h"

#include <map>
#include <utility>

#include "mastering/corrections.h"
#include "mastering/learned_predictor.h"
#include "mastering/rule_predictor.h"
#include "mastering/usual_tone.h"
#include "training/judge.h"

namespace burnish::training {

namespace {

using Eigen::VectorXd;

using Shared = std::shared_ptr<const MasterModel>;
/// What is held to be wrong with the tone of a track, and what is expected of it.
using Diagnosis = std::function<FaultOpinion(const TrackAnalysis&, const Example&, const Degradation&)>;

constexpr CorrectionLimits no_limits{0.0, 12.0};

/// The shipped proposal, its tone by a diagnosis.
AudioRung tone_by(const Shared& model, std::string name, const Diagnosis& diagnosis, CorrectionLimits limits,
                  bool trusts_all) {
    return {std::move(name), [=](const TrackAnalysis& faulty, const Example& original, const Degradation& fault) {
                auto settings = predict_by_model(model, faulty, {}).settings;
                const double trust = trusts_all ? 1.0 : model->trust(model->standardized(faulty));
                const auto correction =
                    tone_correction(diagnosis(faulty, original, fault), trust, 1.0, highest_hz(faulty), limits);
                for (std::size_t knot = 0; knot < tone_knots; ++knot)
                    settings.tone.*mid_tone_knots[knot] = correction.knots_db[knot];
                return settings;
            }};
}

/// The shipped proposal, its tone by the rules.
AudioRung tone_by_rules(const Shared& model) {
    return {"rules", [model](const TrackAnalysis& faulty, const Example&, const Degradation&) {
                auto settings = predict_by_model(model, faulty, {}).settings;
                const auto by_rules = predict_by_rules(faulty, {}).settings;
                for (const auto knot : mid_tone_knots) settings.tone.*knot = by_rules.tone.*knot;
                return settings;
            }};
}

AudioRung shipped_rung(const Shared& model, std::string name, bool is_told) {
    return {std::move(name), [=](const TrackAnalysis& faulty, const Example& original, const Degradation&) {
                Target target;
                if (is_told) target.genres = {{original.row.genre, 1.0}};
                return predict_by_model(model, faulty, target).settings;
            }};
}

/// What a fitted head says, its own way of judging altered or not.
Diagnosis opinion_of(const Shared& model, FaultModel head) {
    return [model, head = std::move(head)](const TrackAnalysis& faulty, const Example&, const Degradation&) {
        return head.judge(model->standardized(faulty), tone_of(faulty));
    };
}

/// Half of the way to the mean curve of the track's genre, by whatever name the list gives it.
Diagnosis half_way_to_genre(std::span<const Example> known) {
    std::map<std::string, std::pair<VectorXd, double>> sums;
    for (const auto& example : known) {
        for (const auto& name : {example.row.genre, std::string()}) {
            auto& [sum, count] = sums.emplace(name, std::pair{VectorXd(VectorXd::Zero(tone_bands)), 0.0}).first->second;
            sum += tone_of(example.analysis).values;
            count += 1.0;
        }
    }
    return [sums = std::move(sums)](const TrackAnalysis& faulty, const Example& original, const Degradation&) {
        const auto found = sums.find(original.row.genre);
        const auto& [sum, count] = found != sums.end() ? found->second : sums.at("");
        FaultOpinion opinion;
        opinion.error = 0.5 * (tone_of(faulty).values - sum / count);
        return opinion;
    };
}

}  // namespace

std::vector<AudioRung> audio_rungs(const Shared& model, const Lesson& lesson, const Comparison& comparison,
                                   std::span<const Example> known) {
    const auto& tone = lesson.tone.model;
    const auto nothing = [](const TrackAnalysis&, const Example&, const Degradation&) { return ChainSettings(); };
    std::vector<AudioRung> rungs{{"do nothing", nothing}, tone_by_rules(model)};
    const auto add = [&](const char* name, const Diagnosis& diagnosis, CorrectionLimits limits,
                         bool trusts_all = false) {
        rungs.push_back(tone_by(model, name, diagnosis, limits, trusts_all));
    };
    add("genre's mean curve, half strength", half_way_to_genre(known), no_limits, true);
    add("Gaussian MAP, no features, trusting all", opinion_of(model, plain_map(comparison.plain.model)), no_limits,
        true);
    add("Gaussian MAP, given the features, trusting all", opinion_of(model, plain_map(tone)), no_limits, true);
    add("M0 (a line), without gate", opinion_of(model, ungated(comparison.line.model)), tone_limits);
    add("M0 (a line), with gate", opinion_of(model, comparison.line.model), tone_limits);
    add("M1, without gate", opinion_of(model, ungated(tone)), tone_limits);
    rungs.push_back(shipped_rung(model, "**M1 with gate, as shipped**", false));
    rungs.push_back(shipped_rung(model, "the same, told the genre that the list has", true));
    add(
        "actuator ceiling: the error known, the chain's curve and caps",
        [](const TrackAnalysis&, const Example&, const Degradation& fault) {
            FaultOpinion opinion;
            opinion.error = fault.tone_db;
            return opinion;
        },
        tone_limits, true);
    rungs.push_back({"the error undone (oracle)", nothing, true});
    return rungs;
}

}  // namespace burnish::training
