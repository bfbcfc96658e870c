#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/audio_buffer.h"
#include "dsp/limiter_gain.h"
#include "dsp/peak_referee.h"

namespace burnish {

/// Watches a limited signal go by, and looks closely at the gaps beside every peak that comes near the ceiling.
class OverWatch {
public:
    /// A frame whose peak must count as higher than the limiter's detector said.
    struct Correction {
        std::int64_t frame;
        float peak;  ///< linear, before the drive
    };

    OverWatch(const LimiterSettings& settings, int channels, int max_block_frames);

    /// One block, in order. @param peaks, gains  what the limiter was told and what it did, frame by frame
    void watch(ConstAudioView limited, std::span<const float> peaks, std::span<const float> gains);
    /// To be called after the last block: silence follows. @return every frame found above the ceiling, in order
    [[nodiscard]] std::vector<Correction> finish();

private:
    struct Suspect {
        std::int64_t frame;
        float gain;
    };
    [[nodiscard]] double closest_peak(std::int64_t frame) const noexcept;

    double ceiling_;
    double near_;
    AudioBuffer history_;            // frames still needed, then the new block
    std::int64_t history_start_;     // frame number of its first entry
    std::vector<Suspect> suspects_;  // waiting for the frames after them
    std::vector<Correction> corrections_;
    PeakReferee referee_;
};

}  // namespace burnish
