#include "preview/deck.h"

#include <utility>

namespace burnish {

Deck::Deck(std::shared_ptr<const Track> of, const Chain& warm, std::int64_t next)
    : track(std::move(of)), chain(warm), next_frame(next) {}

void Deck::advance(AudioView original, AudioView master) noexcept {
    track->read(heard_frame(), original);
    track->read(next_frame, master);
    chain.process(master);
    next_frame += master.frames();
}

Reductions Deck::reductions() const noexcept {
    const auto& multiband = chain.block<MultibandCompressor>();
    Reductions now;
    for (int band = 0; band < MultibandCompressor::bands; ++band)
        now.db[static_cast<std::size_t>(band)] = static_cast<float>(multiband.gain_reduction_db(band));
    now.db[4] = static_cast<float>(chain.block<GlueCompressor>().gain_reduction_db());
    now.db[5] = static_cast<float>(-chain.block<Limiter>().gain_reduction_db());
    return now;
}

}  // namespace burnish
