#include "training/judge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "mastering/corrections.h"
#include "mastering/rule_predictor.h"
#include "mastering/usual_tone.h"

namespace burnish::training {

using Eigen::Index;
using Eigen::VectorXd;

namespace {

LadderRow bare(std::string name, Judge judge) {
    return {std::move(name), [judge = std::move(judge)](std::size_t index, const Degradation& fault) {
                return VectorXd(-judge(index, fault.tone_db).error);
            }};
}

/// The fault put into the levels that the rules read.
TrackAnalysis with_fault(TrackAnalysis track, const Degradation& fault) {
    const auto level_at = [&](double hz) {
        int above = 0;
        while (above < tone_bands && bark_bands_hz[static_cast<std::size_t>(above)] < hz) ++above;
        if (above == 0) return fault.tone_db(0);
        if (above == tone_bands) return fault.tone_db(tone_bands - 1);
        const double low = bark_bands_hz[static_cast<std::size_t>(above - 1)];
        const double high = bark_bands_hz[static_cast<std::size_t>(above)];
        const double along = std::log(hz / low) / std::log(high / low);
        return fault.tone_db(above - 1) + along * (fault.tone_db(above) - fault.tone_db(above - 1));
    };
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band)
        track.third_octave.mid_mean_db[band] += level_at(third_octaves_hz[band]);
    return track;
}

}  // namespace

double highest_hz(const TrackAnalysis& track) { return track.codec_cutoff_hz > 0.0 ? track.codec_cutoff_hz : 20000.0; }

FaultOpinion Judge::operator()(std::size_t index, const VectorXd& error_db) const {
    const auto row = static_cast<Index>(index);
    return model.judge_excess(fit->excess.row(row).transpose() + error_db, fit->measured[index], fit->doubt(row));
}

Judge judge_of(const FaultFit& fit, const std::vector<double>& trust) { return {&fit, fit.model, trust}; }

FaultModel ungated(const FaultModel& model) {
    auto parts = model.parts();
    parts.priors(0) = 1e-9;
    return FaultModel(std::move(parts));
}

Judge ungated(Judge judge) {
    judge.model = ungated(judge.model);
    return judge;
}

FaultModel plain_map(const FaultModel& model) {
    auto parts = model.parts();
    parts.error_sizes_db = Eigen::Vector2d(0.0, 3.0);
    parts.priors = Eigen::Vector2d(1e-9, 1.0);
    parts.degrees_of_freedom = 1e6;
    return FaultModel(std::move(parts));
}

Judge plain_map(Judge judge) {
    judge.model = plain_map(judge.model);
    return judge;
}

std::vector<double> trusts_of(const Lesson& lesson) {
    const auto model = model_of(lesson);
    std::vector<double> trust;
    for (const auto* features : {&lesson.table.standardized, &lesson.table.spoiled})
        for (Index i = 0; i < features->rows(); ++i)
            trust.push_back(model.trust(features->row(i).transpose(), lesson.table.cutoffs_hz[trust.size()]));
    return trust;
}

std::vector<Subject> subjects_of(std::span<const Example> examples, const FaultFit& fit,
                                 const std::vector<int>& cluster) {
    std::vector<Subject> subjects;
    for (std::size_t i = 0; i < examples.size(); ++i)
        if (fit.measured[i].heard.count() >= 3) subjects.push_back({i, cluster[i], fit.measured[i]});
    return subjects;
}

LadderRow shipped(std::string name, Judge judge, std::span<const Example> examples) {
    return {std::move(name), [judge = std::move(judge), examples](std::size_t index, const Degradation& fault) {
                return tone_correction(judge(index, fault.tone_db), judge.trust[index], 1.0,
                                       highest_hz(examples[index].analysis))
                    .bands_db;
            }};
}

std::vector<LadderRow> tone_rows(const Lesson& lesson, const Comparison& comparison, std::span<const Example> known) {
    const auto trust = trusts_of(lesson);
    const auto& measured = lesson.tone.measured;
    VectorXd mean = VectorXd::Zero(tone_bands);
    std::map<std::string, std::pair<VectorXd, double>> genres;
    for (std::size_t i = 0; i < known.size(); ++i) {
        mean += measured[i].values / static_cast<double>(known.size());
        auto& [sum, count] =
            genres.emplace(known[i].row.genre, std::pair{VectorXd(VectorXd::Zero(tone_bands)), 0.0}).first->second;
        sum += measured[i].values;
        count += 1.0;
    }
    const auto towards = [measured](const VectorXd& wanted, std::size_t index, const Degradation& fault) {
        return VectorXd(wanted - measured[index].values - fault.tone_db);
    };
    return {
        {"do nothing; loudness only",
         [](std::size_t, const Degradation& fault) { return VectorXd(0.0 * fault.tone_db); }},
        {"mean curve, full strength",
         [=](std::size_t index, const Degradation& fault) { return towards(mean, index, fault); }},
        {"genre's mean curve, half strength",
         [=](std::size_t index, const Degradation& fault) {
             const auto& [sum, count] = genres.at(known[index].row.genre);
             return VectorXd(0.5 * towards(sum / count, index, fault));
         }},
        {"rules",
         [known](std::size_t index, const Degradation& fault) {
             const auto prediction = predict_by_rules(with_fault(known[index].analysis, fault), {});
             std::array<double, tone_knots> knots_db{};
             for (std::size_t knot = 0; knot < knots_db.size(); ++knot)
                 knots_db[knot] = prediction.settings.tone.*mid_tone_knots[knot];
             const LevelCurve curve(knots_db, tone_knot_hz(0), 2.0);
             VectorXd bands(tone_bands);
             for (int b = 0; b < tone_bands; ++b) bands(b) = curve.level_db(bark_bands_hz[static_cast<std::size_t>(b)]);
             return bands;
         }},
        bare("Gaussian MAP, no features", plain_map(judge_of(comparison.plain, trust))),
        bare("Gaussian MAP, given the features", plain_map(judge_of(lesson.tone, trust))),
        bare("M1 (a network on top) without gate and dead zone", ungated(judge_of(lesson.tone, trust))),
        bare("M1 with gate, no dead zone", judge_of(lesson.tone, trust)),
        shipped("M0 (a line), without gate", ungated(judge_of(comparison.line, trust)), known),
        shipped("M0 (a line), with gate", judge_of(comparison.line, trust), known),
        shipped("M1, without gate", ungated(judge_of(lesson.tone, trust)), known),
        shipped("**M1 with gate, as shipped**", judge_of(lesson.tone, trust), known),
        shipped("kernel regression on top (not to be shipped)", judge_of(comparison.kernel, trust), known),
        {"actuator ceiling: the error known, the chain's curve and caps",
         [known](std::size_t index, const Degradation& fault) {
             FaultOpinion opinion;
             opinion.error = fault.tone_db;
             opinion.clean_probability = 0.0;
             return tone_correction(opinion, 1.0, 1.0, highest_hz(known[index].analysis)).bands_db;
         }},
        {"the error undone (oracle)", [](std::size_t, const Degradation& fault) { return VectorXd(-fault.tone_db); }},
    };
}

FaultFit judged_by(const MasterModel& model, const ModelHead& head, std::span<const Example> examples,
                   std::vector<double>& trust) {
    const auto tracks = examples.size();
    const bool has_spoiled =
        std::ranges::all_of(examples, [](const Example& example) { return example.spoiled.has_value(); });
    FaultFit fit;
    fit.model = model.parts().*head.model;
    fit.excess.resize(static_cast<Index>(has_spoiled ? 2 * tracks : tracks), fit.model.size());
    fit.doubt.resize(fit.excess.rows());
    trust.clear();
    for (const auto& example : examples) fit.measured.push_back(head.measure(example.analysis));
    for (Index row = 0; row < fit.excess.rows(); ++row) {
        const auto i = static_cast<std::size_t>(row) % tracks;
        const auto& example = examples[i];
        const bool is_spoiled = static_cast<std::size_t>(row) >= tracks;
        const auto& analysis = is_spoiled ? example.spoiled->analysis : example.analysis;
        const auto features =
            model.standardized(is_spoiled ? example.spoiled->features : example.features, balance_of(analysis));
        fit.excess.row(row) = (fit.measured[i].values - fit.model.expected(features)).transpose();
        fit.doubt(row) = fit.model.doubt(features);
        trust.push_back(model.trust(features, analysis.codec_cutoff_hz));
    }
    return fit;
}

}  // namespace burnish::training
