#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/audio_stream.h"
#include "mastering/chain.h"

namespace burnish {

/// A source heard through a row of stages: the same length, the stages' latency taken out.
template <const auto& stages>
class RenderedSource final : public AudioSource {
public:
    /// Borrows `source`, which must outlive this and be at its start.
    RenderedSource(AudioSource& source, const ChainSettings& settings)
        : source_(&source), neutral_(all_neutral(stages, settings)), block_(source.info().channels, block_frames) {
        row_.prepare({source.info().sample_rate_hz, source.info().channels, block_frames});
        if (neutral_) return;
        row_.set(settings);
        start();
    }

    [[nodiscard]] const StreamInfo& info() const override { return source_->info(); }

    [[nodiscard]] Result<int> read(AudioView into) override {
        if (neutral_) return source_->read(into);
        int done = 0;
        while (done < into.frames()) {
            if (used_ == filled_)
                if (auto status = fill_block(); !status) return status.error();
            if (used_ == filled_) break;
            const int count = std::min(into.frames() - done, filled_ - used_);
            copy(std::as_const(block_).view().part(used_, count), into.part(done, count));
            used_ += count;
            done += count;
        }
        return done;
    }

    [[nodiscard]] Status rewind() override {
        if (!neutral_) {
            row_.reset();
            start();
        }
        return source_->rewind();
    }

    /// Of the stages, taken out of what `read` gives.
    [[nodiscard]] int latency_frames() const noexcept { return row_.latency_frames(); }

private:
    static constexpr int block_frames = 1024;

    void start() {
        used_ = filled_ = 0;
        to_drop_ = row_.latency_frames();
        to_deliver_ = source_->info().frames;
    }

    [[nodiscard]] Status fill_block() {
        used_ = filled_ = 0;
        while (filled_ == used_ && to_deliver_ > 0) {
            auto got = source_->read(block_.view());
            if (!got) return got.error();
            // After the end, silence pushes out what the latency still holds.
            for (int c = 0; c < block_.channels(); ++c)
                std::fill(block_.channel(c).begin() + *got, block_.channel(c).end(), 0.0F);
            row_.process(block_.view());
            used_ = static_cast<int>(std::min<std::int64_t>(to_drop_, block_frames));
            filled_ = used_ + static_cast<int>(std::min<std::int64_t>(block_frames - used_, to_deliver_));
            to_drop_ -= used_;
            to_deliver_ -= filled_ - used_;
        }
        return success();
    }

    AudioSource* source_;
    bool neutral_;
    StageRow<stages> row_;
    AudioBuffer block_;
    int used_ = 0;    // frames of the block already handed out
    int filled_ = 0;  // frames of the block that are worth handing out
    std::int64_t to_drop_ = 0;
    std::int64_t to_deliver_ = 0;
};

}  // namespace burnish
