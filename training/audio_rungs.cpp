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

/// No more than the tone, or no more than the width, of a proposal.
ChainSettings only(std::string_view head, const ChainSettings& proposed) {
    ChainSettings settings;
    if (head == "tone") {
        for (const auto knot : mid_tone_knots) settings.tone.*knot = proposed.tone.*knot;
        return settings;
    }
    settings.width = proposed.width;
    for (const auto knot : side_tone_knots) settings.tone.*knot = proposed.tone.*knot;
    return settings;
}

/// How far a diagnosis is followed.
struct Following {
    CorrectionLimits limits;
    bool trusts_all = false;  ///< else tracks unlike those that were learned from get less
};
constexpr Following in_full{{0.0, 12.0}, true}, as_the_tone{tone_limits}, as_the_width{width_limits};

/// The tone by a diagnosis.
AudioRung tone_by(const Shared& model, std::string name, const Diagnosis& diagnosis, const Following& following) {
    return {
        "tone", std::move(name), [=](const TrackAnalysis& faulty, const Example& original, const Degradation& fault) {
            const double trust = following.trusts_all ? 1.0 : model->trust(model->standardized(faulty));
            const auto correction =
                tone_correction(diagnosis(faulty, original, fault), trust, 1.0, highest_hz(faulty), following.limits);
            ChainSettings settings;
            for (std::size_t knot = 0; knot < tone_knots; ++knot)
                settings.tone.*mid_tone_knots[knot] = correction.knots_db[knot];
            return settings;
        }};
}

/// The width by a diagnosis. What the rules take off the bass for mono's sake stays.
AudioRung width_by(const Shared& model, std::string name, const Diagnosis& diagnosis, const Following& following) {
    return {
        "width", std::move(name), [=](const TrackAnalysis& faulty, const Example& original, const Degradation& fault) {
            const double trust = following.trusts_all ? 1.0 : model->trust(model->standardized(faulty));
            const auto correction = width_correction(diagnosis(faulty, original, fault), trust, 1.0, following.limits);
            ChainSettings settings;
            settings.width = predict_by_rules(faulty, {}).settings.width;
            settings.width.low_db = std::min(settings.width.low_db, correction.bands_db[0]);
            settings.width.mid_db = correction.bands_db[1];
            settings.width.high_db = correction.bands_db[2];
            for (std::size_t knot = 0; knot < side_tone_knots.size(); ++knot)
                settings.tone.*side_tone_knots[knot] = correction.side_knots_db[knot];
            return settings;
        }};
}

AudioRung by_rules(std::string_view head) {
    return {head, "rules, without gate", [=](const TrackAnalysis& faulty, const Example&, const Degradation&) {
                return only(head, predict_by_rules(faulty, {}).settings);
            }};
}

AudioRung shipped_rung(const Shared& model, std::string_view head, std::string name, bool is_told) {
    return {head, std::move(name), [=](const TrackAnalysis& faulty, const Example& original, const Degradation&) {
                Target target;
                if (is_told) target.genres = {{original.row.genre, 1.0}};
                return only(head, predict_by_model(model, faulty, target).settings);
            }};
}

/// What the rules would do to the tone, as if it were what a model had found.
FaultOpinion rules_tone(const TrackAnalysis& faulty, const Example&, const Degradation&) {
    FaultOpinion opinion;
    opinion.error = -tone_of(predict_by_rules(faulty, {}).settings);
    return opinion;
}

/// The same of the width.
FaultOpinion rules_width(const TrackAnalysis& faulty, const Example&, const Degradation&) {
    const auto width = predict_by_rules(faulty, {}).settings.width;
    FaultOpinion opinion;
    opinion.error.resize(image_regions);
    opinion.error << -width.low_db, -width.mid_db, -width.mid_db, -width.mid_db, -width.high_db, -width.high_db;
    return opinion;
}

/// A diagnosis behind the gate of M1: as much of it as a fault is likely, and, of the tone, little where none is sure.
Diagnosis gated(const Shared& model, std::string_view head, const Diagnosis& diagnosis) {
    const auto& row = head_named(head);
    return [=, measure = row.measure, judge = model->parts().*row.model](
               const TrackAnalysis& faulty, const Example& original, const Degradation& fault) {
        auto opinion = diagnosis(faulty, original, fault);
        opinion.clean_probability = judge.judge(model->standardized(faulty), measure(faulty)).clean_probability;
        opinion.error *= 1.0 - opinion.clean_probability;
        return opinion;
    };
}
constexpr Following in_full_behind_gate{{0.0, 12.0, tone_limits.unsure_db}, true};

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

std::vector<AudioRung> audio_rungs(const Shared& model, const Shared& apart, const Lesson& lesson,
                                   const Comparison& comparison, std::span<const Example> known) {
    const auto nothing = [](const TrackAnalysis&, const Example&, const Degradation&) { return ChainSettings(); };
    const char* const ceiling = "actuator ceiling: the error known, the chain's curve and caps";
    const char* const elsewhere = "the same, but learned without all music of the packages of these tracks";
    std::vector<AudioRung> rungs{{"tone", "do nothing; loudness only", nothing}, by_rules("tone")};
    const auto add_tone = [&](const char* name, const Diagnosis& diagnosis, const Following& following) {
        rungs.push_back(tone_by(model, name, diagnosis, following));
    };
    const auto tone_of_model = [&](const FaultModel& head) { return opinion_of(model, "tone", head); };
    const auto add_both = [&](const std::string& name, const Diagnosis& diagnosis) {
        add_tone((name + ", without gate").c_str(), diagnosis, in_full);
        add_tone((name + ", with gate").c_str(), gated(model, "tone", diagnosis), in_full_behind_gate);
    };
    const auto& tone = lesson.tone.model;
    add_tone("rules, with gate", gated(model, "tone", rules_tone), in_full_behind_gate);
    add_both("genre's mean curve, half strength", half_way_to_genre(known));
    add_both("Gaussian MAP, no features", tone_of_model(plain_map(comparison.plain.model)));
    add_both("Gaussian MAP, given the features", tone_of_model(plain_map(tone)));
    add_tone("M0 (a line), without gate", tone_of_model(ungated(comparison.line.model)), as_the_tone);
    add_tone("M0 (a line), with gate", tone_of_model(comparison.line.model), as_the_tone);
    add_tone("M1, without gate", tone_of_model(ungated(tone)), as_the_tone);
    rungs.push_back(shipped_rung(model, "tone", "**M1 with gate, as shipped**", false));
    rungs.push_back(shipped_rung(model, "tone", "the same, told the genre that the list has", true));
    rungs.push_back(shipped_rung(apart, "tone", elsewhere, false));
    add_tone(ceiling, the_fault(&Degradation::tone_db), {tone_limits, true});
    rungs.push_back({"tone", "the error undone (oracle)", nothing, true});

    rungs.push_back({"width", "do nothing; loudness only", nothing});
    rungs.push_back(by_rules("width"));
    const auto& width = lesson.width.model;
    const auto add_width = [&](const char* name, const Diagnosis& diagnosis, const Following& following) {
        rungs.push_back(width_by(model, name, diagnosis, following));
    };
    const auto width_of_model = [&](const FaultModel& head) { return opinion_of(model, "width", head); };
    const auto width_map = width_of_model(plain_map(width));
    add_width("rules, with gate", gated(model, "width", rules_width), in_full);
    add_width("Gaussian MAP, given the features, without gate", width_map, in_full);
    add_width("Gaussian MAP, given the features, with gate", gated(model, "width", width_map), in_full);
    add_width("M0 (a line), without gate", width_of_model(ungated(comparison.width_line.model)), as_the_width);
    add_width("M0 (a line), with gate", width_of_model(comparison.width_line.model), as_the_width);
    add_width("M1, without gate", width_of_model(ungated(width)), as_the_width);
    rungs.push_back(shipped_rung(model, "width", "**M1 with gate, as shipped**", false));
    rungs.push_back(shipped_rung(apart, "width", elsewhere, false));
    add_width(ceiling, the_fault(&Degradation::width_db), {width_limits, true});
    rungs.push_back({"width", "the error undone (oracle)", nothing, true});
    return rungs;
}

std::vector<OtherMaster> other_masters(const Shared& model, const Comparison& comparison) {
    const auto at_its_loudness = [model](const Predictor& proposed) {
        return [=](const TrackAnalysis& track, const Target& target) {
            auto prediction = proposed(track, target);
            prediction.loudness = predict_by_model(model, track, target).loudness;
            return prediction;
        };
    };
    const auto with_heads = [model](const FaultModel& tone, const FaultModel& width) {
        auto parts = model->parts();
        parts.tone = tone;
        parts.width = width;
        return
            [altered = std::make_shared<const MasterModel>(std::move(parts))](
                const TrackAnalysis& track, const Target& target) { return predict_by_model(altered, track, target); };
    };
    const auto& parts = model->parts();
    const auto& line = comparison.line.model;
    const auto& width_line = comparison.width_line.model;
    return {{"loudness only", at_its_loudness([](const TrackAnalysis&, const Target&) { return Prediction(); })},
            {"rules", at_its_loudness(predict_by_rules)},
            {"Gaussian MAP, without gate", with_heads(plain_map(parts.tone), plain_map(parts.width))},
            {"M0, without gate", with_heads(ungated(line), ungated(width_line))},
            {"M0, with gate", with_heads(line, width_line)},
            {"M1, without gate", with_heads(ungated(parts.tone), ungated(parts.width))}};
}

}  // namespace burnish::training
