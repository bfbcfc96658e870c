#include "preview/chain_trail.h"

#include <algorithm>
#include <utility>

#include "preview/deck.h"

namespace burnish {

namespace {
constexpr int most_copies = 48;
constexpr double least_spacing_s = 3.0;
constexpr int blocks_per_step = 8;
}  // namespace

ChainTrail::ChainTrail(std::shared_ptr<const Track> track, const Chain& fresh)
    : track_(std::move(track)),
      chain_(fresh),
      end_frame_(track_->frames() + fresh.latency_frames()),
      spacing_frames_(
          std::max(static_cast<std::int64_t>(least_spacing_s * track_->info.sample_rate_hz), end_frame_ / most_copies)),
      block_(track_->info.channels, deck_block_frames),
      loudness_(track_->info),
      overview_(track_->frames()) {}

bool ChainTrail::advance() {
    if (is_complete()) return false;
    for (int i = 0; i < blocks_per_step && !is_complete(); ++i) {
        const auto to_copy = static_cast<std::int64_t>(copies_.size()) * spacing_frames_ - next_frame_;
        if (to_copy == 0) {
            copies_.push_back(std::make_unique<Copy>(Copy{chain_, next_frame_}));
            continue;
        }
        const auto count =
            static_cast<int>(std::min({std::int64_t{deck_block_frames}, to_copy, end_frame_ - next_frame_}));
        const auto block = block_.view().part(0, count);
        track_->read(next_frame_, block);
        chain_.process(block);
        const auto heard_frame = next_frame_ - chain_.latency_frames();
        next_frame_ += count;
        const int first = static_cast<int>(std::clamp<std::int64_t>(-heard_frame, 0, count));
        loudness_.add(block.part(first, count - first));
        overview_.add(block.part(first, count - first));
    }
    return true;
}

const ChainTrail::Copy* ChainTrail::nearest(std::int64_t next_frame) const noexcept {
    if (copies_.empty() || next_frame < 0) return nullptr;
    const auto at = std::min(static_cast<std::size_t>(next_frame / spacing_frames_), copies_.size() - 1);
    const auto& copy = copies_[at];
    return next_frame - copy->next_frame <= spacing_frames_ ? copy.get() : nullptr;
}

}  // namespace burnish
