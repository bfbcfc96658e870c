#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <vector>

#include "core/audio_buffer.h"

namespace burnish {

/// Original and master as they play, on their way from the audio thread to whoever measures them. What nobody has
/// fetched in time is left out. Real-time safe on both sides.
class FrameTap {
public:
    static constexpr std::size_t capacity_frames = 1U << 15U;

    explicit FrameTap(int channels)
        : channels_(channels), samples_(capacity_frames * 2 * static_cast<std::size_t>(channels)) {}

    /// All of it or nothing.
    void write(ConstAudioView original, ConstAudioView master) noexcept {
        const auto end = end_.load(std::memory_order_relaxed);
        const auto count = static_cast<std::size_t>(original.frames());
        if (end - begin_.load(std::memory_order_acquire) + count > capacity_frames) return;
        for (std::size_t i = 0; i < count; ++i) {
            float* frame = frame_at(end + i);
            for (int c = 0; c < channels_; ++c) {
                frame[c] = original.channel(c)[i];
                frame[channels_ + c] = master.channel(c)[i];
            }
        }
        end_.store(end + count, std::memory_order_release);
    }
    /// @return  frames read, at most those of the views; both of one length
    [[nodiscard]] int read(AudioView original, AudioView master) noexcept {
        const auto begin = begin_.load(std::memory_order_relaxed);
        const auto there = end_.load(std::memory_order_acquire) - begin;
        const auto count = std::min(there, static_cast<std::size_t>(original.frames()));
        for (std::size_t i = 0; i < count; ++i) {
            const float* frame = frame_at(begin + i);
            for (int c = 0; c < channels_; ++c) {
                original.channel(c)[i] = frame[c];
                master.channel(c)[i] = frame[channels_ + c];
            }
        }
        begin_.store(begin + count, std::memory_order_release);
        return static_cast<int>(count);
    }

private:
    [[nodiscard]] float* frame_at(std::size_t frame) noexcept {
        return samples_.data() + frame % capacity_frames * 2 * static_cast<std::size_t>(channels_);
    }

    int channels_;
    std::vector<float> samples_;
    alignas(64) std::atomic<std::size_t> begin_ = 0;
    alignas(64) std::atomic<std::size_t> end_ = 0;
};

}  // namespace burnish
