#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mastering/services.h"
#include "mixing/stem.h"
#include "preview/track.h"

namespace burnish {

/// The stems of a session in memory, on one clock and at one rate, never changed once loaded.
struct StemSet {
    std::vector<Stem> stems;                           ///< names, wishes; what their sources were is in `tracks`
    std::vector<std::shared_ptr<const Track>> tracks;  ///< of each stem, from the session's start on; mono or stereo
    std::shared_ptr<const Track> sum;                  ///< of all that are not muted; without audio
};

/// Adds a stem as it came to a plain sum, stereo; a mono one feeds both sides at -3 dB, which is as loud as by itself.
/// Real-time safe.
/// @param scratch  with the channels of the stem, as long as the sum; holds the stem afterwards
void add_plain(const Track& stem, std::int64_t first, AudioView scratch, AudioView sum) noexcept;

/// Reads all stems.
/// @param name            of the session
/// @param sample_rate_hz  of the session; stems of another are converted
/// @param tick            called with the share 0..1 that is done; false cancels
[[nodiscard]] Result<std::shared_ptr<const StemSet>> load_stems(std::string name, const std::vector<Stem>& stems,
                                                                double sample_rate_hz, const MasterServices& services,
                                                                const std::function<bool(double)>& tick);

}  // namespace burnish
