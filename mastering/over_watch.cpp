#include "mastering/over_watch.h"

#include <algorithm>
#include <utility>

#include "core/decibels.h"

namespace burnish {

namespace {
constexpr int half = PeakReferee::half_taps;
constexpr int kept_frames = 2 * half;
}  // namespace

OverWatch::OverWatch(const LimiterSettings& settings, int channels, int max_block_frames)
    : ceiling_(db_to_gain(settings.ceiling_dbtp)),
      near_(ceiling_ * db_to_gain(-0.2)),  // more than the detector can miss
      history_(channels, kept_frames + std::max(max_block_frames, half)),
      history_start_(-kept_frames) {}

void OverWatch::watch(ConstAudioView limited, std::span<const float> peaks, std::span<const float> gains) {
    const int count = limited.frames();
    const std::int64_t first = history_start_ + kept_frames;
    copy(limited, history_.view().part(kept_frames, count));
    for (int i = 0; i < count; ++i)
        if (peaks[i] * gains[i] > near_) suspects_.push_back({first + i, gains[i]});

    // A gap can be judged when `half` frames after it are there.
    auto suspect = suspects_.begin();
    for (; suspect != suspects_.end() && suspect->frame + half < first + count; ++suspect) {
        const double peak = closest_peak(suspect->frame);
        // Had the detector said this, the gain would have ended as much lower as the peak is too high.
        if (peak > ceiling_) corrections_.push_back({suspect->frame, static_cast<float>(peak / suspect->gain)});
    }
    suspects_.erase(suspects_.begin(), suspect);

    for (int c = 0; c < history_.channels(); ++c) {
        const auto x = history_.channel(c);
        std::copy(x.begin() + count, x.begin() + count + kept_frames, x.begin());
    }
    history_start_ += count;
}

double OverWatch::closest_peak(std::int64_t frame) const noexcept {
    double peak = 0.0;
    for (const std::int64_t gap : {frame - 1, frame}) {
        const auto start = static_cast<std::size_t>(gap - (half - 1) - history_start_);
        for (int c = 0; c < history_.channels(); ++c)
            peak = std::max(peak, referee_.gap_peak(history_.channel(c).subspan(start, std::size_t{2} * half)));
    }
    return peak;
}

std::vector<OverWatch::Correction> OverWatch::finish() {
    const AudioBuffer silence(history_.channels(), half);
    const std::vector<float> nothing(static_cast<std::size_t>(half));
    for (int i = 0; i < 2; ++i) watch(silence.view(), nothing, nothing);
    return std::exchange(corrections_, {});
}

}  // namespace burnish
