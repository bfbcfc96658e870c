#include "preview/output.h"

#include <cassert>
#include <utility>

namespace burnish {

Status Output::open(const DeviceRequest& request) {
    auto device = open_audio_device(request);
    if (!device) return device.error();
    return play_through(*std::move(device));
}

Status Output::open_null(const DeviceRequest& request) { return play_through(make_null_device(request)); }

Status Output::play_through(std::unique_ptr<AudioDevice> device) {
    const auto& info = session_.track().info;
    earlier_xruns_ = xruns();
    earlier_s_ = played_s();
    device_.reset();
    facts_ = device->facts();
    feed_ = std::make_unique<DeviceFeed>(session_.player(), info.sample_rate_hz, info.channels, facts_);
    device_ = std::move(device);
    is_lost_ = false;
    auto status = device_->start(*feed_);
    if (!status) take_clock();
    return status;
}

void Output::take_clock() {
    const DeviceRequest request{.sample_rate_hz = session_.track().info.sample_rate_hz,
                                .buffer_frames = facts_.buffer_frames};
    [[maybe_unused]] const auto status = open_null(request);
    assert(status);  // a clock always starts
    is_lost_ = true;
}

std::optional<std::string> Output::watch() {
    if (!device_) return std::nullopt;
    auto failure = device_->failure();
    if (!failure) return std::nullopt;
    session_.play(false);
    take_clock();
    return failure;
}

}  // namespace burnish
