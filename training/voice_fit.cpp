#include "training/voice_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "mixing/panning.h"
#include "training/kind_fit.h"

namespace burnish::training {

namespace {

constexpr double ridge = 2.0;  // songs' worth of no correction
constexpr int passes = 12;
// What is missed by more than that pulls no harder: some parts are meant to be odd.
constexpr double usual_miss_lu = 2.0;
constexpr double usual_miss_pan = 0.1;
constexpr double usual_oddity = 2.0;     // natural logarithm
constexpr double least_oddity_lu = 0.3;  // no voice is that sure
constexpr auto count = static_cast<Eigen::Index>(voice_feature_count);

/// Features of a song's voices, and what the rules miss of each; of those that count.
struct Lesson {
    std::vector<VoiceFeatures> features;
    std::vector<double> missed;
};

/// Levels are known up to a constant of the song.
Lesson balance_lesson(const MixSong& song) {
    const auto voices = voices_of_song(song, song.measures);
    const auto expected = expected_by_rules(voices);
    Lesson lesson{voice_features(voices), {}};
    double mean = 0.0;
    for (std::size_t i = 0; i < voices.size(); ++i) {
        lesson.missed.push_back(voices[i].lufs - expected[i].loudness_lu);
        mean += lesson.missed.back() / static_cast<double>(voices.size());
    }
    for (auto& missed : lesson.missed) missed -= mean;
    return lesson;
}

/// Of what may leave the centre.
Lesson pan_lesson(const MixSong& song) {
    const auto voices = voices_of_song(song, song.measures);
    const auto features = voice_features(voices);
    const auto widths = widths_by_rules(voices);
    Lesson lesson;
    for (std::size_t i = 0; i < voices.size(); ++i) {
        if (widths[i] <= 0.0) continue;
        lesson.features.push_back(features[i]);
        lesson.missed.push_back(pan_distance(voices[i]) - widths[i]);
    }
    return lesson;
}

VoiceFeatures deviations(const std::vector<Lesson>& lessons, std::span<const std::size_t> chosen) {
    VoiceFeatures deviation{};
    double weight_sum = 0.0;
    for (const auto s : chosen)
        for (const auto& features : lessons[s].features) {
            const double weight = 1.0 / static_cast<double>(lessons[s].features.size());
            weight_sum += weight;
            for (std::size_t k = 0; k < voice_feature_count; ++k) deviation[k] += weight * features[k] * features[k];
        }
    for (auto& value : deviation) value = std::sqrt(value / std::max(weight_sum, 1.0));
    return deviation;
}

struct Line {
    FeatureWeights weights;
    double bias = 0.0;
};

/// Huber's loss by reweighing, with a ridge on all but the bias.
Line fit(const std::vector<Lesson>& lessons, std::span<const std::size_t> chosen, double usual_miss, bool has_bias) {
    Line line;
    line.weights.deviation = deviations(lessons, chosen);
    Eigen::VectorXd solution = Eigen::VectorXd::Zero(count + 1);
    for (int pass = 0; pass < passes; ++pass) {
        Eigen::MatrixXd normal = ridge * Eigen::MatrixXd::Identity(count + 1, count + 1);
        if (has_bias) normal(count, count) = 1e-9;
        Eigen::VectorXd right = Eigen::VectorXd::Zero(count + 1);
        for (const auto s : chosen)
            for (std::size_t i = 0; i < lessons[s].features.size(); ++i) {
                const auto scaled = line.weights.standardized(lessons[s].features[i]);
                Eigen::VectorXd z(count + 1);
                z << Eigen::Map<const Eigen::VectorXd>(scaled.data(), count), has_bias ? 1.0 : 0.0;
                const double left = std::abs(lessons[s].missed[i] - z.dot(solution));
                const double weight = (pass == 0 ? 1.0 : usual_miss / std::max(left, usual_miss)) /
                                      static_cast<double>(lessons[s].features.size());
                normal += weight * z * z.transpose();
                right += weight * lessons[s].missed[i] * z;
            }
        solution = normal.ldlt().solve(right);
    }
    for (Eigen::Index k = 0; k < count; ++k) line.weights.weights[static_cast<std::size_t>(k)] = solution(k);
    line.bias = solution(count);
    return line;
}

double left_of(const Lesson& lesson, std::size_t i, const Line& line) {
    return lesson.missed[i] - line.bias - line.weights.correction(lesson.features[i]);
}

/// What a model leaves of each voice, as the logarithm of its size: how odd such voices are.
std::vector<Lesson> oddities(const std::vector<Lesson>& lessons, const BalanceModel& model) {
    auto odd = lessons;
    for (auto& lesson : odd)
        for (std::size_t i = 0; i < lesson.features.size(); ++i)
            lesson.missed[i] =
                std::log(std::abs(lesson.missed[i] - model.correction_lu(lesson.features[i])) + least_oddity_lu);
    return odd;
}

BalanceModel balance_from(const std::vector<Lesson>& lessons, std::span<const std::size_t> chosen) {
    std::vector<KindLesson> voices;
    for (const auto s : chosen)
        for (std::size_t i = 0; i < lessons[s].features.size(); ++i)
            voices.push_back(
                {lessons[s].features[i], lessons[s].missed[i], 1.0 / static_cast<double>(lessons[s].features.size())});
    FeatureWeights line;
    line.deviation = deviations(lessons, chosen);
    auto model = fit_kinds(voices, line, usual_miss_lu);
    model.spread = fit(oddities(lessons, model), chosen, usual_oddity, true).weights;
    return model;
}

PanModel pan_of(const Line& line) {
    PanModel model;
    static_cast<FeatureWeights&>(model) = line.weights;
    model.bias = line.bias;
    return model;
}

}  // namespace

double pan_distance(const Voice& voice) noexcept {
    return std::abs(std::atan2(std::sqrt(voice.right_power), std::sqrt(voice.left_power)) * 4.0 / std::numbers::pi -
                    1.0);
}

HeldOut fit_held_out(std::span<const MixSong> songs) {
    std::vector<Lesson> levels, pans;
    for (const auto& song : songs) {
        levels.push_back(balance_lesson(song));
        pans.push_back(pan_lesson(song));
    }
    HeldOut result;
    result.balance.resize(songs.size());
    result.pan.resize(songs.size());
    double departure = 0.0, distance = 0.0, level_weights = 0.0, pan_weights = 0.0;
    for (const auto& [author, held] : songs_by_author(songs)) {
        std::vector<std::size_t> others;
        for (std::size_t s = 0; s < songs.size(); ++s)
            if (!held.contains(s) && songs[s].set != "frets") others.push_back(s);
        const auto balance = balance_from(levels, others);
        const auto pan = fit(pans, others, usual_miss_pan, true);
        for (const auto s : held) {
            result.balance[s] = balance;
            result.pan[s] = pan_of(pan);
            if (songs[s].set == "frets") continue;
            for (std::size_t i = 0; i < levels[s].features.size(); ++i) {
                const auto& features = levels[s].features[i];
                const double left = levels[s].missed[i] - balance.correction_lu(features);
                const double weight = 1.0 / static_cast<double>(levels[s].features.size());
                departure += weight * std::abs(left) / balance.relative_spread(features);
                level_weights += weight;
            }
            for (std::size_t i = 0; i < pans[s].features.size(); ++i) {
                const double weight = 1.0 / static_cast<double>(pans[s].features.size());
                distance += weight * std::abs(left_of(pans[s], i, pan));
                pan_weights += weight;
            }
        }
    }
    // The scale of Student's t with four degrees of freedom is its mean magnitude.
    result.spread_lu = departure / std::max(level_weights, 1.0);
    result.pan_error = distance / std::max(pan_weights, 1.0);
    for (auto& model : result.balance) model.spread_lu = result.spread_lu;
    for (auto& model : result.pan) model.error = result.pan_error;
    return result;
}

BalanceModel fit_balance(std::span<const MixSong> all, std::span<const std::size_t> songs) {
    std::vector<Lesson> lessons;
    lessons.reserve(all.size());
    for (const auto& song : all) lessons.push_back(balance_lesson(song));
    return balance_from(lessons, songs);
}

PanModel fit_pan(std::span<const MixSong> all, std::span<const std::size_t> songs) {
    std::vector<Lesson> lessons;
    lessons.reserve(all.size());
    for (const auto& song : all) lessons.push_back(pan_lesson(song));
    return pan_of(fit(lessons, songs, usual_miss_pan, true));
}

}  // namespace burnish::training
