#pragma once

#include <memory>
#include <optional>
#include <string>

#include "preview/device.h"
#include "preview/device_feed.h"
#include "preview/session.h"

namespace burnish {

/// What a session is heard through: a device, or a clock in its place. Never none, once opened.
class Output {
public:
    /// @param session  outlives this
    explicit Output(Session& session) : session_(session) {}

    [[nodiscard]] Status open(const DeviceRequest& request);
    [[nodiscard]] Status open_null(const DeviceRequest& request);
    /// What the two above do with their device. If it does not start, a clock takes its place.
    [[nodiscard]] Status play_through(std::unique_ptr<AudioDevice> device);
    /// Looks after the device. If it has failed, a clock takes its place, the session pauses, and this says why.
    [[nodiscard]] std::optional<std::string> watch();

    /// Whether a clock is in the place of a device that failed.
    [[nodiscard]] bool is_lost() const noexcept { return is_lost_; }
    [[nodiscard]] const DeviceFacts& facts() const noexcept { return facts_; }
    [[nodiscard]] CallbackLoad load() const noexcept { return feed_ ? feed_->load() : CallbackLoad{}; }
    /// Buffers that the device missed, or that took longer than they last.
    [[nodiscard]] int xruns() const noexcept { return earlier_xruns_ + (device_ ? device_->xruns() : 0); }
    /// Time by the device's clock.
    [[nodiscard]] double played_s() const noexcept { return earlier_s_ + (feed_ ? feed_->played_s() : 0.0); }

private:
    void take_clock();

    Session& session_;
    DeviceFacts facts_;
    std::unique_ptr<DeviceFeed> feed_;
    std::unique_ptr<AudioDevice> device_;  // stops before its feed goes
    bool is_lost_ = false;
    int earlier_xruns_ = 0;
    double earlier_s_ = 0.0;
};

}  // namespace burnish
