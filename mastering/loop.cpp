#include "mastering/loop.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace burnish {

namespace {

// The slowest follower, 1 s, has forgotten what was before to 2e-9 after 20 s; filters and look-ahead see half a
// second.
constexpr double lead_s = 20.0;
constexpr double tail_s = 2.0;
constexpr int block_frames = 8192;
constexpr std::int64_t kept_frames = std::int64_t{1} << 23;  // three minutes

struct Stretch {
    std::int64_t first;
    std::int64_t end;
};

}  // namespace

LoopPlan plan_loop(double sample_rate_hz, std::int64_t frames, std::int64_t first, std::int64_t end) {
    assert(0 <= first && first < end && end <= frames);
    const auto loops_in = [&](double seconds) {
        return static_cast<std::int64_t>(std::ceil(seconds * sample_rate_hz / static_cast<double>(end - first)));
    };
    return {
        .first = first, .end = end, .frames = frames, .lead_loops = loops_in(lead_s), .tail_loops = loops_in(tail_s)};
}

std::optional<LoopPlan> at_rate(const LoopPlan& plan, double from_hz, double to_hz) {
    auto scaled = plan;
    for (const auto member : {&LoopPlan::first, &LoopPlan::end}) {
        const double frame = static_cast<double>(plan.*member) * to_hz / from_hz;
        if (std::abs(frame - std::round(frame)) > 1e-6) return std::nullopt;
        scaled.*member = static_cast<std::int64_t>(std::round(frame));
    }
    scaled.frames = static_cast<std::int64_t>(std::round(static_cast<double>(plan.frames) * to_hz / from_hz));
    return scaled;
}

LoopedSource::LoopedSource(AudioSource& source, const LoopPlan& plan)
    : source_(&source), plan_(plan), info_(source.info()), skipped_(source.info().channels, block_frames) {
    info_.frames = plan.played_frames();
    if (plan.loop_frames() <= kept_frames) loop_ = AudioBuffer(info_.channels, static_cast<int>(plan.loop_frames()));
}

LoopedSource::LoopedSource(std::unique_ptr<AudioSource> source, const LoopPlan& plan) : LoopedSource(*source, plan) {
    owned_ = std::move(source);
}

Status LoopedSource::rewind() {
    position_ = source_position_ = 0;
    return source_->rewind();
}

Status LoopedSource::seek(std::int64_t frame) {
    if (frame < source_position_) {
        if (auto status = source_->rewind(); !status) return status;
        source_position_ = 0;
    }
    while (source_position_ < frame) {
        const auto count = std::min<std::int64_t>(block_frames, frame - source_position_);
        auto got = source_->read(skipped_.view().part(0, static_cast<int>(count)));
        if (!got) return got.error();
        if (*got == 0) break;
        source_position_ += *got;
    }
    return success();
}

Result<int> LoopedSource::read(AudioView into) {
    const auto loop = plan_.loop_frames();
    const auto loops_end = plan_.end + (plan_.lead_loops + plan_.tail_loops) * loop;
    int done = 0;
    while (done < into.frames() && position_ < info_.frames) {
        // Where in the file this is, and how far it runs on there.
        std::int64_t frame = position_;
        std::int64_t end = plan_.end;
        if (position_ >= loops_end) {
            frame = position_ - loops_end + plan_.end;
            end = plan_.frames;
        } else if (position_ >= plan_.first) {
            frame = plan_.first + (position_ - plan_.first) % loop;
        }
        const auto part = into.part(done, static_cast<int>(std::min<std::int64_t>(into.frames() - done, end - frame)));
        const bool is_kept = loop_.frames() > 0 && position_ >= plan_.end && position_ < loops_end;
        int count = part.frames();
        if (is_kept) {
            copy(std::as_const(loop_).view().part(static_cast<int>(frame - plan_.first), count), part);
        } else {
            if (auto status = seek(frame); !status) return status.error();
            auto got = source_->read(part);
            if (!got) return got.error();
            if (*got == 0) break;
            count = *got;
            source_position_ += count;
            for (int n = 0; loop_.frames() > 0 && n < count; ++n) {  // the first time through: to be kept
                const auto at = frame + n - plan_.first;
                if (at < 0 || at >= loop) continue;
                for (int c = 0; c < info_.channels; ++c)
                    loop_.channel(c)[static_cast<std::size_t>(at)] = part.channel(c)[static_cast<std::size_t>(n)];
            }
        }
        position_ += count;
        done += count;
    }
    return done;
}

Status LoopDelivery::restart() {
    position_ = 0;
    return file_->restart();
}

Status LoopDelivery::write(ConstAudioView from) {
    const auto loop = plan_.loop_frames();
    const auto kept_loop = plan_.first + plan_.lead_loops * loop;
    const std::array kept{Stretch{0, plan_.first}, Stretch{kept_loop, kept_loop + loop},
                          Stretch{plan_.played_frames() - (plan_.frames - plan_.end), plan_.played_frames()}};
    for (const auto& stretch : kept) {
        const auto first = std::max(stretch.first, position_);
        const auto end = std::min(stretch.end, position_ + from.frames());
        if (first >= end) continue;
        auto status = file_->write(from.part(static_cast<int>(first - position_), static_cast<int>(end - first)));
        if (!status) return status;
    }
    position_ += from.frames();
    return success();
}

Result<std::unique_ptr<AudioSource>> LoopDelivery::finish() {
    auto file = file_->finish();
    if (!file) return file.error();
    return std::unique_ptr<AudioSource>(std::make_unique<LoopedSource>(*std::move(file), plan_));
}

}  // namespace burnish
