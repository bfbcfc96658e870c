#include "mastering/rendered_source.h"

#include <algorithm>

namespace burnish {

RenderedSource::RenderedSource(AudioSource& source, const ChainSettings& settings)
    : source_(&source), neutral_(all_neutral(program_stages, settings)), block_(source.info().channels, block_frames) {
    chain_.prepare({source.info().sample_rate_hz, source.info().channels, block_frames});
    if (neutral_) return;
    chain_.set(settings);
    to_drop_ = chain_.latency_frames();
    to_deliver_ = source.info().frames;
}

Status RenderedSource::rewind() {
    used_ = filled_ = 0;
    if (!neutral_) {
        chain_.reset();
        to_drop_ = chain_.latency_frames();
        to_deliver_ = source_->info().frames;
    }
    return source_->rewind();
}

Status RenderedSource::fill_block() {
    used_ = filled_ = 0;
    while (filled_ == used_ && to_deliver_ > 0) {
        auto got = source_->read(block_.view());
        if (!got) return got.error();
        // After the end, silence pushes out what the latency still holds.
        for (int c = 0; c < block_.channels(); ++c)
            std::fill(block_.channel(c).begin() + *got, block_.channel(c).end(), 0.0F);
        chain_.process(block_.view());
        used_ = static_cast<int>(std::min<std::int64_t>(to_drop_, block_frames));
        filled_ = used_ + static_cast<int>(std::min<std::int64_t>(block_frames - used_, to_deliver_));
        to_drop_ -= used_;
        to_deliver_ -= filled_ - used_;
    }
    return success();
}

Result<int> RenderedSource::read(AudioView into) {
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

}  // namespace burnish
