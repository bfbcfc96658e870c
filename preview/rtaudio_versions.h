#pragma once

#include <rtaudio/RtAudio.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

/// RtAudio 5 and 6 differ in how devices are named and errors told. These are the calls that differ, one interface for
/// both; none throws.
namespace burnish {

/// What RtAudio and the libraries under it said last.
class LastWords {
public:
    void say(const std::string& words) {
        const std::scoped_lock lock(mutex_);
        words_ = words;
        ++count_;
    }
    [[nodiscard]] std::string words() const {
        const std::scoped_lock lock(mutex_);
        return words_;
    }
    [[nodiscard]] int count() const noexcept { return count_; }

private:
    mutable std::mutex mutex_;
    std::string words_;
    std::atomic<int> count_ = 0;
};
[[nodiscard]] LastWords& last_words();

/// An output as RtAudio lists it: what it calls it, and what it says of it.
struct FoundDevice {
    unsigned id;
    RtAudio::DeviceInfo info;
};

/// nullptr if that fails.
[[nodiscard]] std::unique_ptr<RtAudio> open_api(RtAudio::Api api);
/// Those that can be opened, inputs too.
[[nodiscard]] std::vector<FoundDevice> all_devices(RtAudio& audio);
/// @param frames  of a buffer: asked for, then what it is
[[nodiscard]] bool open_stream(RtAudio& audio, RtAudio::StreamParameters& to, unsigned rate_hz, unsigned& frames,
                               RtAudioCallback callback, void* user, RtAudio::StreamOptions& options);
[[nodiscard]] bool start_stream(RtAudio& audio);
/// May hang if the server has died.
void close_stream(RtAudio& audio);

}  // namespace burnish
