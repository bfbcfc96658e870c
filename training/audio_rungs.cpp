#include "training/audio_rungs.h"

#include <algorithm>
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
/// What is held to be wrong with the tone or the width of a track.
using Diagnosis = std::function<FaultOpinion(const TrackAnalysis&, const Example&, const Degradation&)>;

constexpr CorrectionLimits no_limits{0.0, 12.0};

/// The shipped proposal, its tone by a diagnosis.
AudioRung tone_by(const Shared& model, std::string name, const Diagnosis& diagnosis, CorrectionLimits limits,
                  bool trusts_all) {
    return {"tone", std::move(name),
            [=](const TrackAnalysis& faulty, const Example& original, const Degradation& fault) {
                auto settings = predict_by_model(model, faulty, {}).settings;
                const double trust = trusts_all ? 1.0 : model->trust(model->standardized(faulty));
                const auto correction =
                    tone_correction(diagnosis(faulty, original, fault), trust, 1.0, highest_hz(faulty), limits);
                for (std::size_t knot = 0; knot < tone_knots; ++knot)
                    settings.tone.*mid_tone_knots[knot] = correction.knots_db[knot];
                return settings;
            }};
}

/// The shipped proposal, its width by a diagnosis. What the rules take off the bass for mono's sake stays.
AudioRung width_by(const Shared& model, std::string name, const Diagnosis& diagnosis, CorrectionLimits limits,
                   bool trusts_all) {
    return {"width", std::move(name),
            [=](const TrackAnalysis& faulty, const Example& original, const Degradation& fault) {
                auto settings = predict_by_model(model, faulty, {}).settings;
                const double trust = trusts_all ? 1.0 : model->trust(model->standardized(faulty));
                const auto correction = width_correction(diagnosis(faulty, original, fault), trust, 1.0, limits);
                settings.width = predict_by_rules(faulty, {}).settings.width;
                settings.width.low_db = std::min(settings.width.low_db, correction.bands_db[0]);
                settings.width.mid_db = correction.bands_db[1];
                settings.width.high_db = correction.bands_db[2];
                for (std::size_t knot = 0; knot < side_tone_knots.size(); ++knot)
                    settings.tone.*side_tone_knots[knot] = correction.side_knots_db[knot];
                return settings;
            }};
}

/// The shipped proposal, its tone or its width by the rules.
AudioRung by_rules(const Shared& model, std::string_view head) {
    return {head, "rules", [=](const TrackAnalysis& faulty, const Example&, const Degradation&) {
                auto settings = predict_by_model(model, faulty, {}).settings;
                const auto proposed = predict_by_rules(faulty, {}).settings;
                if (head == "width") {
                    settings.width = proposed.width;
                    for (const auto knot : side_tone_knots) settings.tone.*knot = proposed.tone.*knot;
                } else {
                    for (const auto knot : mid_tone_knots) settings.tone.*knot = proposed.tone.*knot;
                }
                return settings;
            }};
}

AudioRung shipped_rung(const Shared& model, std::string_view head, std::string name, bool is_told) {
    return {head, std::move(name), [=](const TrackAnalysis& faulty, const Example& original, const Degradation&) {
                Target target;
                if (is_told) target.genres = {{original.row.genre, 1.0}};
                return predict_by_model(model, faulty, target).settings;
            }};
}

/// What a fitted head says, its own way of judging altered or not.
Diagnosis opinion_of(const Shared& model, std::string_view name, FaultModel head) {
    const auto measure = head_named(name).measure;
    return [=, head = std::move(head)](const TrackAnalysis& faulty, const Example&, const Degradation&) {
        return head.judge(model->standardized(faulty), measure(faulty));
    };
}

/// What was done to a track, as nobody but this trial knows it.
Diagnosis the_fault(Eigen::VectorXd Degradation::*member) {
    return [member](const TrackAnalysis&, const Example&, const Degradation& fault) {
        FaultOpinion opinion;
        opinion.error = fault.*member;
        opinion.clean_probability = 0.0;
        return opinion;
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
    const auto nothing = [](const TrackAnalysis&, const Example&, const Degradation&) { return ChainSettings(); };
    const char* const ceiling = "actuator ceiling: the error known, the chain's curve and caps";
    std::vector<AudioRung> rungs{{"tone", "do nothing", nothing}, by_rules(model, "tone")};
    const auto& tone = lesson.tone.model;
    const auto add_tone = [&](const char* name, const Diagnosis& diagnosis, CorrectionLimits limits,
                              bool trusts_all = false) {
        rungs.push_back(tone_by(model, name, diagnosis, limits, trusts_all));
    };
    const auto tone_of_model = [&](const FaultModel& head) { return opinion_of(model, "tone", head); };
    add_tone("genre's mean curve, half strength", half_way_to_genre(known), no_limits, true);
    add_tone("Gaussian MAP, no features, trusting all", tone_of_model(plain_map(comparison.plain.model)), no_limits,
             true);
    add_tone("Gaussian MAP, given the features, trusting all", tone_of_model(plain_map(tone)), no_limits, true);
    add_tone("M0 (a line), without gate", tone_of_model(ungated(comparison.line.model)), tone_limits);
    add_tone("M0 (a line), with gate", tone_of_model(comparison.line.model), tone_limits);
    add_tone("M1, without gate", tone_of_model(ungated(tone)), tone_limits);
    rungs.push_back(shipped_rung(model, "tone", "**M1 with gate, as shipped**", false));
    rungs.push_back(shipped_rung(model, "tone", "the same, told the genre that the list has", true));
    add_tone(ceiling, the_fault(&Degradation::tone_db), tone_limits, true);
    rungs.push_back({"tone", "the error undone (oracle)", nothing, true});

    rungs.push_back({"width", "do nothing", nothing});
    rungs.push_back(by_rules(model, "width"));
    const auto& width = lesson.width.model;
    const auto add_width = [&](const char* name, const Diagnosis& diagnosis, CorrectionLimits limits,
                               bool trusts_all = false) {
        rungs.push_back(width_by(model, name, diagnosis, limits, trusts_all));
    };
    const auto width_of_model = [&](const FaultModel& head) { return opinion_of(model, "width", head); };
    add_width("Gaussian MAP, given the features, trusting all", width_of_model(plain_map(width)), no_limits, true);
    add_width("M0 (a line), with gate", width_of_model(comparison.width_line.model), width_limits);
    add_width("M1, without gate", width_of_model(ungated(width)), width_limits);
    rungs.push_back(shipped_rung(model, "width", "**M1 with gate, as shipped**", false));
    add_width(ceiling, the_fault(&Degradation::width_db), width_limits, true);
    rungs.push_back({"width", "the error undone (oracle)", nothing, true});
    return rungs;
}

}  // namespace burnish::training
