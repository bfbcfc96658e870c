#include "preview/deck.h"

#include <utility>

namespace burnish {

Deck::Deck(std::shared_ptr<const Track> of, std::unique_ptr<Rendering> warm, std::int64_t next)
    : track(std::move(of)), rendering(std::move(warm)), next_frame(next) {}

void Deck::advance(AudioView original, AudioView master) noexcept {
    rendering->advance(next_frame, original, master);
    next_frame += master.frames();
}

}  // namespace burnish
