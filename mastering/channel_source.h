#pragma once

#include <algorithm>
#include <cassert>

#include "core/audio_stream.h"

namespace burnish {

/// A source with another number of channels: stereo folded down to the mean of both, or mono on both.
class ChannelSource final : public AudioSource {
public:
    /// Borrows `source`. @param channels  1 or 2
    ChannelSource(AudioSource& source, int channels)
        : source_(&source), info_(source.info()), block_(source.info().channels, block_frames) {
        assert(channels == 1 || channels == 2);
        if (channels < info_.channels) info_.bits_per_sample = 0;  // a mean of two needs one bit more
        info_.channels = channels;
    }

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Result<int> read(AudioView into) override {
        int done = 0;
        while (done < into.frames()) {
            auto part = block_.view().part(0, std::min(block_frames, into.frames() - done));
            const auto got = source_->read(part);
            if (!got) return got.error();
            if (*got == 0) break;
            convert(part.part(0, *got), into.part(done, *got));
            done += *got;
        }
        return done;
    }
    [[nodiscard]] Status rewind() override { return source_->rewind(); }

private:
    static constexpr int block_frames = 4096;

    static void convert(AudioView from, AudioView into) {
        const auto first = from.channel(0);
        const auto last = from.channel(from.channels() - 1);
        for (int c = 0; c < into.channels(); ++c)
            for (int n = 0; n < into.frames(); ++n)
                into.channel(c)[n] = into.channels() == 1 ? 0.5F * (first[n] + last[n]) : first[n];
    }

    AudioSource* source_;
    StreamInfo info_;
    AudioBuffer block_;
};

}  // namespace burnish
