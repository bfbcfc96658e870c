#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "mixing/masking.h"
#include "training/voice_fit.h"

namespace burnish::training {

using Gains = std::vector<double>;
/// What a rung makes of the voices of a song: levels, and cuts if it has any.
struct Found {
    Gains gains_db;
    std::vector<OctaveLevels> cuts_db{};
    Gains cuts_lu{};  ///< how much louder those make the voices: less than 0

    /// Change of the voices' loudness.
    [[nodiscard]] Gains heard_db() const;
};
/// @param song    its index @param author  its voices as the author has them; for the oracle alone
using Rung = std::function<Found(std::size_t song, const std::vector<Voice>& author, const std::vector<Voice>& voices)>;

/// From stems as they come to what no mixer knows.
/// @param learned  models that have not seen the song's author; must outlive the rungs
[[nodiscard]] std::vector<std::pair<std::string, Rung>> mix_rungs(const HeldOut& learned);

}  // namespace burnish::training
