#pragma once

#include <string>
#include <vector>

#include "mixing/stem.h"
#include "mixing/stem_measures.h"

namespace burnish {

/// What the rules decide about: one stem, a stem that came in several copies, or the two sides of a stereo pair.
///
/// So a stem that is split in two equal halves is still heard, and treated, as one.
struct Voice {
    std::vector<std::size_t> members;  ///< stems, by index; all get the same numbers but for the pan of a pair
    bool is_pair = false;              ///< left first
    RoleGuess role{};
    Bus bus = Bus::music;
    Presence presence = Presence::normal;
    std::string name{};       ///< of the first member, for reasons
    double lufs = 0.0;        ///< of the members together, as they came
    double gain_lock_db = 0;  ///< the mean of the locks, where there are any
    bool has_gain_lock = false;
    bool has_pan_lock = false;
    double pan_lock = 0.0;
    bool is_mono = true;
    double decay_s = 0.0;
    double left_power = 0.0, right_power = 0.0;
    const TrackAnalysis* track = nullptr;  ///< of the first member
    StemCells cells{};                     ///< of the members together
    OctavePowers octaves{};                ///< gated means
};

/// The voices of a session, silent and muted stems left out, in an order that hangs on their sound alone.
[[nodiscard]] std::vector<Voice> voices_of(const std::vector<Stem>& stems, const std::vector<StemMeasures>& measures,
                                           const std::vector<RoleGuess>& guesses);

/// Stems in an order that hangs on their sound alone.
[[nodiscard]] std::vector<std::size_t> order_by_sound(const std::vector<StemMeasures>& measures);

/// Loudness of each voice over that of the sum of all, in LU, under faders of so much.
[[nodiscard]] std::vector<double> relative_lufs(const std::vector<Voice>& voices, const std::vector<double>& gains_db);

}  // namespace burnish
