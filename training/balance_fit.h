#pragma once

#include <span>

#include "mixing/balance_model.h"
#include "training/mix_songs.h"

namespace burnish::training {

/// Fits the balance model to songs at their authors' levels: ridge regression, every song weighing alike.
/// @param songs  indices into `all`
[[nodiscard]] BalanceModel fit_balance(std::span<const MixSong> all, std::span<const std::size_t> songs);

/// The same for every song with all songs of its author left out, and the spread of what is left of them.
struct HeldOut {
    std::vector<BalanceModel> models;  ///< one for each song
    double spread_lu = 0.0;
};
[[nodiscard]] HeldOut fit_held_out(std::span<const MixSong> songs);

}  // namespace burnish::training
