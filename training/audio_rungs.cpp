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

double trust_in(const MasterModel& model, const TrackAnalysis& track) {
    return model.trust(model.standardized(track), track.codec_cutoff_hz);
}

/// The tone by a diagnosis.
AudioRung tone_by(const Shared& model, std::string name, const Diagnosis& diagnosis, const Following& following) {
    return {
        "tone", std::move(name), [=](const TrackAnalysis& faulty, const Example& original, const Degradation& fault) {
            const double trust = following.trusts_all ? 1.0 : trust_in(*model, faulty);
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
            const double trust = following.trusts_all ? 1.0 : trust_in(*model, faulty);
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
    opinion.error = -tone_gains(predict_by_rules(faulty, {}).settings);
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

/// Half of the way to the mean of the track's genre, by whatever name the list gives it.
Diagnosis half_way_to_genre(std::string_view head, std::span<const Example> known) {
    struct Mean {
        VectorXd sum, count;
    };
    const auto measure = head_named(head).measure;
    std::map<std::string, Mean> means;
    for (const auto& example : known) {
        const auto measured = measure(example.analysis);
        const VectorXd heard = measured.heard.cast<double>();
        for (const auto& name : {example.row.genre, std::string()}) {
            auto& [sum, count] =
                means.emplace(name, Mean{VectorXd::Zero(heard.size()), VectorXd::Constant(heard.size(), 1e-9)})
                    .first->second;
            sum += measured.values.cwiseProduct(heard);
            count += heard;
        }
    }
    return [=, means = std::move(means)](const TrackAnalysis& faulty, const Example& original, const Degradation&) {
        const auto found = means.find(original.row.genre);
        const auto& [sum, count] = found != means.end() ? found->second : means.at("");
        const auto measured = measure(faulty);
        FaultOpinion opinion;
        opinion.error = 0.5 * measured.heard.select(measured.values.array() - sum.array() / count.array(), 0.0);
        return opinion;
    };
}

constexpr std::string_view ceiling_name = "actuator ceiling: the error known, the chain's curve and caps";
constexpr std::string_view genre_name = "genre's mean curve, half strength";
constexpr std::string_view map_name = "Gaussian MAP, given the features";

}  // namespace

std::vector<AudioRung> audio_rungs(const Shared& model, const Shared& apart, const Lesson& lesson,
                                   const Comparison& comparison, std::span<const Example> known) {
    const auto nothing = [](const TrackAnalysis&, const Example&, const Degradation&) { return ChainSettings(); };
    const char* const elsewhere = "the same, but learned without all music of the packages of these tracks";
    std::vector<AudioRung> rungs{{"tone", "do nothing; loudness only", nothing}, by_rules("tone")};
    const auto add_tone = [&](std::string_view name, const Diagnosis& diagnosis, const Following& following) {
        rungs.push_back(tone_by(model, std::string(name), diagnosis, following));
    };
    const auto tone_of_model = [&](const FaultModel& head) { return opinion_of(model, "tone", head); };
    const auto add_both = [&](std::string_view name, const Diagnosis& diagnosis) {
        add_tone(std::string(name) + ", without gate", diagnosis, in_full);
        add_tone(std::string(name) + ", with gate", gated(model, "tone", diagnosis), in_full_behind_gate);
    };
    const auto& tone = lesson.tone.model;
    add_tone("rules, with gate", gated(model, "tone", rules_tone), in_full_behind_gate);
    add_both(genre_name, half_way_to_genre("tone", known));
    add_both("Gaussian MAP, no features", tone_of_model(plain_map(comparison.plain.model)));
    add_both(map_name, tone_of_model(plain_map(tone)));
    add_tone("M0 (a line), without gate", tone_of_model(ungated(comparison.line.model)), as_the_tone);
    add_tone("M0 (a line), with gate", tone_of_model(comparison.line.model), as_the_tone);
    add_tone("M1, without gate", tone_of_model(ungated(tone)), as_the_tone);
    rungs.push_back(shipped_rung(model, "tone", "**M1 with gate, as shipped**", false));
    rungs.push_back(shipped_rung(model, "tone", "the same, told the genre that the list has", true));
    rungs.push_back(shipped_rung(apart, "tone", elsewhere, false));
    add_tone(ceiling_name, the_fault(&Degradation::tone_db), {tone_limits, true});
    rungs.push_back({"tone", "the error undone (oracle)", nothing, true});

    rungs.push_back({"width", "do nothing; loudness only", nothing});
    rungs.push_back(by_rules("width"));
    const auto& width = lesson.width.model;
    const auto add_width = [&](std::string_view name, const Diagnosis& diagnosis, const Following& following) {
        rungs.push_back(width_by(model, std::string(name), diagnosis, following));
    };
    const auto add_both_widths = [&](std::string_view name, const Diagnosis& diagnosis) {
        add_width(std::string(name) + ", without gate", diagnosis, in_full);
        add_width(std::string(name) + ", with gate", gated(model, "width", diagnosis), in_full);
    };
    const auto width_of_model = [&](const FaultModel& head) { return opinion_of(model, "width", head); };
    add_width("rules, with gate", gated(model, "width", rules_width), in_full);
    add_both_widths(genre_name, half_way_to_genre("width", known));
    add_both_widths("Gaussian MAP, no features", width_of_model(plain_map(comparison.width_plain.model)));
    add_both_widths(map_name, width_of_model(plain_map(width)));
    add_width("M0 (a line), without gate", width_of_model(ungated(comparison.width_line.model)), as_the_width);
    add_width("M0 (a line), with gate", width_of_model(comparison.width_line.model), as_the_width);
    add_width("M1, without gate", width_of_model(ungated(width)), as_the_width);
    rungs.push_back(shipped_rung(model, "width", "**M1 with gate, as shipped**", false));
    rungs.push_back(shipped_rung(apart, "width", elsewhere, false));
    add_width(ceiling_name, the_fault(&Degradation::width_db), {width_limits, true});
    rungs.push_back({"width", "the error undone (oracle)", nothing, true});
    return rungs;
}

std::vector<OtherMaster> other_masters(const Shared& model, const Comparison& comparison,
                                       std::span<const AudioRung> rungs) {
    using Propose = decltype(OtherMaster::propose);
    const auto at_its_loudness = [model](const Predictor& proposed) -> Propose {
        return [=](const TrackAnalysis& track, const Target& target, const Example&, const Degradation&) {
            auto prediction = proposed(track, target);
            prediction.loudness = predict_by_model(model, track, target).loudness;
            return prediction;
        };
    };
    const auto with_heads = [model](const FaultModel& tone, const FaultModel& width) -> Propose {
        auto parts = model->parts();
        parts.tone = tone;
        parts.width = width;
        return [altered = std::make_shared<const MasterModel>(std::move(parts))](
                   const TrackAnalysis& track, const Target& target, const Example&, const Degradation&) {
            return predict_by_model(altered, track, target);
        };
    };
    const auto by_rungs = [&](const std::string& name) -> OtherMaster {
        const auto of = [&](std::string_view head) {
            return std::ranges::find_if(rungs, [&](const auto& rung) { return rung.head == head && rung.name == name; })
                ->choose;
        };
        return {name, [model, tone = of("tone"), width = of("width"), knows_the_fault = name == ceiling_name](
                          const TrackAnalysis& track, const Target& target, const Example& original,
                          const Degradation& fault) {
                    auto prediction = predict_by_model(model, track, target);
                    prediction.settings.tone = only("tone", tone(track, original, fault)).tone;
                    const auto side = only("width", width(track, original, fault));
                    prediction.settings.width = side.width;
                    for (const auto knot : side_tone_knots) prediction.settings.tone.*knot = side.tone.*knot;
                    // A ceiling knows how dense the master was, too.
                    if (knows_the_fault && prediction.loudness)
                        prediction.loudness->value =
                            std::clamp(target.ceiling_dbtp - original.analysis.plr_db, -30.0, -5.0);
                    prediction.misfit = nullptr;  // what is known, or meant, is not weighed
                    return prediction;
                }};
    };
    const auto& parts = model->parts();
    const auto& line = comparison.line.model;
    const auto& width_line = comparison.width_line.model;
    return {{"loudness only", at_its_loudness([](const TrackAnalysis&, const Target&) { return Prediction(); })},
            {"rules", at_its_loudness(predict_by_rules)},
            by_rungs("rules, with gate"),
            by_rungs(std::string(genre_name) + ", with gate"),
            {"Gaussian MAP, without gate", with_heads(plain_map(parts.tone), plain_map(parts.width))},
            by_rungs(std::string(map_name) + ", with gate"),
            {"M0, without gate", with_heads(ungated(line), ungated(width_line))},
            {"M0, with gate", with_heads(line, width_line)},
            {"M1, without gate", with_heads(ungated(parts.tone), ungated(parts.width))},
            by_rungs(std::string(ceiling_name))};
}

}  // namespace burnish::training
