#include "mixing/balance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace burnish {

namespace {

/// Standard deviation of levels that nobody has set, over those that somebody has.
constexpr double accident_db = 5.2;
/// Chances, before levels are looked at, that they were set on purpose: of mono stems, which are mostly recordings, and
/// of stereo ones, which are mostly exports of a mix.
constexpr double purpose_prior_mono = 0.4;
constexpr double purpose_prior_stereo = 0.8;
/// Peaks of stems that each were made as loud as they go agree better than this, in standard deviation.
constexpr double normalized_db = 0.7;
/// Standard deviations that no mix departs by: one voice in a hundred of finished mixes is four away from what is
/// usual, and meant to be.
constexpr double outlier = 6.0;
/// Beside a submix, most of the mix is made: what stands over it does so by much the same from mix to mix. Spread of
/// that, and how far from what is usual a part may stay that somebody may have put there.
/// Eight engineers who mixed the same eight songs set the lead to -2.7 LU over the mix, give or take 1.6, while they
/// disagreed on drums and bass by 4 to 6. Source: De Man, Leonard, King & Reiss, "An analysis and evaluation of audio
/// features for multitrack music mixtures", ISMIR 2014.
constexpr double beside_submix_lu = 1.5;
constexpr double farthest_beside_submix_lu = 2.0;
/// Confidence in a role from which on it counts as known.
constexpr double sure_enough = 0.75;
constexpr double least_move_db = 0.25;

std::string signed_text(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%+.1f", value);
    return text.data();
}

std::string plain_text(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

/// The constant that brings the voices closest to what is expected; departures beyond two deviations pull no harder.
double common_level(const std::vector<Voice>& voices, const std::vector<Expectation>& expected) {
    double level = 0.0;
    for (int pass = 0; pass < 20; ++pass) {
        double sum = 0.0, weights = 0.0;
        for (std::size_t i = 0; i < voices.size(); ++i) {
            const double off = voices[i].lufs - expected[i].loudness_lu;
            const double far = std::abs(off - level) / expected[i].spread_lu;
            const double weight = (pass == 0 || far < 2.0 ? 1.0 : 2.0 / far) /
                                  (expected[i].spread_lu * expected[i].spread_lu) *
                                  (voices[i].has_gain_lock ? 4.0 : 1.0);
            sum += weight * off;
            weights += weight;
        }
        level = weights > 0.0 ? sum / weights : 0.0;
    }
    return level;
}

/// True if the stems were each made as loud as they go, so that their levels say nothing.
bool is_normalized(const std::vector<Voice>& voices) {
    if (voices.size() < 3) return false;
    double sum = 0.0, squares = 0.0;
    for (const auto& voice : voices) {
        // Of copies together: as much louder than the first as they are.
        const double more_db = voice.is_pair ? 0.0 : voice.lufs - voice.track->integrated_lufs;
        const double peak_db = voice.track->sample_peak_db + more_db;
        sum += peak_db;
        squares += peak_db * peak_db;
    }
    const auto n = static_cast<double>(voices.size());
    return squares / n - sum / n * sum / n < normalized_db * normalized_db;
}

/// Student's t with four degrees of freedom: many a mix has a part that is far softer than usual.
double log_likelihood(double departure, double spread) {
    const double scaled = departure / spread;
    return -2.5 * std::log1p(scaled * scaled / 4.0) - std::log(spread);
}

/// Chance that the levels were set on purpose, after Bayes. One departure is used up by the common level.
double chance_of_purpose(const std::vector<Voice>& voices, const std::vector<double>& departures,
                         const std::vector<Expectation>& expected) {
    if (departures.size() < 2) return 1.0;
    if (is_normalized(voices)) return 0.0;
    const auto mono = static_cast<double>(std::ranges::count_if(voices, [](const Voice& v) { return v.is_mono; }));
    const double mono_share = mono / static_cast<double>(voices.size());
    const double prior = purpose_prior_stereo + mono_share * (purpose_prior_mono - purpose_prior_stereo);
    double evidence = 0.0;
    for (std::size_t i = 0; i < departures.size(); ++i) {
        const double narrow = expected[i].spread_lu;
        const double wide = std::hypot(narrow, accident_db);
        evidence += log_likelihood(departures[i], narrow) - log_likelihood(departures[i], wide);
    }
    const auto n = static_cast<double>(departures.size());
    evidence *= (n - 1.0) / n;
    return 1.0 / (1.0 + (1.0 - prior) / prior * std::exp(-evidence));
}

}  // namespace

std::vector<Expectation> expected_by_rules(const std::vector<Voice>& voices) {
    std::array<int, roles.size()> count{};
    for (const auto& voice : voices) ++count[static_cast<std::size_t>(voice.role.role)];
    std::vector<Expectation> expected;
    for (const auto& voice : voices) {
        const auto& row = row_of(voice.role.role);
        const int alike = count[static_cast<std::size_t>(voice.role.role)];
        // What one would not be sure of may be anything: towards the middle of all roles.
        const double sure = std::min(1.0, voice.role.confidence / sure_enough);
        const double middle = row_of(Role::other).loudness_lu;
        // A lead stays a lead; of others, several share their place.
        const double shared = voice.role.role == Role::lead_vocal ? 3.0 : 5.0;
        expected.push_back({middle + sure * (row.loudness_lu - middle) - shared * std::log10(alike) +
                                presence_lu[static_cast<std::size_t>(voice.presence)],
                            row.spread_lu + (1.0 - sure) * 1.5});
    }
    return expected;
}

Balance balance(const std::vector<Voice>& voices, const std::vector<Expectation>& usual, BalanceMode mode) {
    Balance result;
    const bool has_submix =
        std::ranges::any_of(voices, [](const Voice& voice) { return voice.role.role == Role::submix; });
    auto expected = usual;
    if (has_submix)
        for (auto& row : expected) row.spread_lu = std::min(row.spread_lu, beside_submix_lu);
    const double level = common_level(voices, expected);
    std::vector<double> departures;
    for (std::size_t i = 0; i < voices.size(); ++i)
        departures.push_back(voices[i].lufs - expected[i].loudness_lu - level);
    result.kept_chance = chance_of_purpose(voices, departures, expected);
    result.kept = mode == BalanceMode::keep || (mode == BalanceMode::automatic && result.kept_chance >= 0.5);
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const auto& voice = voices[i];
        const double spread = expected[i].spread_lu;
        const double off = departures[i];
        double gain = 0.0;
        std::string reason;
        const auto departs = signed_text(off) + " LU over what is usual for " +
                             std::string(row_of(voice.role.role).name) + ", give or take " + plain_text(spread);
        if (voice.has_gain_lock) {
            gain = voice.gain_lock_db;
            reason = "locked by the session";
        } else if (mode == BalanceMode::keep) {
            reason = "balance kept as asked";
        } else if (result.kept) {
            const double limit = has_submix ? farthest_beside_submix_lu : outlier * spread + 1.0;
            const bool can_tell = has_submix || voices.size() > 2;
            gain = can_tell && std::abs(off) > limit ? std::copysign(limit, off) - off : 0.0;
            reason = departs + (gain == 0.0 ? ": within what mixes do, kept" : ": further out than mixes go");
        } else {
            const double share = mode == BalanceMode::rules
                                     ? 1.0
                                     : accident_db * accident_db / (accident_db * accident_db + spread * spread);
            gain = -share * off;
            if (std::abs(gain) < least_move_db) gain = 0.0;
            reason = departs;
        }
        result.gains_db.push_back(gain);
        result.reasons.push_back(reason);
    }
    return result;
}

}  // namespace burnish
