#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/audio_buffer.h"
#include "core/result.h"

namespace burnish {

/// Whoever has the next frames for a device.
class FrameSource {
public:
    virtual ~FrameSource() = default;
    /// Fills all of `out`. Called on the device's thread: real-time safe.
    virtual void fill(AudioView out) noexcept = 0;
};

/// What to open. Empty or 0: whatever is usual.
struct DeviceRequest {
    std::string api{};            ///< jack, pulse or alsa
    std::string device{};         ///< its number in the list, its name, or a part of it that no other has
    double sample_rate_hz = 0.0;  ///< the device may have another
    int buffer_frames = 0;        ///< the device may take another
};

/// What was opened.
struct DeviceFacts {
    std::string api{};
    std::string name{};
    double sample_rate_hz = 0.0;
    int channels = 0;
    int buffer_frames = 0;
};

/// An audio output. Stops when it goes out of scope.
class AudioDevice {
public:
    virtual ~AudioDevice() = default;
    [[nodiscard]] virtual const DeviceFacts& facts() const = 0;
    /// @param source  outlives the device
    [[nodiscard]] virtual Status start(FrameSource& source) = 0;
    virtual void stop() noexcept = 0;
    /// Buffers that the device missed, as far as it tells.
    [[nodiscard]] virtual int xruns() const noexcept = 0;
    /// Why it plays no more, though nobody stopped it; nothing while all is well.
    [[nodiscard]] virtual std::optional<std::string> failure() = 0;
};

/// One output in the list of what there is.
struct ListedDevice {
    std::string api;
    int number = 0;  ///< within its API
    std::string name;
    int channels = 0;
    std::vector<int> sample_rates_hz{};
    bool is_default = false;
};

/// A clock in the place of a device: takes frames in real time and lets nobody hear them.
[[nodiscard]] std::unique_ptr<AudioDevice> make_null_device(const DeviceRequest& request);

// Where a sound system is: sound_systems.cpp.

/// Sound systems that this program can talk to, in the order in which it tries them.
[[nodiscard]] std::vector<std::string> audio_apis();
/// All outputs of all systems that answer. May take a second.
[[nodiscard]] std::vector<ListedDevice> list_audio_devices();
/// @return  an error that says what was tried and what to do about it
[[nodiscard]] Result<std::unique_ptr<AudioDevice>> open_audio_device(const DeviceRequest& request);

}  // namespace burnish
