#include "preview/trail.h"

#include <algorithm>
#include <utility>

namespace burnish {

namespace {
constexpr int most_copies = 48;
constexpr double least_spacing_s = 3.0;
constexpr int blocks_per_step = 8;
}  // namespace

Trail::Trail(std::shared_ptr<const Track> track, const Rendering& fresh)
    : track_(std::move(track)),
      rendering_(fresh.copy()),
      end_frame_(fresh.frames() + fresh.latency_frames()),
      spacing_frames_(
          std::max(static_cast<std::int64_t>(least_spacing_s * track_->info.sample_rate_hz), end_frame_ / most_copies)),
      original_(track_->info.channels, deck_block_frames),
      master_(track_->info.channels, deck_block_frames),
      original_loudness_(track_->info),
      loudness_(track_->info),
      overview_(fresh.frames(), track_->info.sample_rate_hz) {}

bool Trail::advance() {
    if (is_complete()) return false;
    for (int i = 0; i < blocks_per_step && !is_complete(); ++i) {
        const auto to_copy = static_cast<std::int64_t>(copies_.size()) * spacing_frames_ - next_frame_;
        if (to_copy == 0) {
            copies_.push_back({rendering_->copy(), next_frame_});
            continue;
        }
        const auto count =
            static_cast<int>(std::min({std::int64_t{deck_block_frames}, to_copy, end_frame_ - next_frame_}));
        const auto original = original_.view().part(0, count);
        const auto master = master_.view().part(0, count);
        rendering_->advance(next_frame_, original, master);
        const auto heard_frame = next_frame_ - rendering_->latency_frames();
        next_frame_ += count;
        const int first = static_cast<int>(std::clamp<std::int64_t>(-heard_frame, 0, count));
        original_loudness_.add(original.part(first, count - first));
        loudness_.add(master.part(first, count - first));
        overview_.add(master.part(first, count - first));
    }
    return true;
}

const Trail::Copy* Trail::nearest(std::int64_t next_frame) const noexcept {
    if (copies_.empty() || next_frame < 0) return nullptr;
    const auto at = std::min(static_cast<std::size_t>(next_frame / spacing_frames_), copies_.size() - 1);
    const auto& copy = copies_[at];
    return next_frame - copy.next_frame <= spacing_frames_ ? &copy : nullptr;
}

}  // namespace burnish
