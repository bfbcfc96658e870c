#include "mixing/reopening.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/decibels.h"

namespace burnish {

namespace {

constexpr double most_move_db = 2.0;
constexpr double damping = 0.3;

/// What the tone curve of a master does to an octave, from its nearest knot; the knots are an octave apart.
double tone_at(const ToneCurve::Settings& tone, double hz) {
    double nearest = 1e9, gain_db = 0.0;
    for (const auto& param : ToneCurve::params) {
        if (!param.name.starts_with("mid_") || !param.name.ends_with("_hz_db")) continue;
        const double knot_hz = std::stod(std::string(param.name.substr(4)));
        const double distance = std::abs(std::log2(hz / knot_hz));
        if (distance >= nearest) continue;
        nearest = distance;
        gain_db = tone.*param.member;
    }
    return gain_db;
}

}  // namespace

std::optional<Reopening> reopening_after(const MasterReport& master) {
    Reopening reopening;
    double largest_db = 0.0;
    for (std::size_t f = 0; f < octave_count; ++f) {
        const double wanted_db = tone_at(master.settings.tone, octaves_hz[f]);
        reopening.tone_db[f] = wanted_db;
        largest_db = std::max(largest_db, std::abs(wanted_db));
    }
    const double limiting_db = master.level.reduction_p95_db;
    if (largest_db <= most_tone_db && limiting_db <= most_limiting_db) return std::nullopt;
    std::array<char, 200> text{};
    std::snprintf(text.data(), text.size(),
                  "the master would have moved the tone by %.1f dB (up to %.0f is its business) and limited by %.1f dB "
                  "(up to %.0f)",
                  largest_db, most_tone_db, limiting_db, most_limiting_db);
    reopening.reason = text.data();
    if (largest_db <= most_tone_db) reopening.tone_db = {};
    if (limiting_db > most_limiting_db) reopening.limiting_db = std::min(2.0, limiting_db - most_limiting_db + 0.5);
    return reopening;
}

void reopen_levels(const std::vector<Voice>& voices, const Reopening& reopening, Balance& balance) {
    const auto count = static_cast<Eigen::Index>(voices.size());
    const auto levels = mix_levels(voices, balance.gains_db);
    // Share of each voice in each octave of the sum: what a decibel of its fader moves there.
    Eigen::MatrixXd shares(octave_count, count);
    for (Eigen::Index f = 0; f < octave_count; ++f) {
        double sum = 0.0;
        for (const auto& voice : levels) sum += db_to_power(voice[static_cast<std::size_t>(f)]);
        for (Eigen::Index i = 0; i < count; ++i)
            shares(f, i) = voices[static_cast<std::size_t>(i)].has_gain_lock || sum <= 0.0
                               ? 0.0
                               : db_to_power(levels[static_cast<std::size_t>(i)][static_cast<std::size_t>(f)]) / sum;
    }
    const Eigen::Map<const Eigen::VectorXd> wanted(reopening.tone_db.data(), octave_count);
    const Eigen::MatrixXd normal = shares.transpose() * shares + damping * Eigen::MatrixXd::Identity(count, count);
    const Eigen::VectorXd moves = normal.ldlt().solve(shares.transpose() * wanted);
    for (Eigen::Index i = 0; i < count; ++i) {
        const double move_db = std::clamp(moves(i), -most_move_db, most_move_db);
        if (std::abs(move_db) < 0.1) continue;
        balance.gains_db[static_cast<std::size_t>(i)] += move_db;
        std::array<char, 80> text{};
        std::snprintf(text.data(), text.size(), "; re-opened, %+.1f dB towards the tone of the master", move_db);
        balance.reasons[static_cast<std::size_t>(i)] += text.data();
    }
}

}  // namespace burnish
