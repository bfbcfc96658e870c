#include "mixing/masking.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "core/decibels.h"
#include "dsp/biquad.h"

namespace burnish {

namespace {

constexpr int essential_octaves = 3;
constexpr double least_together = 0.2;
constexpr double tolerated_db = 0.5;
constexpr double cut_per_db = 0.3;
constexpr int most_halvings = 2;  // of that, while the whole would mask more than before
constexpr double deepest_cut_db = 6.0;
constexpr double least_cut_db = 0.1;
constexpr double bell_q = 1.4;  // an octave
constexpr int most_cuts = 4;
constexpr double far_above_all_hz = 384000.0;  // a rate at which bells are those of their analogue prototypes

struct Bell {
    double EqualizerSettings::*frequency_hz;
    double EqualizerSettings::*gain_db;
    double EqualizerSettings::*q;
};
constexpr std::array<Bell, most_cuts> bells{{
    {&EqualizerSettings::bell_1_hz, &EqualizerSettings::bell_1_db, &EqualizerSettings::bell_1_q},
    {&EqualizerSettings::bell_2_hz, &EqualizerSettings::bell_2_db, &EqualizerSettings::bell_2_q},
    {&EqualizerSettings::bell_3_hz, &EqualizerSettings::bell_3_db, &EqualizerSettings::bell_3_q},
    {&EqualizerSettings::bell_4_hz, &EqualizerSettings::bell_4_db, &EqualizerSettings::bell_4_q},
}};

/// 0 for the strongest octave.
std::array<int, octave_count> ranks_of(const OctaveLevels& levels) {
    std::array<int, octave_count> order{}, ranks{};
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, std::greater(), [&](int f) { return levels[static_cast<std::size_t>(f)]; });
    for (int rank = 0; rank < octave_count; ++rank)
        ranks[static_cast<std::size_t>(order[static_cast<std::size_t>(rank)])] = rank;
    return ranks;
}

std::vector<bool> activity(const StemCells& cells, std::size_t count) {
    double sum = 0.0;
    for (const float power : cells.loudness) sum += power;
    const double gate = 0.01 * sum / static_cast<double>(std::max<std::size_t>(cells.loudness.size(), 1));
    std::vector<bool> active(count);
    for (std::size_t i = 0; i < cells.loudness.size(); ++i) active[i] = cells.loudness[i] > gate;
    return active;
}

double loudness_of(const OctaveLevels& levels) {
    double power = 0.0;
    for (std::size_t f = 0; f < octave_count; ++f) power += db_to_power(levels[f] + k_weights_db[f]);
    return power_to_db(power);
}

std::string octave_text(double hz) {
    return hz < 1000.0 ? std::to_string(std::lround(hz)) + " Hz" : std::to_string(std::lround(hz / 1000.0)) + " kHz";
}

std::string db_text(double db) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f dB", db);
    return text.data();
}

struct Cut {
    std::size_t octave = 0;
    double db = 0.0;
    Masking::Covering covering;
};

/// The deepest cuts of a voice, by frequency.
std::vector<Cut> cuts_of(const std::array<Masking::Covering, octave_count>& covered, double strength) {
    std::vector<Cut> cuts;
    for (std::size_t f = 0; f < octave_count; ++f) {
        const double db = std::min(deepest_cut_db, strength * (covered[f].db - tolerated_db));
        if (db >= least_cut_db) cuts.push_back({f, std::round(10.0 * db) / 10.0, covered[f]});
    }
    std::ranges::stable_sort(cuts, std::greater(), &Cut::db);
    if (cuts.size() > most_cuts) cuts.resize(most_cuts);
    std::ranges::sort(cuts, {}, &Cut::octave);
    return cuts;
}

}  // namespace

Masking::Masking(const std::vector<Voice>& voices) {
    std::size_t cells = 0;
    for (const auto& voice : voices) cells = std::max(cells, voice.cells.loudness.size());
    std::vector<std::vector<bool>> active;
    for (const auto& voice : voices) {
        active.push_back(activity(voice.cells, cells));
        const double priority = row_of(voice.role.role).priority;
        priorities_.push_back(voice.presence == Presence::lead ? 1.0 : priority);
    }
    together_.assign(voices.size(), std::vector<bool>(voices.size()));
    for (std::size_t i = 0; i < voices.size(); ++i)
        for (std::size_t j = 0; j < voices.size(); ++j) {
            int both = 0, masked = 0;
            for (std::size_t n = 0; n < cells; ++n) {
                masked += active[j][n] ? 1 : 0;
                both += active[i][n] && active[j][n] ? 1 : 0;
            }
            together_[i][j] = i != j && masked > 0 && both > least_together * masked;
        }
}

std::array<Masking::Covering, octave_count> Masking::covered_by(std::size_t voice,
                                                                const std::vector<OctaveLevels>& levels) const {
    std::array<Covering, octave_count> covered{};
    const auto own = ranks_of(levels[voice]);
    for (std::size_t j = 0; j < levels.size(); ++j) {
        if (!together_[voice][j]) continue;
        const auto ranks = ranks_of(levels[j]);
        for (std::size_t f = 0; f < octave_count; ++f) {
            if (ranks[f] >= essential_octaves || own[f] < essential_octaves) continue;
            const double db = priorities_[j] * (levels[voice][f] - levels[j][f]);
            if (db > covered[f].db) covered[f] = {db, j};
        }
    }
    return covered;
}

double Masking::index_db(const std::vector<OctaveLevels>& levels) const {
    double index = 0.0;
    std::vector<std::array<int, octave_count>> ranks;
    ranks.reserve(levels.size());
    for (const auto& own : levels) ranks.push_back(ranks_of(own));
    for (std::size_t i = 0; i < levels.size(); ++i)
        for (std::size_t j = 0; j < levels.size(); ++j) {
            if (!together_[i][j]) continue;
            for (std::size_t f = 0; f < octave_count; ++f)
                if (ranks[j][f] < essential_octaves && ranks[i][f] >= essential_octaves)
                    index += std::max(0.0, priorities_[j] * (levels[i][f] - levels[j][f]));
        }
    return index;
}

std::vector<OctaveLevels> mix_levels(const std::vector<Voice>& voices, const std::vector<double>& gains_db) {
    std::vector<OctaveLevels> levels(voices.size());
    for (std::size_t i = 0; i < voices.size(); ++i)
        for (std::size_t f = 0; f < octave_count; ++f) levels[i][f] = power_to_db(voices[i].octaves[f]) + gains_db[i];
    return levels;
}

OctaveLevels octave_gains_db(const Equalizer::Settings& eq) {
    OctaveLevels gains{};
    constexpr std::array<double, 4> across{-0.375, -0.125, 0.125, 0.375};
    for (const auto& row : bells) {
        if (eq.*row.gain_db == 0.0) continue;
        const auto section = bell(eq.*row.frequency_hz, eq.*row.q, eq.*row.gain_db, far_above_all_hz);
        for (std::size_t f = 0; f < octave_count; ++f)
            for (const double octaves : across)
                gains[f] += magnitude_db(section, octaves_hz[f] * std::exp2(octaves), far_above_all_hz) / across.size();
    }
    return gains;
}

double loudness_change_lu(const OctavePowers& octaves, const Equalizer::Settings& eq) {
    OctaveLevels before{};
    for (std::size_t f = 0; f < octave_count; ++f) before[f] = power_to_db(std::max(octaves[f], 1e-12F));
    auto after = before;
    const auto gains = octave_gains_db(eq);
    for (std::size_t f = 0; f < octave_count; ++f) after[f] += gains[f];
    return loudness_of(after) - loudness_of(before);
}

Unmasking unmask(const std::vector<Voice>& voices, const std::vector<double>& gains_db) {
    Unmasking result;
    const Masking masking(voices);
    const auto levels = mix_levels(voices, gains_db);
    result.before_db = masking.index_db(levels);
    for (int halvings = 0; halvings <= most_halvings; ++halvings) {
        const double strength = cut_per_db / (1 << halvings);
        result.eq.assign(voices.size(), {});
        result.makeup_db.assign(voices.size(), 0.0);
        result.reasons.assign(voices.size(), "");
        auto after = levels;
        for (std::size_t i = 0; i < voices.size(); ++i) {
            const auto cuts = cuts_of(masking.covered_by(i, levels), strength);
            auto& eq = result.eq[i];
            for (std::size_t k = 0; k < cuts.size(); ++k) {
                eq.*bells[k].frequency_hz = octaves_hz[cuts[k].octave];
                eq.*bells[k].gain_db = -cuts[k].db;
                eq.*bells[k].q = bell_q;
                const auto& masked = voices[cuts[k].covering.masked];
                result.reasons[i] += (k == 0 ? "" : ", ") + std::string("-") + db_text(cuts[k].db) + " at " +
                                     octave_text(octaves_hz[cuts[k].octave]) + " where it covers " + masked.name +
                                     " by " + db_text(cuts[k].covering.db);
            }
            if (cuts.empty()) continue;
            const auto gains = octave_gains_db(eq);
            for (std::size_t f = 0; f < octave_count; ++f) after[i][f] += gains[f];
            result.makeup_db[i] = std::min(2.0, loudness_of(levels[i]) - loudness_of(after[i]));
            for (auto& level : after[i]) level += result.makeup_db[i];
        }
        result.after_db = masking.index_db(after);
        if (result.after_db <= result.before_db) return result;
    }
    result.eq.assign(voices.size(), {});
    result.makeup_db.assign(voices.size(), 0.0);
    result.reasons.assign(voices.size(), "");
    result.after_db = result.before_db;
    return result;
}

}  // namespace burnish
