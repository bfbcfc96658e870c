#pragma once

#include <string>
#include <vector>

#include "mastering/reference_aim.h"
#include "mastering/target.h"
#include "mixing/balance.h"
#include "mixing/panning.h"
#include "mixing/tone_moves.h"

namespace burnish {

/// Least and most that the pans of a mix are multiplied by for the sake of its width.
inline constexpr double narrowest_factor = 0.5;
inline constexpr double widest_factor = 1.5;

/// What references ask of a mix, after what was measured of its sum.
struct ReferenceWish {
    WantedTone tone{};                       ///< what the sum misses, capped
    double tone_amount = 1.0;                ///< of the moves of faders that come of it; 0 moves none
    double side_mid_db = silence_db;         ///< of the sum
    double wanted_side_mid_db = silence_db;  ///< theirs
    double width_amount = 1.0;               ///< of the change of pans that comes of it; 0 changes none
    std::string names{};                     ///< "hit.flac", "2 references"
};

/// What the tone of a sum misses of the references', by octaves, the mean taken out: the powers of mid and side and of
/// the third octaves added up, but for those that are empty in either.
[[nodiscard]] WantedTone tone_missing_by_octaves(const ReferenceAim& aim, const TrackAnalysis& sum);
/// The weighted mean magnitude of what is missing.
[[nodiscard]] double distance_db(const WantedTone& missing);

/// @param aim     of the references' loudest passages
/// @param sum     the same of the mix as it would be without them
/// @param target  amounts of tone and width, and the cap on the tone
[[nodiscard]] ReferenceWish wish_of(const ReferenceAim& aim, const TrackAnalysis& sum, const Target& target,
                                    std::string names);

/// What pans have to be multiplied by, 0.5 to 1.5, to bring the side over the mid of the sum nearest to a wanted one;
/// 1 if nothing is panned. Locked voices stay; what is wide in itself stays as wide.
///
/// A mono voice panned to p, with gains l and r, has (l - r)^2 / 4 of its power in the side; voices add up in power.
[[nodiscard]] double width_towards(double wanted_side_mid_db, double side_mid_db, const std::vector<Voice>& voices,
                                   const std::vector<double>& gains_db, const std::vector<double>& pans);

/// Moves pans and faders towards what the references ask for, and says so in their reasons. Locks hold; of levels that
/// are to be kept, none is moved.
void follow_references(const ReferenceWish& wish, const std::vector<Voice>& voices, BalanceMode mode, Balance& balance,
                       Panorama& panorama);

}  // namespace burnish
