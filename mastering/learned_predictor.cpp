#include "mastering/learned_predictor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>

#include "mastering/rule_predictor.h"

namespace burnish {

namespace {

constexpr double dead_zone_db = 0.4;
constexpr double cap_db = 4.0;
constexpr double least_gain_db = 0.1;
constexpr double least_rate_hz = 30000.0;
constexpr int knots = 11;
constexpr double first_knot_hz = 20.0;

double knot_hz(int knot) { return first_knot_hz * std::exp2(knot); }

/// From gains of the Bark bands to the knots whose spline comes nearest to them, with as little bending as that leaves.
Eigen::MatrixXd knots_from_bands() {
    Eigen::MatrixXd spline(tone_bands, knots);
    for (int knot = 0; knot < knots; ++knot) {
        std::array<double, knots> levels_db{};
        levels_db[static_cast<std::size_t>(knot)] = 1.0;
        const LevelCurve curve(levels_db, first_knot_hz, 2.0);
        for (int b = 0; b < tone_bands; ++b)
            spline(b, knot) = curve.level_db(bark_bands_hz[static_cast<std::size_t>(b)]);
    }
    Eigen::MatrixXd bend = Eigen::MatrixXd::Zero(knots - 1, knots);
    for (int knot = 0; knot + 1 < knots; ++knot) {
        bend(knot, knot) = -1.0;
        bend(knot, knot + 1) = 1.0;
    }
    constexpr double smoothing = 0.02;
    return (spline.transpose() * spline + smoothing * bend.transpose() * bend).ldlt().solve(spline.transpose());
}

std::string reason_text(double gain_db, int knot, double excess_db, double deviation_db, double strangeness) {
    std::array<char, 256> text{};
    std::snprintf(text.data(), text.size(),
                  "%.1f dB %s at %.0f Hz: %.1f dB %s what tracks that sound like this one have, give or take %.1f dB%s",
                  std::abs(gain_db), gain_db < 0.0 ? "less" : "more", knot_hz(knot), std::abs(excess_db),
                  excess_db > 0.0 ? "above" : "below", deviation_db,
                  strangeness > 0.0 ? "; held back, since few tracks sound like it" : "");
    return text.data();
}

}  // namespace

Prediction predict_by_model(const ToneModel& model, const TrackAnalysis& track, const Target& target) {
    auto prediction = predict_by_rules(track, target);
    const double amount = amount_of(target, Dimension::tone);
    if (amount <= 0.0 || track.integrated_lufs <= silence_db || track.sample_rate_hz < least_rate_hz) return prediction;
    prediction.settings.tone = {};
    std::erase_if(prediction.decisions,
                  [](const Decision& decision) { return decision.parameter.starts_with("tone."); });

    static const Eigen::MatrixXd to_knots = knots_from_bands();
    const auto opinion = model.judge(track);
    Eigen::VectorXd gain(tone_bands), excess(tone_bands), deviation(tone_bands);
    for (int b = 0; b < tone_bands; ++b) {
        const double error_db = opinion.error_db[static_cast<std::size_t>(b)];
        gain(b) = -std::copysign(std::max(0.0, std::abs(error_db) - dead_zone_db), error_db);
        excess(b) = opinion.excess_db[static_cast<std::size_t>(b)];
        deviation(b) = opinion.deviation_db[static_cast<std::size_t>(b)];
    }
    const Eigen::VectorXd knot_gain = to_knots * gain * opinion.trust * amount;
    const Eigen::VectorXd knot_excess = to_knots * excess;
    const Eigen::VectorXd knot_deviation = to_knots * deviation;
    const double highest_hz = track.codec_cutoff_hz > 0.0 ? track.codec_cutoff_hz : 20000.0;

    std::vector<Decision> decisions;
    int knot = 0;
    for (const auto& param : ToneCurve::params) {
        if (knot == knots) break;  // the mid's knots come first
        double gain_db = std::clamp(knot_gain(knot), -cap_db, cap_db);
        if (knot < 2 || knot_hz(knot) > 0.7 * highest_hz) gain_db = std::min(gain_db, 0.0);
        gain_db = std::round(gain_db * 100.0) / 100.0;
        if (std::abs(gain_db) >= least_gain_db) {
            prediction.settings.tone.*param.member = gain_db;
            const double deviation_db = std::max(0.0, knot_deviation(knot));
            decisions.push_back({"tone." + std::string(param.name), gain_db,
                                 std::abs(gain_db) / (std::abs(gain_db) + deviation_db),
                                 reason_text(gain_db, knot, knot_excess(knot), deviation_db, 1.0 - opinion.trust)});
        }
        ++knot;
    }
    // In signal order: only the repair comes first.
    const auto behind_repair = std::ranges::find_if(
        prediction.decisions, [](const Decision& decision) { return !decision.parameter.starts_with("repair."); });
    prediction.decisions.insert(behind_repair, decisions.begin(), decisions.end());
    return prediction;
}

Result<Predictor> learned_predictor() {
    static const Result<std::shared_ptr<const ToneModel>> model = []() -> Result<std::shared_ptr<const ToneModel>> {
        constexpr std::string_view where = "the built-in model";
        auto file = parse_model(where, embedded_model());
        if (!file) return file.error();
        auto made = ToneModel::from(where, *file);
        if (!made) return made.error();
        return std::make_shared<const ToneModel>(*std::move(made));
    }();
    if (!model) return model.error();
    return Predictor([kept = model.value()](const TrackAnalysis& track, const Target& target) {
        return predict_by_model(*kept, track, target);
    });
}

Prediction predict_nothing(const TrackAnalysis& /*track*/, const Target& /*target*/) { return {}; }

}  // namespace burnish
