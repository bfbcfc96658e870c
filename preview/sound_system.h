#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "preview/device.h"

/// What the sound systems have in common, and what each of them gives. Only they and their list know this file.
namespace burnish {

/// One sound system that a device may belong to; their list is in sound_systems.cpp.
struct SoundSystem {
    std::string_view name;
    bool (*is_built_in)();
    std::vector<ListedDevice> (*list)();
    Result<std::unique_ptr<AudioDevice>> (*open)(const DeviceRequest& request);
};
[[nodiscard]] SoundSystem jack_system();
[[nodiscard]] SoundSystem pulse_system();
[[nodiscard]] SoundSystem alsa_system();

/// The output asked for, by number, name or part of its name; the default one if none was.
/// @param outputs  of one system, at least one
/// @return  its place in the list
[[nodiscard]] Result<std::size_t> choose_output(const std::vector<ListedDevice>& outputs, const DeviceRequest& request);

/// How long a server may say nothing before it counts as gone.
inline constexpr auto server_patience = std::chrono::seconds(2);

/// Waits until `condition` is true.
/// @return  false if it still is not after `patience`
template <class Condition>
bool comes_true_within(std::chrono::milliseconds patience, Condition condition) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

/// Tells whether callbacks still come.
class CallbackWatch {
public:
    void start() noexcept { last_progress_ = Clock::now(); }
    /// @param callbacks  that there were so far
    [[nodiscard]] bool has_stalled(std::int64_t callbacks) noexcept {
        const auto now = Clock::now();
        if (callbacks != last_callbacks_) last_progress_ = now;
        last_callbacks_ = callbacks;
        return now - last_progress_ >= server_patience;
    }

private:
    using Clock = std::chrono::steady_clock;
    std::int64_t last_callbacks_ = 0;
    Clock::time_point last_progress_{};
};

/// Closes a stream on a thread of its own, since a server that has died may keep whoever closes waiting for ever.
/// @param close  keeps what it needs alive, and does not throw
/// @return  false if it still waits when patience ends, or cannot be begun
bool closes_in_time(std::function<void()> close) noexcept;

}  // namespace burnish
