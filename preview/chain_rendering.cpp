#include "preview/chain_rendering.h"

#include <utility>

namespace burnish {

namespace {
constexpr auto reduction_names =
    std::to_array<std::string_view>({"dyn eq", "bands", "", "", "", "glue", "clipper", "limiter"});
static_assert(reduction_names.size() <= Reductions::most);
}  // namespace

ChainRendering::ChainRendering(std::shared_ptr<const Track> track, const ChainSettings& settings)
    : track_(std::move(track)) {
    chain_.prepare({track_->info.sample_rate_hz, track_->info.channels, deck_block_frames});
    auto without_dither = settings;
    without_dither.dither = {};
    chain_.set(without_dither);
}

std::unique_ptr<Rendering> ChainRendering::copy() const { return std::make_unique<ChainRendering>(*this); }

void ChainRendering::advance(std::int64_t next_frame, AudioView original, AudioView master) noexcept {
    track_->read(next_frame - chain_.latency_frames(), original);
    track_->read(next_frame, master);
    chain_.process(master);
}

Reductions ChainRendering::reductions() const noexcept {
    Reductions now{.names = reduction_names};
    auto* next = now.db.data();
    *next++ = static_cast<float>(chain_.block<DynamicEqualizer>().gain_reduction_db());
    const auto& multiband = chain_.block<MultibandCompressor>();
    for (int band = 0; band < MultibandCompressor::bands; ++band)
        *next++ = static_cast<float>(multiband.gain_reduction_db(band));
    *next++ = static_cast<float>(chain_.block<GlueCompressor>().gain_reduction_db());
    *next++ = static_cast<float>(chain_.block<SoftClipper>().gain_reduction_db());
    *next++ = static_cast<float>(-chain_.block<Limiter>().gain_reduction_db());
    return now;
}

}  // namespace burnish
