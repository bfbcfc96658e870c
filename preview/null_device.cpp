#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

#include "preview/device.h"

namespace burnish {

namespace {

constexpr int usual_buffer_frames = 512;
constexpr double usual_rate_hz = 48000.0;

class NullDevice final : public AudioDevice {
public:
    explicit NullDevice(const DeviceRequest& request)
        : facts_{.api = "null",
                 .name = "no device, a clock",
                 .sample_rate_hz = request.sample_rate_hz > 0.0 ? request.sample_rate_hz : usual_rate_hz,
                 .channels = max_channels,
                 .buffer_frames = request.buffer_frames > 0 ? request.buffer_frames : usual_buffer_frames} {}
    ~NullDevice() override { stop(); }
    NullDevice(const NullDevice&) = delete;
    NullDevice& operator=(const NullDevice&) = delete;

    [[nodiscard]] const DeviceFacts& facts() const override { return facts_; }
    [[nodiscard]] Status start(FrameSource& source) override {
        stopping_ = false;
        thread_ = std::thread([this, &source] { run(source); });
        return success();
    }
    void stop() noexcept override {
        stopping_ = true;
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] int xruns() const noexcept override { return 0; }
    [[nodiscard]] std::optional<std::string> failure() override { return std::nullopt; }

private:
    void run(FrameSource& source) {
        using Clock = std::chrono::steady_clock;
        AudioBuffer buffer(facts_.channels, facts_.buffer_frames);
        const auto period = std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(facts_.buffer_frames / facts_.sample_rate_hz));
        constexpr auto patience = std::chrono::milliseconds(200);
        for (auto due = Clock::now(); !stopping_; due += period) {
            source.fill(buffer.view());
            if (Clock::now() - due > patience) due = Clock::now();  // after a long sleep there is nothing to catch up
            std::this_thread::sleep_until(due + period);
        }
    }

    DeviceFacts facts_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<AudioDevice> make_null_device(const DeviceRequest& request) {
    return std::make_unique<NullDevice>(request);
}

}  // namespace burnish
