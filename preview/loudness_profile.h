#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "analysis/loudness_meter.h"
#include "core/audio_stream.h"

namespace burnish {

/// K-weighted power of a track, 100 ms by 100 ms: enough to tell the loudness of any part of it at once.
class LoudnessProfile {
public:
    static constexpr double steps_per_second = 10.0;

    LoudnessProfile() = default;
    explicit LoudnessProfile(std::vector<float> step_powers) : step_powers_(std::move(step_powers)) {}

    /// Integrated loudness (ITU-R BS.1770-5, gated) of what lies between two times, to the nearest 100 ms; of the
    /// whole if they lie outside. Silence_db for nothing, or less than 400 ms.
    [[nodiscard]] double section_lufs(double first_s, double last_s) const;
    /// Where the loudest stretch of so many seconds begins; 0 for a shorter track.
    [[nodiscard]] double loudest_start_s(double seconds) const;
    [[nodiscard]] std::span<const float> step_powers() const noexcept { return step_powers_; }

private:
    std::vector<float> step_powers_;
};

/// Gathers a profile from audio that comes in blocks.
class LoudnessProfileMaker {
public:
    explicit LoudnessProfileMaker(const StreamInfo& info);
    void add(ConstAudioView audio);
    [[nodiscard]] LoudnessProfile finish() const { return LoudnessProfile(step_powers_); }

private:
    LoudnessMeter meter_;
    double sample_rate_hz_;
    std::int64_t frames_ = 0;
    std::int64_t step_end_ = 0;
    double energy_before_ = 0.0;
    int step_frames_ = 0;
    std::vector<float> step_powers_;
};

}  // namespace burnish
