#include "preview/loudness_profile.h"

#include <algorithm>
#include <cmath>

namespace burnish {

namespace {
constexpr std::size_t block_steps = 4;  // a gating block is 400 ms long and begins every 100 ms
}

double LoudnessProfile::section_lufs(double first_s, double last_s) const {
    const auto step_at = [&](double seconds) {
        const double step = std::round(seconds * steps_per_second);
        return static_cast<std::size_t>(std::clamp(step, 0.0, static_cast<double>(step_powers_.size())));
    };
    const auto first = step_at(first_s);
    const auto last = step_at(last_s);
    std::vector<float> block_powers;
    for (auto step = first; step + block_steps <= last; ++step) {
        double sum = 0.0;
        for (std::size_t i = 0; i < block_steps; ++i) sum += step_powers_[step + i];
        block_powers.push_back(static_cast<float>(sum / block_steps));
    }
    return gated_loudness_lufs(block_powers);
}

double LoudnessProfile::loudest_start_s(double seconds) const {
    const auto length = static_cast<std::size_t>(std::round(seconds * steps_per_second));
    if (step_powers_.size() <= length) return 0.0;
    double sum = 0.0;
    double best_sum = -1.0;
    std::size_t best = 0;
    for (std::size_t i = 0; i < step_powers_.size(); ++i) {
        sum += step_powers_[i];
        if (i >= length) sum -= step_powers_[i - length];
        if (i + 1 < length || sum <= best_sum) continue;
        best_sum = sum;
        best = i + 1 - length;
    }
    return static_cast<double>(best) / steps_per_second;
}

LoudnessProfileMaker::LoudnessProfileMaker(const StreamInfo& info) : sample_rate_hz_(info.sample_rate_hz) {
    meter_.prepare(info.sample_rate_hz, info.channels, LoudnessDetail::integrated);
    step_end_ = std::lround(sample_rate_hz_ / LoudnessProfile::steps_per_second);
}

void LoudnessProfileMaker::add(ConstAudioView audio) {
    for (int done = 0; done < audio.frames();) {
        const int count = static_cast<int>(std::min<std::int64_t>(audio.frames() - done, step_end_ - frames_));
        meter_.process(audio.part(done, count));
        done += count;
        frames_ += count;
        step_frames_ += count;
        if (frames_ < step_end_) continue;
        step_powers_.push_back(static_cast<float>((meter_.energy() - energy_before_) / step_frames_));
        energy_before_ = meter_.energy();
        step_frames_ = 0;
        const auto next = static_cast<double>(step_powers_.size() + 1) * sample_rate_hz_;
        step_end_ = std::lround(next / LoudnessProfile::steps_per_second);
    }
}

}  // namespace burnish
