#include "mastering/loop.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numbers>

#include "dsp/extremes.h"

namespace burnish {

namespace {

// The slowest follower, 1 s, has forgotten what was before to 2e-9 after 20 s; filters and look-ahead see half a
// second.
constexpr double lead_s = 20.0;
constexpr double tail_s = 2.0;
constexpr int block_frames = 8192;
constexpr std::int64_t kept_frames = std::int64_t{1} << 23;  // three minutes

constexpr double blend_s = 0.5;
constexpr std::int64_t seams_in_blend = 25;
constexpr double exit_s = 0.02;
constexpr int least_exit_frames = 16;

struct Stretch {
    std::int64_t first;
    std::int64_t end;
};

/// How much of a loop's start is compared, and mirrored: 20 ms, or less where there is less.
std::int64_t seam_frames(const LoopPlan& plan) {
    return std::min(plan.blend_frames / seams_in_blend, plan.loop_frames());
}

std::int64_t frames_to_blend(const LoopPlan& plan, double sample_rate_hz) {
    const auto frames = std::min<std::int64_t>(plan.first, std::llround(blend_s * sample_rate_hz));
    return frames < seams_in_blend ? 0 : frames;
}

std::int64_t frames_of_exit(const LoopPlan& plan, double sample_rate_hz) {
    return std::min({plan.frames - plan.end, plan.loop_frames(), std::int64_t{std::llround(exit_s * sample_rate_hz)}});
}

/// 1 at a joint, 0 so many frames from it.
double seam_fade(int from_joint, int frames) {
    return from_joint < frames ? 0.5 + 0.5 * std::cos(std::numbers::pi * from_joint / frames) : 0.0;
}

float peak_of(const AudioBuffer& audio) {
    float peak = 0.0F;
    for (int c = 0; c < audio.channels(); ++c)
        peak = std::max({peak, largest_of(audio.channel(c)), -lowest_of(audio.channel(c))});
    return peak;
}

}  // namespace

LoopPlan plan_loop(double sample_rate_hz, std::int64_t frames, std::int64_t first, std::int64_t end) {
    assert(0 <= first && first < end && end <= frames);
    const auto loops_in = [&](double seconds) {
        return static_cast<std::int64_t>(std::ceil(seconds * sample_rate_hz / static_cast<double>(end - first)));
    };
    LoopPlan plan{
        .first = first, .end = end, .frames = frames, .lead_loops = loops_in(lead_s), .tail_loops = loops_in(tail_s)};
    plan.blend_frames = frames_to_blend(plan, sample_rate_hz);
    plan.exit_frames = frames_of_exit(plan, sample_rate_hz);
    return plan;
}

std::optional<LoopPlan> at_rate(const LoopPlan& plan, double from_hz, double to_hz) {
    auto scaled = plan;
    for (const auto member : {&LoopPlan::first, &LoopPlan::end}) {
        const double frame = static_cast<double>(plan.*member) * to_hz / from_hz;
        if (std::abs(frame - std::round(frame)) > 1e-6) return std::nullopt;
        scaled.*member = static_cast<std::int64_t>(std::round(frame));
    }
    scaled.frames = static_cast<std::int64_t>(std::round(static_cast<double>(plan.frames) * to_hz / from_hz));
    scaled.blend_frames = frames_to_blend(scaled, to_hz);
    scaled.exit_frames = frames_of_exit(scaled, to_hz);
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
    const auto seam = seam_frames(plan_);
    const auto exit = plan_.exit_frames;
    const auto kept_loop = plan_.first + plan_.lead_loops * loop;
    const auto ending = plan_.played_frames() - (plan_.frames - plan_.end);
    if (position_ == 0) {
        const auto buffer_of = [&](std::int64_t frames) {
            return AudioBuffer(from.channels(), static_cast<int>(frames));
        };
        end_ = buffer_of(plan_.blend_frames);
        after_ = buffer_of(seam);
        start_ = buffer_of(seam);
        loop_end_ = buffer_of(exit);
        last_end_ = buffer_of(exit);
        exit_ = buffer_of(exit);
        highest_ = 0.0F;
    }
    for (int c = 0; plan_.blend_frames + exit > 0 && c < from.channels(); ++c)
        highest_ = std::max({highest_, largest_of(from.channel(c)), -lowest_of(from.channel(c))});
    /// What is kept goes to the file, or waits until what it is to be joined to is known.
    struct Kept {
        Stretch played;
        AudioBuffer* waiting;
    };
    const std::array kept{Kept{{0, plan_.first - plan_.blend_frames}, nullptr},
                          Kept{{plan_.first - plan_.blend_frames, plan_.first}, &end_},
                          Kept{{plan_.first, plan_.first + seam}, &after_},
                          Kept{{kept_loop, kept_loop + seam}, &start_},
                          Kept{{kept_loop + seam, kept_loop + loop}, nullptr},
                          Kept{{kept_loop + loop - exit, kept_loop + loop}, &loop_end_},  // in the file as well
                          Kept{{ending - exit, ending}, &last_end_},
                          Kept{{ending, ending + exit}, &exit_},
                          Kept{{ending + exit, plan_.played_frames()}, nullptr}};
    for (const auto& [stretch, waiting] : kept) {
        const auto first = std::max(stretch.first, position_);
        const auto end = std::min(stretch.end, position_ + from.frames());
        if (first >= end) continue;
        const auto part = from.part(static_cast<int>(first - position_), static_cast<int>(end - first));
        if (waiting != nullptr)
            copy(part, waiting->view().part(static_cast<int>(first - stretch.first), part.frames()));
        else if (auto status = file_->write(part); !status)
            return status;
        if (waiting == &start_ && end == stretch.end)
            if (auto status = write_blended(); !status) return status;
        if (waiting == &exit_ && end == stretch.end)
            if (auto status = write_exit(); !status) return status;
    }
    position_ += from.frames();
    return success();
}

double LoopDelivery::blend_gain() const noexcept {
    constexpr double most = 4.0;  // 12 dB
    double common = 0.0;
    double power = 0.0;
    for (int c = 0; c < end_.channels(); ++c)
        for (int n = 0; n < after_.frames(); ++n) {
            common += static_cast<double>(start_.channel(c)[n]) * after_.channel(c)[n];
            power += static_cast<double>(after_.channel(c)[n]) * after_.channel(c)[n];
        }
    const float highest = peak_of(end_);
    if (power <= 0.0 || highest <= 0.0F) return 1.0;
    // No peak comes to stand above those that the limiter has let through.
    const double room = std::max(1.0, static_cast<double>(highest_) / highest);
    return std::clamp(common / power, 1.0 / most, std::min(most, room));
}

Status LoopDelivery::write_blended() {
    const double gain = blend_gain();
    const int frames = end_.frames();
    const int seam = start_.frames();
    for (int c = 0; c < end_.channels(); ++c) {
        const auto end = end_.channel(c);
        const auto left = [&](int n) { return start_.channel(c)[n] - gain * after_.channel(c)[n]; };
        for (int n = 0; n < frames; ++n) {
            const double rise = 0.5 - 0.5 * std::cos(std::numbers::pi * (n + 1) / (frames + 1));
            double sample = end[n] * std::pow(gain, rise);
            const int to_loop = frames - n;  // frames; the mirror of what comes as many after the loop's first
            if (to_loop < seam) sample += seam_fade(to_loop, seam) * (2.0 * left(0) - left(to_loop));
            end[n] = static_cast<float>(sample);
        }
    }
    if (auto status = file_->write(std::as_const(end_).view()); !status) return status;
    return file_->write(std::as_const(start_).view());
}

AudioBuffer LoopDelivery::led_out(int frames) const {
    AudioBuffer led = exit_;
    for (int c = 0; c < exit_.channels(); ++c) {
        const auto left = [&](int before_joint) {
            const int n = loop_end_.frames() - 1 - before_joint;
            return static_cast<double>(loop_end_.channel(c)[n]) - last_end_.channel(c)[n];
        };
        for (int n = 1; n < frames; ++n)  // after the loop's last; the mirror of what was as many before
            led.channel(c)[n - 1] += static_cast<float>(seam_fade(n, frames) * (2.0 * left(0) - left(n)));
    }
    return led;
}

Status LoopDelivery::write_exit() {
    int frames = exit_.frames();
    auto led = led_out(frames);
    while (frames > least_exit_frames && peak_of(led) > highest_) led = led_out(frames /= 2);
    return file_->write(std::as_const(led).view());
}

Result<std::unique_ptr<AudioSource>> LoopDelivery::finish() {
    auto file = file_->finish();
    if (!file) return file.error();
    return std::unique_ptr<AudioSource>(std::make_unique<LoopedSource>(*std::move(file), plan_));
}

}  // namespace burnish
