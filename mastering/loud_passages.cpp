#include "mastering/loud_passages.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/loudness_meter.h"

namespace burnish {

namespace {

constexpr int block_frames = 8192;
constexpr double window_s = 3.0;
constexpr double windows_per_second = 10.0;  // as the meter notes them
constexpr double below_loudest_lu = 3.0;
constexpr std::size_t most_windows = 1200;
constexpr double fade_s = 0.02;

/// Power that a window has to reach: within 3 LU of the loudest twentieth, and among the loudest two minutes.
float least_power(std::vector<float> powers) {
    const auto twentieth = powers.end() - 1 - static_cast<std::ptrdiff_t>(powers.size() / 20);
    std::nth_element(powers.begin(), twentieth, powers.end());
    const auto near_loudest = static_cast<float>(*twentieth * std::pow(10.0, -0.1 * below_loudest_lu));
    if (powers.size() <= most_windows) return near_loudest;
    const auto last_of_most = powers.end() - static_cast<std::ptrdiff_t>(most_windows);
    std::nth_element(powers.begin(), last_of_most, powers.end());
    return std::max(near_loudest, *last_of_most);
}

}  // namespace

Result<std::vector<FrameRange>> find_loud_passages(AudioSource& source, const std::function<bool(double)>& tick) {
    if (auto status = source.rewind(); !status) return status.error();
    const auto& info = source.info();
    LoudnessMeter meter;
    meter.prepare(info.sample_rate_hz, info.channels);
    AudioBuffer block(info.channels, block_frames);
    std::int64_t frames = 0;
    while (true) {
        auto got = source.read(block.view());
        if (!got) return got.error();
        if (*got == 0) break;
        meter.process(block.view().part(0, *got));
        frames += *got;
        if (!tick(static_cast<double>(frames) / static_cast<double>(std::max<std::int64_t>(1, info.frames))))
            return Error{ErrorCode::canceled, "stopped"};
    }
    const auto powers = meter.short_term_powers();
    std::vector<FrameRange> passages;
    if (powers.empty()) return std::vector<FrameRange>{{0, frames}};
    const float least = least_power({powers.begin(), powers.end()});
    for (std::size_t i = 0; i < powers.size(); ++i) {
        if (powers[i] < least) continue;
        // A window that just comes near has its middle where the loud part begins or ends.
        const double start_s = static_cast<double>(i) / windows_per_second;
        const auto frame_at = [&](double seconds) { return static_cast<std::int64_t>(seconds * info.sample_rate_hz); };
        const auto first = i == 0 ? 0 : frame_at(start_s + window_s / 3.0);
        const auto end = i + 1 == powers.size() ? frames : std::min(frames, frame_at(start_s + window_s * 2.0 / 3.0));
        if (passages.empty() || passages.back().end < first) passages.push_back({first, end});
        passages.back().end = end;
    }
    return passages;
}

PassagesSource::PassagesSource(AudioSource& source, std::vector<FrameRange> passages)
    : source_(&source),
      passages_(std::move(passages)),
      info_(source.info()),
      skipped_(source.info().channels, block_frames) {
    info_.frames = 0;
    for (const auto& passage : passages_) info_.frames += passage.frames();
}

Status PassagesSource::rewind() {
    passage_ = 0;
    position_ = 0;
    return source_->rewind();
}

Status PassagesSource::skip_to(std::int64_t frame) {
    while (position_ < frame) {
        const auto count = static_cast<int>(std::min<std::int64_t>(block_frames, frame - position_));
        auto got = source_->read(skipped_.view().part(0, count));
        if (!got) return got.error();
        if (*got == 0) break;
        position_ += *got;
    }
    return success();
}

void PassagesSource::fade(AudioView block, std::int64_t first, const FrameRange& passage) const noexcept {
    const double length = std::max(1.0, fade_s * info_.sample_rate_hz);
    const auto gain = [&](double frames_from_cut) {
        return frames_from_cut >= length ? 1.0 : 0.5 - 0.5 * std::cos(std::numbers::pi * frames_from_cut / length);
    };
    for (int n = 0; n < block.frames(); ++n) {
        const auto frame = first + n;
        double faded = 1.0;
        if (passage.first > 0) faded = gain(static_cast<double>(frame - passage.first));
        if (passage.end < source_->info().frames) faded *= gain(static_cast<double>(passage.end - 1 - frame));
        if (faded == 1.0) continue;
        for (int c = 0; c < block.channels(); ++c) block.channel(c)[n] *= static_cast<float>(faded);
    }
}

Result<int> PassagesSource::read(AudioView into) {
    int done = 0;
    while (done < into.frames() && passage_ < passages_.size()) {
        const auto& passage = passages_[passage_];
        if (auto status = skip_to(passage.first); !status) return status.error();
        const auto left = passage.end - position_;
        const auto part = into.part(done, static_cast<int>(std::min<std::int64_t>(into.frames() - done, left)));
        auto got = source_->read(part);
        if (!got) return got.error();
        fade(part.part(0, *got), position_, passage);
        position_ += *got;
        done += *got;
        if (position_ >= passage.end || *got == 0) ++passage_;
    }
    return done;
}

}  // namespace burnish
