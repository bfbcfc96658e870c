#include "training/balance_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace burnish::training {

namespace {

constexpr double ridge = 8.0;  // songs' worth of no correction
constexpr int folds = 10;      // where the author is not known, songs are held out instead
constexpr auto count = static_cast<Eigen::Index>(balance_feature_count);

/// Features of a song's voices, and what the rules miss of each, up to their mean.
struct Lesson {
    std::vector<BalanceFeatures> features;
    std::vector<double> missed_lu;
};

Lesson lesson_of(const MixSong& song) {
    const auto voices = voices_of_song(song, song.measures);
    const auto expected = expected_by_rules(voices);
    Lesson lesson{balance_features(voices), {}};
    double mean = 0.0;
    for (std::size_t i = 0; i < voices.size(); ++i) {
        lesson.missed_lu.push_back(voices[i].lufs - expected[i].loudness_lu);
        mean += lesson.missed_lu.back() / static_cast<double>(voices.size());
    }
    for (auto& missed : lesson.missed_lu) missed -= mean;
    return lesson;
}

BalanceModel fit(const std::vector<Lesson>& lessons, std::span<const std::size_t> chosen) {
    BalanceModel model;
    double weight_sum = 0.0;
    for (const auto s : chosen)
        for (const auto& features : lessons[s].features) {
            const double weight = 1.0 / static_cast<double>(lessons[s].features.size());
            weight_sum += weight;
            for (std::size_t k = 0; k < balance_feature_count; ++k)
                model.deviation[k] += weight * features[k] * features[k];
        }
    for (auto& deviation : model.deviation) deviation = std::sqrt(deviation / std::max(weight_sum, 1.0));
    Eigen::MatrixXd normal = ridge * Eigen::MatrixXd::Identity(count, count);
    Eigen::VectorXd right = Eigen::VectorXd::Zero(count);
    for (const auto s : chosen)
        for (std::size_t i = 0; i < lessons[s].features.size(); ++i) {
            Eigen::VectorXd z = Eigen::VectorXd::Zero(count);
            for (Eigen::Index k = 0; k < count; ++k) {
                const auto at = static_cast<std::size_t>(k);
                // A role that a handful of voices have teaches nothing.
                if (model.deviation[at] > 0.02) z(k) = lessons[s].features[i][at] / model.deviation[at];
            }
            const double weight = 1.0 / static_cast<double>(lessons[s].features.size());
            normal += weight * z * z.transpose();
            right += weight * lessons[s].missed_lu[i] * z;
        }
    const Eigen::VectorXd weights = normal.ldlt().solve(right);
    for (Eigen::Index k = 0; k < count; ++k) model.weights[static_cast<std::size_t>(k)] = weights(k);
    return model;
}

}  // namespace

HeldOut fit_held_out(std::span<const MixSong> songs) {
    std::vector<Lesson> lessons;
    std::map<std::string, std::set<std::size_t>> groups;
    for (std::size_t s = 0; s < songs.size(); ++s) {
        lessons.push_back(lesson_of(songs[s]));
        // Of the MIDI files only the package is known, not the author of each.
        const auto group = songs[s].set == "midi" ? "midi " + std::to_string(s % folds) : songs[s].author;
        groups[group].insert(s);
    }
    HeldOut result;
    result.models.resize(songs.size());
    double square = 0.0, weights = 0.0;
    for (const auto& [group, held] : groups) {
        std::vector<std::size_t> others;
        for (std::size_t s = 0; s < songs.size(); ++s)
            if (!held.contains(s) && songs[s].set != "frets") others.push_back(s);
        const auto model = fit(lessons, others);
        for (const auto s : held) {
            result.models[s] = model;
            if (songs[s].set == "frets") continue;
            for (std::size_t i = 0; i < lessons[s].features.size(); ++i) {
                double left = lessons[s].missed_lu[i];
                for (std::size_t k = 0; k < balance_feature_count; ++k)
                    if (model.deviation[k] > 0.0)
                        left -= model.weights[k] * lessons[s].features[i][k] / model.deviation[k];
                const double weight = 1.0 / static_cast<double>(lessons[s].features.size());
                square += weight * left * left;
                weights += weight;
            }
        }
    }
    result.spread_lu = std::sqrt(square / std::max(weights, 1.0));
    for (auto& model : result.models) model.spread_lu = result.spread_lu;
    return result;
}

BalanceModel fit_balance(std::span<const MixSong> all, std::span<const std::size_t> songs) {
    std::vector<Lesson> lessons;
    for (const auto& song : all) lessons.push_back(lesson_of(song));
    return fit(lessons, songs);
}

}  // namespace burnish::training
