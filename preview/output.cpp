#include "preview/output.h"

#include <utility>

namespace burnish {

Status Output::open(const DeviceRequest& request) {
    auto device = open_audio_device(request);
    if (!device) return device.error();
    return start(*std::move(device));
}

Status Output::open_null(const DeviceRequest& request) { return start(make_null_device(request)); }

Status Output::start(std::unique_ptr<AudioDevice> device) {
    const auto& info = session_.track().info;
    earlier_xruns_ = xruns();
    earlier_s_ = played_s();
    device_.reset();
    facts_ = device->facts();
    feed_ = std::make_unique<DeviceFeed>(session_.player(), info.sample_rate_hz, info.channels, facts_);
    device_ = std::move(device);
    return device_->start(*feed_);
}

std::optional<std::string> Output::watch() {
    if (!device_) return std::nullopt;
    auto failure = device_->failure();
    if (!failure) return std::nullopt;
    session_.play(false);
    const DeviceRequest request{.sample_rate_hz = session_.track().info.sample_rate_hz,
                                .buffer_frames = facts_.buffer_frames};
    if (auto status = open_null(request); !status) return *failure + "; " + status.error().message;
    return failure;
}

}  // namespace burnish
