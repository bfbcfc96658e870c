#include "mixing/reopening.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "mixing/tone_moves.h"

namespace burnish {

namespace {

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

std::optional<Reopening> reopening_after(const MasterReport& master, bool faders_may_move) {
    Reopening reopening;
    double largest_db = 0.0;
    for (std::size_t f = 0; f < octave_count; ++f) {
        const double wanted_db = tone_at(master.settings.tone, octaves_hz[f]);
        reopening.tone_db[f] = wanted_db;
        largest_db = std::max(largest_db, std::abs(wanted_db));
    }
    const double limiting_db = master.level.reduction_p95_db;
    const bool is_toned = faders_may_move && largest_db > most_tone_db;
    if (!is_toned && limiting_db <= most_limiting_db) return std::nullopt;
    std::array<char, 80> tone{}, limiting{};
    std::snprintf(tone.data(), tone.size(), "moved the tone by %.1f dB (up to %.0f is its business)", largest_db,
                  most_tone_db);
    std::snprintf(limiting.data(), limiting.size(), "limited by %.1f dB (up to %.0f)", limiting_db, most_limiting_db);
    reopening.reason = "the master would have ";
    if (is_toned) reopening.reason += tone.data();
    if (is_toned && limiting_db > most_limiting_db) reopening.reason += " and ";
    if (limiting_db > most_limiting_db) reopening.reason += limiting.data();
    if (!is_toned) reopening.tone_db = {};
    if (limiting_db > most_limiting_db) reopening.limiting_db = std::min(2.0, limiting_db - most_limiting_db + 0.5);
    return reopening;
}

void reopen_levels(const std::vector<Voice>& voices, const Reopening& reopening, Balance& balance) {
    move_faders(moves_towards({.gain_db = reopening.tone_db}, voices, balance.gains_db), "re-opened, ", "the master",
                balance);
}

}  // namespace burnish
