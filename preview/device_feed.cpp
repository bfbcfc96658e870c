#include "preview/device_feed.h"

#include <algorithm>
#include <chrono>

#include "dsp/denormals.h"

namespace burnish {

DeviceFeed::DeviceFeed(Player& player, double track_rate_hz, int track_channels, const DeviceFacts& device)
    : player_(player), device_rate_hz_(device.sample_rate_hz), block_(track_channels, most_frames) {
    converter_.prepare(track_rate_hz, device.sample_rate_hz, track_channels, most_frames);
}

void DeviceFeed::fill(AudioView out) noexcept {
    if (out.frames() == 0) return;
    const FlushDenormals no_denormals;
    const auto start = std::chrono::steady_clock::now();
    for (int done = 0; done < out.frames(); done += most_frames)
        fill_part(out.part(done, std::min(most_frames, out.frames() - done)));
    const double taken_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double share = taken_s * device_rate_hz_ / out.frames();
    constexpr auto relaxed = std::memory_order_relaxed;  // this thread alone writes them
    worst_.store(std::max(worst_.load(relaxed), share), relaxed);
    sum_.store(sum_.load(relaxed) + share, relaxed);
    frames_.store(frames_.load(relaxed) + out.frames(), relaxed);
    callbacks_.store(callbacks_.load(relaxed) + 1, relaxed);
    if (share > 1.0) late_.store(late_.load(relaxed) + 1, relaxed);
}

void DeviceFeed::fill_part(AudioView out) noexcept {
    const auto block = block_.view().part(0, out.frames());
    converter_.fill(block, [this](AudioView in) { player_.render(in); });
    const int last = block.channels() - 1;
    for (int c = 0; c < out.channels(); ++c) {
        const auto to = out.channel(c);
        const auto from = block.channel(std::min(c, last));
        std::copy(from.begin(), from.end(), to.begin());
    }
    if (out.channels() == 1 && last == 1)
        for (int n = 0; n < out.frames(); ++n) out.channel(0)[n] = 0.5F * (block.channel(0)[n] + block.channel(1)[n]);
}

CallbackLoad DeviceFeed::load() const noexcept {
    CallbackLoad load;
    load.callbacks = callbacks_;
    load.worst = worst_;
    load.mean = load.callbacks > 0 ? sum_ / static_cast<double>(load.callbacks) : 0.0;
    load.late = late_;
    return load;
}

}  // namespace burnish
