#include "preview/mix_rendering.h"

#include <algorithm>
#include <utility>

#include "mixing/mix_render.h"

namespace burnish {

namespace {

constexpr auto reduction_names = std::to_array<std::string_view>({"stems", "drums", "music", "vocals"});
static_assert(reduction_names.size() == 1 + bus_count);

std::vector<const NamedStrip*> strips_of(const MixSettings& settings, const std::vector<std::size_t>& heard) {
    std::vector<const NamedStrip*> strips;
    strips.reserve(heard.size());
    for (const auto i : heard) strips.push_back(&settings.strips[i]);
    return strips;
}

/// Of the mix, and of the plain sum if that is longer.
std::int64_t frames_of(const StemSet& stems, const MixSettings& settings, const std::vector<std::size_t>& heard) {
    std::int64_t frames = 0;
    for (const auto i : heard) frames = std::max(frames, stems.tracks[i]->frames());
    frames += tail_frames(settings, strips_of(settings, heard), stems.sum->info.sample_rate_hz);
    return std::max(frames, stems.sum->frames());
}

}  // namespace

MixRendering::MixRendering(std::shared_ptr<const StemSet> stems, const MixSettings& settings,
                           std::vector<std::size_t> heard)
    : stems_(std::move(stems)),
      heard_(std::move(heard)),
      desk_(settings, strips_of(settings, heard_), stems_->sum->info.sample_rate_hz, deck_block_frames, false),
      frames_(frames_of(*stems_, settings, heard_)),
      scratch_{AudioBuffer(1, deck_block_frames), AudioBuffer(2, deck_block_frames)} {
    for (const auto i : heard_) {
        const auto& info = stems_->tracks[i]->info;
        strips_.emplace_back(settings.strips[i].settings, info.sample_rate_hz, info.channels, deck_block_frames);
        strip_audio_.emplace_back(max_channels, deck_block_frames);
    }
}

std::unique_ptr<Rendering> MixRendering::copy() const { return std::make_unique<MixRendering>(*this); }

void MixRendering::advance(std::int64_t next_frame, AudioView original, AudioView master) noexcept {
    const int frames = master.frames();
    for (int c = 0; c < original.channels(); ++c) std::ranges::fill(original.channel(c), 0.0F);
    for (std::size_t i = 0; i < heard_.size(); ++i) {
        const auto& stem = *stems_->tracks[heard_[i]];
        const auto in = scratch_[static_cast<std::size_t>(stem.info.channels - 1)].view().part(0, frames);
        add_plain(stem, next_frame, in, original);
        strips_[i].process(in, strip_audio_[i].view().part(0, frames));
    }
    burnish::copy(desk_.mix(strip_audio_, frames), master);
}

Reductions MixRendering::reductions() const noexcept {
    Reductions now{.names = reduction_names};
    double deepest_db = 0.0;
    for (const auto& strip : strips_) deepest_db = std::max(deepest_db, strip.gain_reduction_db());
    now.db[0] = static_cast<float>(deepest_db);
    for (std::size_t b = 0; b < bus_count; ++b)
        now.db[1 + b] = static_cast<float>(desk_.gain_reduction_db(static_cast<Bus>(b)));
    return now;
}

}  // namespace burnish
