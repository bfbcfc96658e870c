#include "mixing/reference_match.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/decibels.h"
#include "mastering/reason_text.h"
#include "mixing/mix_settings.h"
#include "mixing/rounding.h"

namespace burnish {

namespace {

constexpr std::size_t thirds = third_octaves_hz.size() / octave_count;
static_assert(thirds * octave_count == third_octaves_hz.size() && third_octaves_hz[thirds * 5 + 1] == octaves_hz[5]);

constexpr double factor_step = 0.01;
static_assert(widest_factor - 1.0 == 1.0 - narrowest_factor);
constexpr double same_distance_db = 1e-6;

/// The part of a voice's power that its pan puts into the side.
double side_share(double pan) {
    const auto gains = pan_gains(pan);
    return 0.25 * (gains[0] - gains[1]) * (gains[0] - gains[1]);
}

/// Power of mid and side together.
double both_powers(double mid_db, double side_mid_db) { return db_to_power(mid_db) * (1.0 + db_to_power(side_mid_db)); }

bool can_be_moved(const Voice& voice, double pan) { return !voice.has_pan_lock && voice.is_mono && pan != 0.0; }

double widened(double pan, double factor) { return rounded(std::clamp(factor * pan, -1.0, 1.0), 3); }

}  // namespace

WantedTone tone_missing_by_octaves(const ReferenceAim& aim, const TrackAnalysis& sum) {
    const auto missing = tone_missing(aim, sum);
    WantedTone tone;
    for (std::size_t f = 0; f < octave_count; ++f) {
        double theirs = 0.0, ours = 0.0, weight = 0.0;
        for (std::size_t band = thirds * f; band < thirds * (f + 1); ++band) {
            if (missing.weight[band] <= 0.0) continue;
            theirs += both_powers(aim.mid_db[band], aim.side_mid_db[band]);
            ours += both_powers(aim.mid_db[band] - missing.gain_db[band], sum.third_octave.side_mid_db[band]);
            weight += missing.weight[band] / thirds;
        }
        tone.weight[f] = weight;
        tone.gain_db[f] = weight > 0.0 ? 10.0 * std::log10(theirs / ours) : 0.0;
    }
    return without_level(tone);
}

double distance_db(const WantedTone& missing) {
    double sum = 0.0, weights = 0.0;
    for (std::size_t f = 0; f < octave_count; ++f) {
        sum += missing.weight[f] * std::abs(missing.gain_db[f]);
        weights += missing.weight[f];
    }
    return weights > 0.0 ? sum / weights : 0.0;
}

ReferenceWish wish_of(const ReferenceAim& aim, const TrackAnalysis& sum, const Target& target, std::string names) {
    ReferenceWish wish{.tone = tone_missing_by_octaves(aim, sum),
                       .tone_amount = amount_of(target, Dimension::tone),
                       .side_mid_db = sum.side_mid_db,
                       .wanted_side_mid_db = aim.side_mid,
                       .width_amount = aim.is_stereo ? amount_of(target, Dimension::width) : 0.0,
                       .names = std::move(names)};
    const double cap_db = target.aim.tone_cap_db;
    for (auto& gain_db : wish.tone.gain_db) gain_db = std::clamp(gain_db, -cap_db, cap_db);
    return wish;
}

double width_towards(double wanted_side_mid_db, double side_mid_db, const std::vector<Voice>& voices,
                     const std::vector<double>& gains_db, const std::vector<double>& pans) {
    const auto powers = summed_powers(voices, gains_db);
    double whole = 0.0;
    for (const auto& power : powers) whole += std::accumulate(power.begin(), power.end(), 0.0);
    if (whole <= 0.0) return 1.0;
    const double ratio = db_to_power(side_mid_db);
    const auto distance = [&](double factor) {
        double side = ratio / (1.0 + ratio);
        for (std::size_t i = 0; i < voices.size(); ++i) {
            if (!can_be_moved(voices[i], pans[i])) continue;
            const double share = std::accumulate(powers[i].begin(), powers[i].end(), 0.0) / whole;
            side += share * (side_share(widened(pans[i], factor)) - side_share(pans[i]));
        }
        side = std::clamp(side, db_to_power(-mono_below_db), 1.0 - 1e-6);
        return std::abs(10.0 * std::log10(side / (1.0 - side)) - wanted_side_mid_db);
    };
    // From 1 outwards, so that of several that serve alike the smallest change is made.
    double best = 1.0, least = distance(1.0);
    const int steps = static_cast<int>(std::lround((widest_factor - 1.0) / factor_step));
    for (int step = 1; step <= steps; ++step)
        for (const double factor : {1.0 - step * factor_step, 1.0 + step * factor_step}) {
            const double now = distance(factor);
            if (now > least - same_distance_db) continue;
            least = now;
            best = factor;
        }
    return best;
}

void follow_references(const ReferenceWish& wish, const std::vector<Voice>& voices, BalanceMode mode, Balance& balance,
                       Panorama& panorama) {
    if (wish.width_amount > 0.0) {
        const double whole_way =
            width_towards(wish.wanted_side_mid_db, wish.side_mid_db, voices, balance.gains_db, panorama.pans);
        const double factor = std::clamp(1.0 + wish.width_amount * (whole_way - 1.0), narrowest_factor, widest_factor);
        for (std::size_t i = 0; i < voices.size() && factor != 1.0; ++i) {
            if (!can_be_moved(voices[i], panorama.pans[i])) continue;
            panorama.pans[i] = widened(panorama.pans[i], factor);
            panorama.reasons[i] +=
                reason_text("; %+.0f %% width: the side of the mix is %.1f dB under its mid, in %s %.1f dB",
                            100.0 * (factor - 1.0), -wish.side_mid_db, wish.names.c_str(), -wish.wanted_side_mid_db);
        }
    }
    if (wish.tone_amount <= 0.0 || mode == BalanceMode::keep) return;
    auto moves_db = moves_towards(wish.tone, voices, balance.gains_db);
    for (auto& move_db : moves_db)
        move_db = std::clamp(wish.tone_amount * move_db, -most_tone_move_db, most_tone_move_db);
    move_faders(moves_db, "", "the references", balance);
}

}  // namespace burnish
