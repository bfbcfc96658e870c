#pragma once

#include <atomic>

#include "preview/device.h"
#include "preview/player.h"
#include "preview/rate_converter.h"

namespace burnish {

/// How long callbacks take against the time that they have.
struct CallbackLoad {
    double worst = 0.0;  ///< share of the period, 0..1 and beyond
    double mean = 0.0;
    std::int64_t callbacks = 0;
    int late = 0;  ///< that took longer than their period
};

/// Carries what a player renders to a device of any rate, with one channel or more.
class DeviceFeed final : public FrameSource {
public:
    /// @param player  outlives this
    DeviceFeed(Player& player, double track_rate_hz, int track_channels, const DeviceFacts& device);

    void fill(AudioView out) noexcept override;
    [[nodiscard]] CallbackLoad load() const noexcept;
    /// Frames that the device has taken, as time.
    [[nodiscard]] double played_s() const noexcept { return static_cast<double>(frames_) / device_rate_hz_; }

private:
    static constexpr int most_frames = 1024;  // at once; longer buffers are filled in parts

    void fill_part(AudioView out) noexcept;

    Player& player_;
    double device_rate_hz_;
    RateConverter converter_;
    AudioBuffer block_;  // with the channels of the track
    std::atomic<double> worst_ = 0.0;
    std::atomic<double> sum_ = 0.0;
    std::atomic<std::int64_t> callbacks_ = 0;
    std::atomic<std::int64_t> frames_ = 0;
    std::atomic<int> late_ = 0;
};

}  // namespace burnish
