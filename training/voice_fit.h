#pragma once

#include <span>

#include "mixing/balance_model.h"
#include "training/mix_songs.h"

namespace burnish::training {

/// A voice's distance from the centre in its author's mix, 0..1.
[[nodiscard]] double pan_distance(const Voice& voice) noexcept;

/// Fits the models of a mix to songs as their authors made them: ridge regression, robust, every song weighing alike.
/// @param songs  indices into `all`
[[nodiscard]] BalanceModel fit_balance(std::span<const MixSong> all, std::span<const std::size_t> songs);
[[nodiscard]] PanModel fit_pan(std::span<const MixSong> all, std::span<const std::size_t> songs);

/// The same for every song with all songs of its author left out, and what is left of them.
struct HeldOut {
    std::vector<BalanceModel> balance;  ///< one for each song
    std::vector<PanModel> pan;
    double spread_lu = 0.0;
    double pan_error = 0.0;
};
[[nodiscard]] HeldOut fit_held_out(std::span<const MixSong> songs);

}  // namespace burnish::training
