#include "mixing/tone_moves.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/decibels.h"

namespace burnish {

namespace {

constexpr double damping = 0.3;
constexpr double least_move_db = 0.1;
constexpr int most_rounds = 1000;
constexpr double settled_db = 1e-6;

/// The mean of a row of numbers over the octaves, by their weights.
template <class At>
double weighted_mean(const OctaveLevels& weight, At at) {
    double sum = 0.0, weights = 0.0;
    for (std::size_t f = 0; f < octave_count; ++f) {
        sum += weight[f] * at(f);
        weights += weight[f];
    }
    return weights > 0.0 ? sum / weights : 0.0;
}

}  // namespace

WantedTone without_level(WantedTone tone) {
    const double mean_db = weighted_mean(tone.weight, [&](std::size_t f) { return tone.gain_db[f]; });
    for (std::size_t f = 0; f < octave_count; ++f)
        tone.gain_db[f] = tone.weight[f] > 0.0 ? tone.gain_db[f] - mean_db : 0.0;
    return tone;
}

std::vector<OctaveLevels> summed_powers(const std::vector<Voice>& voices, const std::vector<double>& gains_db) {
    std::vector<OctaveLevels> powers(voices.size());
    for (std::size_t i = 0; i < voices.size(); ++i) {
        for (const auto& cell : voices[i].cells.octaves)
            for (std::size_t f = 0; f < octave_count; ++f) powers[i][f] += cell[f];
        for (auto& power : powers[i]) power *= db_to_power(gains_db[i]);
    }
    return powers;
}

std::vector<double> moves_towards(const WantedTone& tone, const std::vector<Voice>& voices,
                                  const std::vector<double>& gains_db) {
    const auto count = static_cast<Eigen::Index>(voices.size());
    const auto powers = summed_powers(voices, gains_db);
    const auto wanted = without_level(tone);
    // Rows are weighted by the roots of their weights.
    Eigen::MatrixXd shares = Eigen::MatrixXd::Zero(octave_count, count);
    Eigen::VectorXd gains(octave_count);
    OctaveLevels sums{};
    for (const auto& power : powers)
        for (std::size_t f = 0; f < octave_count; ++f) sums[f] += power[f];
    for (std::size_t i = 0; i < voices.size(); ++i) {
        if (voices[i].has_gain_lock) continue;
        const auto share = [&](std::size_t f) { return sums[f] > 0.0 ? powers[i][f] / sums[f] : 0.0; };
        const double mean = weighted_mean(wanted.weight, share);
        for (std::size_t f = 0; f < octave_count; ++f)
            shares(static_cast<Eigen::Index>(f), static_cast<Eigen::Index>(i)) =
                std::sqrt(wanted.weight[f]) * (share(f) - mean);
    }
    for (std::size_t f = 0; f < octave_count; ++f)
        gains(static_cast<Eigen::Index>(f)) = std::sqrt(wanted.weight[f]) * wanted.gain_db[f];
    const Eigen::MatrixXd normal = shares.transpose() * shares + damping * Eigen::MatrixXd::Identity(count, count);
    const Eigen::VectorXd pull = shares.transpose() * gains;
    Eigen::VectorXd moves = Eigen::VectorXd::Zero(count);
    double largest_change_db = 1.0;
    for (int round = 0; round < most_rounds && largest_change_db > settled_db; ++round) {
        largest_change_db = 0.0;
        for (Eigen::Index i = 0; i < count; ++i) {
            const double others = normal.row(i).dot(moves) - normal(i, i) * moves(i);
            const double best = std::clamp((pull(i) - others) / normal(i, i), -most_tone_move_db, most_tone_move_db);
            largest_change_db = std::max(largest_change_db, std::abs(best - moves(i)));
            moves(i) = best;
        }
    }
    return {moves.begin(), moves.end()};
}

void move_faders(const std::vector<double>& moves_db, std::string_view prefix, std::string_view whom,
                 Balance& balance) {
    for (std::size_t i = 0; i < moves_db.size(); ++i) {
        if (std::abs(moves_db[i]) < least_move_db) continue;
        balance.gains_db[i] += moves_db[i];
        std::array<char, 32> move{};
        std::snprintf(move.data(), move.size(), "%+.1f dB", moves_db[i]);
        balance.reasons[i] += "; " + std::string(prefix) + move.data() + " towards the tone of " + std::string(whom);
    }
}

}  // namespace burnish
