#include "mixing/panning.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/decibels.h"
#include "mixing/mix_settings.h"

namespace burnish {

namespace {

constexpr double lows_below_hz = 200.0;
constexpr double widest_from_hz = 3000.0;
constexpr double placed_db = 1.0;  // between left and right, where somebody has moved a stem

/// Power of left less that of right by octave, and of all together.
using Lean = std::array<double, octave_count + 1>;

Lean lean_of(const Voice& voice, double gain_db, double pan) {
    const auto gains = pan_gains(pan);
    const double both = voice.left_power + voice.right_power;
    const double left = both > 0.0 ? voice.left_power / both : 0.5;
    const double difference = left * gains[0] * gains[0] - (1.0 - left) * gains[1] * gains[1];
    Lean lean{};
    for (std::size_t f = 0; f < octave_count; ++f) {
        lean[f] = voice.octaves[f] * db_to_power(gain_db) * difference;
        lean[octave_count] += lean[f];
    }
    return lean;
}

/// How far out of balance a sum is: each octave by its own power, the whole as much as three of them.
double imbalance(const Lean& lean, const Lean& power) {
    double sum = 0.0;
    for (std::size_t f = 0; f <= octave_count; ++f) {
        if (power[f] <= 0.0) continue;
        const double share = lean[f] / power[f];
        sum += (f == octave_count ? 3.0 : 1.0) * share * share;
    }
    return sum;
}

double width_of(const Voice& voice) {
    if (voice.presence == Presence::lead) return 0.0;
    const double octaves =
        std::log2(std::max(voice.track->centroid_hz, 1.0) / lows_below_hz) / std::log2(widest_from_hz / lows_below_hz);
    return row_of(voice.role.role).width * std::clamp(octaves, 0.0, 1.0);
}

bool is_placed(const Voice& voice) {
    if (voice.is_mono || voice.is_pair) return false;
    return std::abs(power_to_db(voice.left_power) - power_to_db(voice.right_power)) > placed_db;
}

}  // namespace

std::vector<double> widths_by_rules(const std::vector<Voice>& voices) {
    std::vector<double> widths;
    widths.reserve(voices.size());
    for (const auto& voice : voices) widths.push_back(width_of(voice));
    return widths;
}

Panorama pan(const std::vector<Voice>& voices, const std::vector<double>& gains_db, const std::vector<double>& widths) {
    Panorama result;
    const bool somebody_has = std::ranges::any_of(voices, is_placed);
    Lean lean{}, power{};
    const auto settle = [&](const Voice& voice, double gain_db, double position) {
        const auto more = lean_of(voice, gain_db, position);
        for (std::size_t f = 0; f < lean.size(); ++f) lean[f] += more[f];
    };
    std::vector<std::size_t> movable;
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const auto& voice = voices[i];
        double position = 0.0;
        std::string reason = "centre: lows and leads stand there";
        for (std::size_t f = 0; f < octave_count; ++f) {
            const double octave = voice.octaves[f] * db_to_power(gains_db[i]);
            power[f] += octave;
            power[octave_count] += octave;
        }
        if (voice.has_pan_lock) {
            position = voice.pan_lock;
            reason = "locked by the session";
        } else if (voice.is_pair) {
            reason = "left and right of a pair";
        } else if (!voice.is_mono) {
            reason = "stereo, left as it is";
        } else if (somebody_has) {
            reason = "others are placed already, left as it is";
        } else if (widths[i] > 0.05) {
            movable.push_back(i);
        }
        result.pans.push_back(position);
        result.reasons.push_back(reason);
        if (movable.empty() || movable.back() != i) settle(voice, gains_db[i], position);
    }
    // The strongest first, each to the side that suits what stands already.
    std::ranges::stable_sort(movable, std::greater(), [&](std::size_t i) {
        return widths[i] * std::accumulate(voices[i].octaves.begin(), voices[i].octaves.end(), 0.0) *
               db_to_power(gains_db[i]);
    });
    for (const auto i : movable) {
        // A single voice would pull the mix to its side: nothing there could outweigh it.
        const double width = movable.size() > 1 ? widths[i] : 0.15 * widths[i];
        const auto with = [&](double position) {
            auto sum = lean_of(voices[i], gains_db[i], position);
            for (std::size_t f = 0; f < sum.size(); ++f) sum[f] += lean[f];
            return imbalance(sum, power);
        };
        const double side = with(width) < with(-width) ? 1.0 : -1.0;
        result.pans[i] = side * std::round(100.0 * width) / 100.0;
        result.reasons[i] = "to the side that balances it, the wider the higher it sounds";
        settle(voices[i], gains_db[i], result.pans[i]);
    }
    // What still leans is taken back by the widest of the heavier side.
    for (int pass = 0; pass < 8 && power[octave_count] > 0.0; ++pass) {
        const double off = lean[octave_count] / power[octave_count];
        if (std::abs(off) < 0.05) break;
        std::size_t best = voices.size();
        for (const auto i : movable)
            if (result.pans[i] * off < 0.0 &&
                (best == voices.size() || std::abs(result.pans[i]) > std::abs(result.pans[best])))
                best = i;
        if (best == voices.size()) break;
        const auto before = lean_of(voices[best], gains_db[best], result.pans[best]);
        result.pans[best] = std::round(100.0 * 0.7 * result.pans[best]) / 100.0;
        const auto after = lean_of(voices[best], gains_db[best], result.pans[best]);
        for (std::size_t f = 0; f < lean.size(); ++f) lean[f] += after[f] - before[f];
    }
    return result;
}

}  // namespace burnish
