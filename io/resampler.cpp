#include "io/resampler.h"

#include <soxr.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>

namespace burnish {

namespace {

constexpr int block_frames = 4096;

class Resampler final : public AudioSource {
public:
    Resampler(AudioSource& source, double sample_rate_hz)
        : source_(source),
          info_(source.info()),
          ratio_(sample_rate_hz / source.info().sample_rate_hz),
          in_(source.info().channels, block_frames),
          out_(source.info().channels, block_frames) {
        info_.sample_rate_hz = sample_rate_hz;
        info_.frames = std::llround(static_cast<double>(info_.frames) * ratio_);
        if (ratio_ != 1.0) info_.bits_per_sample = 0;
    }

    [[nodiscard]] const StreamInfo& info() const override { return info_; }

    [[nodiscard]] Status rewind() override {
        if (auto rewound = source_.rewind(); !rewound) return rewound;
        return restart();
    }

    [[nodiscard]] Status restart() {
        const auto io = soxr_io_spec(SOXR_FLOAT32_S, SOXR_FLOAT32_S);
        const auto quality = soxr_quality_spec(SOXR_VHQ | SOXR_LINEAR_PHASE, 0);
        const auto runtime = soxr_runtime_spec(1);
        soxr_error_t error = nullptr;
        soxr_.reset(soxr_create(source_.info().sample_rate_hz, info_.sample_rate_hz,
                                static_cast<unsigned>(info_.channels), &error, &io, &quality, &runtime));
        position_ = 0;
        in_first_ = in_end_ = out_first_ = out_end_ = 0;
        source_ended_ = false;
        if (soxr_ == nullptr || error != nullptr) return failure(error);
        return success();
    }

    [[nodiscard]] Result<int> read(AudioView into) override {
        int done = 0;
        while (done < into.frames() && position_ < info_.frames) {
            if (out_first_ == out_end_)
                if (auto filled = fill(); !filled) return filled.error();
            const int count = static_cast<int>(
                std::min<std::int64_t>({into.frames() - done, out_end_ - out_first_, info_.frames - position_}));
            copy(std::as_const(out_).view().part(out_first_, count), into.part(done, count));
            out_first_ += count;
            done += count;
            position_ += count;
        }
        return done;
    }

private:
    /// Fills `out_`. Blocks of fixed size on both sides, whatever is asked of read, so that the bits are the same.
    [[nodiscard]] Status fill() {
        out_first_ = out_end_ = 0;
        while (out_end_ < block_frames) {
            if (in_first_ == in_end_ && !source_ended_) {
                auto got = source_.read(in_.view());
                if (!got) return got.error();
                in_first_ = 0;
                in_end_ = *got;
                source_ended_ = *got == 0;
            }
            soxr_cbuf_t from[max_channels] = {};
            soxr_buf_t to[max_channels] = {};
            for (int c = 0; c < info_.channels; ++c) {
                from[c] = in_.channel(c).data() + in_first_;
                to[c] = out_.channel(c).data() + out_end_;
            }
            std::size_t taken = 0;
            std::size_t given = 0;
            const auto error =
                soxr_process(soxr_.get(), source_ended_ ? nullptr : static_cast<soxr_in_t>(from),
                             static_cast<std::size_t>(in_end_ - in_first_), &taken, static_cast<soxr_out_t>(to),
                             static_cast<std::size_t>(block_frames - out_end_), &given);
            if (error != nullptr) return failure(error);
            in_first_ += static_cast<int>(taken);
            out_end_ += static_cast<int>(given);
            if (source_ended_ && given == 0) pad();
        }
        return success();
    }

    /// soxr rounds the length its own way, which may be a frame short of ours.
    void pad() {
        for (int c = 0; c < info_.channels; ++c) std::ranges::fill(out_.channel(c).subspan(out_end_), 0.0F);
        out_end_ = block_frames;
    }

    [[nodiscard]] static Error failure(soxr_error_t error) {
        return {ErrorCode::internal, std::string("sample-rate conversion: ") + soxr_strerror(error)};
    }

    struct Delete {
        void operator()(soxr_t soxr) const noexcept { soxr_delete(soxr); }
    };

    AudioSource& source_;
    StreamInfo info_;
    double ratio_;
    AudioBuffer in_;
    AudioBuffer out_;
    std::unique_ptr<soxr, Delete> soxr_;
    std::int64_t position_ = 0;
    int in_first_ = 0;
    int in_end_ = 0;
    int out_first_ = 0;
    int out_end_ = 0;
    bool source_ended_ = false;
};

}  // namespace

Result<std::unique_ptr<AudioSource>> convert_rate(AudioSource& source, double sample_rate_hz) {
    assert(sample_rate_hz > 0.0);
    auto resampler = std::make_unique<Resampler>(source, sample_rate_hz);
    if (auto ready = resampler->rewind(); !ready) return ready.error();
    return std::unique_ptr<AudioSource>(std::move(resampler));
}

}  // namespace burnish
