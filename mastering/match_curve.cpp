#include "mastering/match_curve.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "dsp/biquad.h"
#include "mastering/reason_text.h"
#include "mastering/usual_tone.h"

namespace burnish {

namespace {

constexpr double first_knot_hz = 20.0;
constexpr double first_side_knot_hz = 150.0;
constexpr int side_knots = 3;
constexpr double least_gain_db = 0.02;  // that a bell takes off the rms of what is left
constexpr double most_bell_db = 4.0;
constexpr auto bell_qs = std::to_array<double>({0.7, 1.0, 1.5, 2.2});

/// Mean of a response in dB over a third octave, by three points.
template <class Response>
double over_band(double centre_hz, const Response& response_db) {
    double sum_db = 0.0;
    for (const double octaves : {-1.0 / 9.0, 0.0, 1.0 / 9.0}) sum_db += response_db(centre_hz * std::exp2(octaves));
    return sum_db / 3.0;
}

template <int knots>
double knot_response_db(int knot, double first_hz, double ratio, double frequency_hz) {
    std::array<double, knots> levels_db{};
    levels_db[static_cast<std::size_t>(knot)] = 1.0;
    return LevelCurve(levels_db, first_hz, ratio).level_db(frequency_hz);
}

/// What every knot of the mid's curve does to every band: bands x knots.
template <int knots>
Eigen::MatrixXd knot_responses_db() {
    Eigen::MatrixXd response(static_cast<Eigen::Index>(third_octaves_hz.size()), knots);
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band)
        for (int knot = 0; knot < knots; ++knot)
            response(static_cast<Eigen::Index>(band), knot) = over_band(third_octaves_hz[band], [&](double hz) {
                return knot_response_db<knots>(knot, first_knot_hz, 2.0, hz);
            });
    return response;
}

struct BellMembers {
    double Equalizer::Settings::*frequency_hz;
    double Equalizer::Settings::*gain_db;
    double Equalizer::Settings::*q;
};
constexpr auto bell_members = std::to_array<BellMembers>({
    {&Equalizer::Settings::bell_1_hz, &Equalizer::Settings::bell_1_db, &Equalizer::Settings::bell_1_q},
    {&Equalizer::Settings::bell_2_hz, &Equalizer::Settings::bell_2_db, &Equalizer::Settings::bell_2_q},
    {&Equalizer::Settings::bell_3_hz, &Equalizer::Settings::bell_3_db, &Equalizer::Settings::bell_3_q},
    {&Equalizer::Settings::bell_4_hz, &Equalizer::Settings::bell_4_db, &Equalizer::Settings::bell_4_q},
});

}  // namespace

void ToneMatcher::add(const SpectrumDifference& missing) {
    const auto before = *this;
    solve(missing);
    while (bells_used_ < max_bells) {
        // With one more to share it, what is missing is shared anew: what counts is what is left then.
        ToneMatcher best = *this;
        double least_left_db = left_db(missing, before) - least_gain_db;
        for (const double frequency_hz : third_octaves_hz)
            for (const double q : bell_qs) {
                if (frequency_hz < 40.0 || frequency_hz > std::min(16000.0, 0.4 * sample_rate_hz_)) continue;
                auto trial = *this;
                trial.knots_db_ = before.knots_db_;
                for (std::size_t i = 0; i < bells_.size(); ++i) trial.bells_[i].gain_db = before.bells_[i].gain_db;
                trial.bells_[static_cast<std::size_t>(trial.bells_used_++)] = {frequency_hz, q, 0.0};
                trial.solve(missing);
                const double trial_left_db = trial.left_db(missing, before);
                if (trial_left_db >= least_left_db) continue;
                least_left_db = trial_left_db;
                best = trial;
            }
        if (best.bells_used_ == bells_used_) return;
        *this = best;
    }
}

double ToneMatcher::left_db(const SpectrumDifference& missing, const ToneMatcher& before) const {
    double mean_db = 0.0;
    double squares = 0.0;
    double weights = 0.0;
    for (std::size_t b = 0; b < third_octaves_hz.size(); ++b) {
        if (missing.weight[b] <= 0.0) continue;
        const double left = missing.gain_db[b] - gain_db(third_octaves_hz[b]) + before.gain_db(third_octaves_hz[b]);
        mean_db += missing.weight[b] * left;
        squares += missing.weight[b] * left * left;
        weights += missing.weight[b];
    }
    if (weights <= 0.0) return 0.0;
    mean_db /= weights;
    return std::sqrt(std::max(0.0, squares / weights - mean_db * mean_db));
}

double ToneMatcher::gain_db(double frequency_hz) const {
    double sum_db = LevelCurve(knots_db_, first_knot_hz, 2.0).level_db(frequency_hz);
    for (int i = 0; i < bells_used_; ++i) {
        const auto& bell = bells_[static_cast<std::size_t>(i)];
        sum_db += magnitude_db(burnish::bell(bell.frequency_hz, bell.q, bell.gain_db, sample_rate_hz_), frequency_hz,
                               sample_rate_hz_);
    }
    return sum_db;
}

// The free level is a column of its own, and leaves the gains as small as they can be.
void ToneMatcher::solve(const SpectrumDifference& missing) {
    constexpr double size_ridge = 0.001;
    constexpr double step_ridge = 0.003;
    constexpr double bell_ridge = 0.01;
    const int bands = static_cast<int>(third_octaves_hz.size());
    const int columns = knots + bells_used_ + 1;
    static const auto of_knots = knot_responses_db<knots>();
    Eigen::MatrixXd response(bands, columns);
    Eigen::VectorXd target(bands);
    Eigen::VectorXd weight(bands);
    for (int b = 0; b < bands; ++b) {
        const auto band = static_cast<std::size_t>(b);
        for (int knot = 0; knot < knots; ++knot) response(b, knot) = of_knots(b, knot);
        for (int i = 0; i < bells_used_; ++i) {
            const auto& bell = bells_[static_cast<std::size_t>(i)];
            response(b, knots + i) = over_band(third_octaves_hz[band], [&](double hz) {
                return magnitude_db(burnish::bell(bell.frequency_hz, bell.q, 1.0, sample_rate_hz_), hz,
                                    sample_rate_hz_);
            });
        }
        response(b, columns - 1) = 1.0;
        target(b) = missing.gain_db[band];
        weight(b) = missing.weight[band];
    }
    if (weight.sum() <= 0.0) return;
    Eigen::MatrixXd normal = response.transpose() * weight.asDiagonal() * response;
    for (int knot = 0; knot < knots; ++knot) {
        normal(knot, knot) += size_ridge;
        if (knot + 1 == knots) continue;
        normal(knot, knot) += step_ridge;
        normal(knot + 1, knot + 1) += step_ridge;
        normal(knot, knot + 1) -= step_ridge;
        normal(knot + 1, knot) -= step_ridge;
    }
    for (int i = 0; i < bells_used_; ++i) normal(knots + i, knots + i) += bell_ridge;
    normal(columns - 1, columns - 1) += 1e-9;
    const Eigen::VectorXd gains = normal.ldlt().solve(response.transpose() * weight.asDiagonal() * target);
    for (int knot = 0; knot < knots; ++knot) knots_db_[static_cast<std::size_t>(knot)] += gains(knot);
    for (int i = 0; i < bells_used_; ++i) {
        auto& bell = bells_[static_cast<std::size_t>(i)];
        bell.gain_db = std::clamp(bell.gain_db + gains(knots + i), -most_bell_db, most_bell_db);
    }
}

void ToneMatcher::write(double amount, double cap_db, double highest_hz, ToneCurve::Settings& tone,
                        Equalizer::Settings& eq) const {
    constexpr double end_cap_db = 4.0;  // the ends carry rumble and hiss
    for (int knot = 0; knot < knots; ++knot) {
        const bool is_end = knot == 0 || knot == knots - 1;
        const double most_db = is_end ? std::min(end_cap_db, cap_db) : cap_db;
        double gain = std::clamp(knots_db_[static_cast<std::size_t>(knot)], -most_db, most_db);
        if (tone_knot_hz(knot) > highest_hz) gain = std::min(gain, 0.0);
        tone.*mid_tone_knots[static_cast<std::size_t>(knot)] = two_decimals(amount * gain);
    }
    for (int i = 0; i < bells_used_; ++i) {
        const auto& bell = bells_[static_cast<std::size_t>(i)];
        const auto& members = bell_members[static_cast<std::size_t>(i)];
        const double gain = two_decimals(amount * bell.gain_db);
        if (gain == 0.0 || (bell.frequency_hz > highest_hz && gain > 0.0)) continue;
        eq.*members.frequency_hz = bell.frequency_hz;
        eq.*members.q = bell.q;
        eq.*members.gain_db = gain;
    }
}

std::array<double, 3> fit_side(const SpectrumDifference& wanted) {
    constexpr double size_ridge = 0.01;
    const int bands = static_cast<int>(third_octaves_hz.size());
    Eigen::MatrixXd response(bands, side_knots);
    Eigen::VectorXd target(bands);
    Eigen::VectorXd weight(bands);
    for (int b = 0; b < bands; ++b) {
        const auto band = static_cast<std::size_t>(b);
        for (int knot = 0; knot < side_knots; ++knot)
            response(b, knot) = knot_response_db<side_knots>(knot, first_side_knot_hz, 8.0, third_octaves_hz[band]);
        target(b) = wanted.gain_db[band];
        weight(b) = wanted.weight[band];
    }
    const Eigen::MatrixXd normal = response.transpose() * weight.asDiagonal() * response +
                                   size_ridge * Eigen::MatrixXd::Identity(side_knots, side_knots);
    const Eigen::VectorXd gains = normal.ldlt().solve(response.transpose() * weight.asDiagonal() * target);
    return {gains(0), gains(1), gains(2)};
}

}  // namespace burnish
