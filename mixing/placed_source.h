#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "mastering/services.h"
#include "mixing/stem.h"

namespace burnish {

/// A stem on the session's clock and at the session's rate: silence before its start, and its end is its own.
class PlacedSource final : public AudioSource {
public:
    /// Borrows the stem's source.
    [[nodiscard]] static Result<std::unique_ptr<PlacedSource>> make(const Stem& stem, double sample_rate_hz,
                                                                    const MasterServices& services) {
        auto placed = std::make_unique<PlacedSource>();
        placed->source_ = stem.source;
        if (stem.source->info().sample_rate_hz != sample_rate_hz) {
            auto converted = services.convert_rate(*stem.source, sample_rate_hz);
            if (!converted) return converted.error();
            placed->converted_ = *std::move(converted);
            placed->source_ = placed->converted_.get();
        }
        placed->lead_ = std::llround(stem.start_s * sample_rate_hz);
        placed->info_ = placed->source_->info();
        placed->info_.frames += placed->lead_;
        return placed;
    }

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Result<int> read(AudioView into) override {
        const int silent = static_cast<int>(std::min<std::int64_t>(into.frames(), lead_ - position_));
        if (silent > 0) {
            for (int c = 0; c < into.channels(); ++c) {
                const auto samples = into.channel(c).first(static_cast<std::size_t>(silent));
                std::fill(samples.begin(), samples.end(), 0.0F);
            }
            position_ += silent;
        }
        const int first = std::max(silent, 0);
        if (first == into.frames()) return first;
        auto got = source_->read(into.part(first, into.frames() - first));
        if (!got) return got;
        return first + *got;
    }
    [[nodiscard]] Status rewind() override {
        position_ = 0;
        return source_->rewind();
    }

private:
    AudioSource* source_ = nullptr;
    std::unique_ptr<AudioSource> converted_;
    StreamInfo info_;
    std::int64_t lead_ = 0;
    std::int64_t position_ = 0;  // of the silence
};

}  // namespace burnish
