#pragma once

#include "core/audio_stream.h"
#include "mastering/chain.h"

namespace burnish {

/// A source heard through the programme stages: the same length, the chain's latency taken out.
class RenderedSource : public AudioSource {
public:
    /// Borrows `source`, which must outlive this and be at its start.
    RenderedSource(AudioSource& source, const ChainSettings& settings);

    [[nodiscard]] const StreamInfo& info() const override { return source_->info(); }
    [[nodiscard]] Result<int> read(AudioView into) override;
    [[nodiscard]] Status rewind() override;
    /// Of the stages, taken out of what `read` gives.
    [[nodiscard]] int latency_frames() const noexcept { return chain_.latency_frames(); }

private:
    static constexpr int block_frames = 1024;

    [[nodiscard]] Status fill_block();

    AudioSource* source_;
    bool neutral_;
    ProgramChain chain_;
    AudioBuffer block_;
    int used_ = 0;    // frames of the block already handed out
    int filled_ = 0;  // frames of the block that are worth handing out
    std::int64_t to_drop_ = 0;
    std::int64_t to_deliver_ = 0;
};

}  // namespace burnish
