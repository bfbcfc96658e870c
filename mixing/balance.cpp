#include "mixing/balance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/decibels.h"

namespace burnish {

namespace {

/// Standard deviation of levels that nobody has set, over those that somebody has; where they depart by more than that
/// altogether, they say so themselves, and up to how far they are believed.
constexpr double accident_db = 5.2;
constexpr double widest_accident_db = 20.0;
/// Chances, before levels are looked at, that they were set on purpose: of mono stems, which may be recordings, and of
/// stereo ones, which are mostly exports of a mix. Such that nineteen in twenty mixes of unseen authors are kept.
constexpr double purpose_prior_mono = 0.75;
constexpr double purpose_prior_stereo = 0.905;
/// Peaks of stems that each were made as loud as they go agree better than this, in standard deviation.
constexpr double normalized_db = 0.5;
/// Near full scale, most of them have to agree only, each better than this: someone may have turned one of them down.
/// So it is with loudness and root mean square, at any level: no mix has most of its parts equally loud.
constexpr double same_level_db = 0.3;
constexpr double near_full_scale_db = -3.0;
constexpr double most_of_them = 0.6;
/// Standard deviations that no mix departs by: one voice in a hundred of finished mixes is four away from what is
/// usual, and meant to be. Nor does any depart by more than so many LU.
constexpr double outlier = 6.0;
constexpr double farthest_lu = 18.0;
/// Standard deviations from which on a departure that is kept is called a far one.
constexpr double far_out = 2.5;
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
/// The most that a balance that works is moved by, as it may be an accident after all.
constexpr double most_change_lu = 1.0;

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

double deviation_db(const std::vector<double>& levels_db) {
    double sum = 0.0, squares = 0.0;
    for (const double level_db : levels_db) {
        sum += level_db;
        squares += level_db * level_db;
    }
    const auto n = static_cast<double>(levels_db.size());
    return std::sqrt(std::max(0.0, squares / n - sum / n * sum / n));
}

/// True if most of them share a level, and that is over `least_db`.
bool most_agree(const std::vector<double>& levels_db, double least_db) {
    const double most = std::max(3.0, most_of_them * static_cast<double>(levels_db.size()));
    return std::ranges::any_of(levels_db, [&](double level_db) {
        const auto alike = std::ranges::count_if(
            levels_db, [&](double other_db) { return std::abs(other_db - level_db) <= same_level_db; });
        return level_db > least_db && static_cast<double>(alike) >= most;
    });
}

/// True if the stems were each brought to one level, so that their levels say nothing: to a peak, as loud as they go,
/// or to a loudness or a root mean square, as they are by who makes libraries of stems.
bool is_normalized(const std::vector<Voice>& voices) {
    if (voices.size() < 3) return false;
    std::vector<double> peaks_db, rms_db, lufs;
    for (const auto& voice : voices) {
        // Of copies together: as much louder than the first as they are.
        const double more_db = voice.is_pair ? 0.0 : voice.lufs - voice.track->integrated_lufs;
        peaks_db.push_back(voice.track->sample_peak_db + more_db);
        rms_db.push_back(voice.track->rms_db + more_db);
        lufs.push_back(voice.lufs);
    }
    return deviation_db(peaks_db) < normalized_db || most_agree(peaks_db, near_full_scale_db) ||
           most_agree(rms_db, silence_db) || most_agree(lufs, silence_db);
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

/// How far levels that nobody has set depart in this session: what is left of all departures beyond those of mixes.
double own_accident_db(const std::vector<double>& departures, const std::vector<Expectation>& expected) {
    double beyond = 0.0;
    for (std::size_t i = 0; i < departures.size(); ++i) {
        const double off = std::min(std::abs(departures[i]), widest_accident_db);
        beyond += off * off - expected[i].spread_lu * expected[i].spread_lu;
    }
    beyond /= static_cast<double>(std::max<std::size_t>(departures.size(), 1));
    return std::sqrt(std::max(accident_db * accident_db, beyond));
}

void drop_small(std::vector<double>& gains_db) {
    for (auto& gain : gains_db)
        if (std::abs(gain) < least_move_db) gain = 0.0;
}

/// Scales the moves down until no voice stands in the mix by more than `most_change_lu` from where it stood.
void hold_changes(const std::vector<Voice>& voices, std::vector<double>& gains_db) {
    const auto before = relative_lufs(voices, std::vector<double>(voices.size()));
    for (int pass = 0; pass < 20; ++pass) {
        const auto after = relative_lufs(voices, gains_db);
        double largest = 0.0;
        for (std::size_t i = 0; i < voices.size(); ++i) largest = std::max(largest, std::abs(after[i] - before[i]));
        if (largest <= most_change_lu) return;
        for (auto& gain : gains_db) gain *= 0.99 * most_change_lu / largest;
    }
}

/// The mixer's view of the levels: how far each departs from what is usual, and what that says of all of them.
struct Judgement {
    std::vector<Expectation> expected;
    std::vector<double> departures;
    bool has_submix = false;
    bool normalized = false;
    double kept_chance = 0.0;
};

Judgement judge(const std::vector<Voice>& voices, const std::vector<Expectation>& usual) {
    Judgement found{.expected = usual, .departures = {}};
    found.has_submix = std::ranges::any_of(voices, [](const Voice& voice) { return voice.role.role == Role::submix; });
    if (found.has_submix)
        for (auto& row : found.expected) row.spread_lu = std::min(row.spread_lu, beside_submix_lu);
    const double level = common_level(voices, found.expected);
    for (std::size_t i = 0; i < voices.size(); ++i)
        found.departures.push_back(voices[i].lufs - found.expected[i].loudness_lu - level);
    found.normalized = is_normalized(voices);
    found.kept_chance = found.normalized ? 0.0 : chance_of_purpose(voices, found.departures, found.expected);
    return found;
}

/// Moves of levels that nobody has set: as far as each is likely to be an accident.
std::vector<double> remade(const Judgement& found, BalanceMode mode) {
    const double accident =
        mode == BalanceMode::rules ? own_accident_db(found.departures, found.expected) : accident_db;
    std::vector<double> gains_db;
    for (std::size_t i = 0; i < found.departures.size(); ++i) {
        const double spread = found.expected[i].spread_lu;
        const double share = found.normalized ? 1.0 : accident * accident / (accident * accident + spread * spread);
        gains_db.push_back(-share * found.departures[i]);
    }
    drop_small(gains_db);
    return gains_db;
}

/// Moves of a balance that works: what may be an accident after all, and what stands out by more than any mix would.
std::vector<double> touched_up(const std::vector<Voice>& voices, const Judgement& found) {
    const auto anew_db = remade(found, BalanceMode::automatic);
    auto gains_db = anew_db;
    for (auto& gain : gains_db) gain *= 1.0 - found.kept_chance;
    drop_small(gains_db);
    hold_changes(voices, gains_db);
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const double off = found.departures[i];
        const double limit = found.has_submix ? farthest_beside_submix_lu
                                              : std::min(outlier * found.expected[i].spread_lu + 1.0, farthest_lu);
        const bool can_tell = found.has_submix || voices.size() > 2;
        if (can_tell && std::abs(off) > limit)
            gains_db[i] = found.has_submix ? std::copysign(limit, off) - off : anew_db[i];
    }
    return gains_db;
}

}  // namespace

std::vector<Expectation> expected_by_rules(const std::vector<Voice>& voices) {
    std::array<int, roles.size()> count{};
    for (const auto& voice : voices) ++count[static_cast<std::size_t>(voice.role.level_role())];
    std::vector<Expectation> expected;
    for (const auto& voice : voices) {
        const auto& row = row_of(voice.role.level_role());
        const int alike = count[static_cast<std::size_t>(voice.role.level_role())];
        // What one would not be sure of may be anything: towards the middle of all roles.
        const double sure = std::min(1.0, voice.role.level_confidence() / sure_enough);
        const double middle = row_of(Role::other).loudness_lu;
        // A lead stays a lead; of others, several share their place.
        const double shared = voice.role.level_role() == Role::lead_vocal ? 3.0 : 5.0;
        expected.push_back({middle + sure * (row.loudness_lu - middle) - shared * std::log10(alike) +
                                presence_lu[static_cast<std::size_t>(voice.presence)],
                            row.spread_lu + (1.0 - sure) * 1.5});
    }
    return expected;
}

Balance balance(const std::vector<Voice>& voices, const std::vector<Expectation>& expected, BalanceMode mode) {
    Balance result;
    const auto found = judge(voices, expected);
    result.kept_chance = found.kept_chance;
    result.kept = mode == BalanceMode::keep || (mode == BalanceMode::automatic && found.kept_chance >= 0.5);
    if (mode == BalanceMode::keep)
        result.gains_db.assign(voices.size(), 0.0);
    else
        result.gains_db = result.kept ? touched_up(voices, found) : remade(found, mode);
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const auto& voice = voices[i];
        auto& gain = result.gains_db[i];
        auto reason = signed_text(found.departures[i]) + " LU over what is usual for " +
                      std::string(row_of(voice.role.role).name) + ", give or take " +
                      plain_text(found.expected[i].spread_lu);
        if (voice.has_gain_lock) {
            gain = voice.gain_lock_db;
            reason = "locked by the session";
        } else if (mode == BalanceMode::keep) {
            reason = "balance kept as asked";
        } else if (result.kept && gain == 0.0) {
            const bool is_far = std::abs(found.departures[i]) > far_out * found.expected[i].spread_lu;
            reason += is_far ? ": far out, but kept with the others" : ": within what mixes do, kept";
        } else if (result.kept) {
            const bool is_brought_back = std::abs(gain) > most_change_lu;
            reason += is_brought_back ? ": further out than mixes go" : ": kept but for that";
            result.brought_back += is_brought_back ? 1 : 0;
        }
        result.reasons.push_back(std::move(reason));
    }
    return result;
}

}  // namespace burnish
