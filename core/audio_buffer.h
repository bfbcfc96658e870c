#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace burnish {

/// Mono and stereo are all that burnish masters.
inline constexpr int max_channels = 2;

/// Borrowed planar audio: one pointer per channel and a length in frames. Copying it copies no samples.
template <class Sample>
class BasicAudioView {
public:
    BasicAudioView() = default;
    BasicAudioView(std::array<Sample*, max_channels> channels, int channel_count, int frames) noexcept
        : channels_(channels), channel_count_(channel_count), frames_(frames) {
        assert(channel_count >= 0 && channel_count <= max_channels && frames >= 0);
    }

    /// A view that may write is also one that may only read.
    // NOLINTNEXTLINE(google-explicit-constructor): the conversion loses nothing
    operator BasicAudioView<const Sample>() const noexcept requires(!std::is_const_v<Sample>) {
        std::array<const Sample*, max_channels> channels{};
        for (int c = 0; c < channel_count_; ++c) channels[c] = channels_[c];
        return {channels, channel_count_, frames_};
    }

    [[nodiscard]] int channels() const noexcept { return channel_count_; }
    [[nodiscard]] int frames() const noexcept { return frames_; }
    [[nodiscard]] std::span<Sample> channel(int c) const noexcept {
        assert(c >= 0 && c < channel_count_);
        return {channels_[c], static_cast<std::size_t>(frames_)};
    }

    /// `count` frames from `first` on; both inside the view.
    [[nodiscard]] BasicAudioView part(int first, int count) const noexcept {
        assert(first >= 0 && count >= 0 && first + count <= frames_);
        auto channels = channels_;
        for (int c = 0; c < channel_count_; ++c) channels[c] += first;
        return {channels, channel_count_, count};
    }

private:
    std::array<Sample*, max_channels> channels_{};
    int channel_count_ = 0;
    int frames_ = 0;
};

using AudioView = BasicAudioView<float>;
using ConstAudioView = BasicAudioView<const float>;

/// Owned planar audio, silent when new.
class AudioBuffer {
public:
    AudioBuffer() = default;
    AudioBuffer(int channels, int frames)
        : samples_(static_cast<std::size_t>(channels) * frames, 0.0F), channels_(channels), frames_(frames) {}

    [[nodiscard]] int channels() const noexcept { return channels_; }
    [[nodiscard]] int frames() const noexcept { return frames_; }
    [[nodiscard]] std::span<float> channel(int c) noexcept { return view().channel(c); }
    [[nodiscard]] std::span<const float> channel(int c) const noexcept { return view().channel(c); }

    [[nodiscard]] AudioView view() noexcept { return make_view<float>(samples_.data()); }
    [[nodiscard]] ConstAudioView view() const noexcept { return make_view<const float>(samples_.data()); }

private:
    template <class Sample>
    [[nodiscard]] BasicAudioView<Sample> make_view(Sample* first) const noexcept {
        std::array<Sample*, max_channels> pointers{};
        for (int c = 0; c < channels_; ++c) pointers[c] = first + static_cast<std::size_t>(c) * frames_;
        return {pointers, channels_, frames_};
    }

    std::vector<float> samples_;
    int channels_ = 0;
    int frames_ = 0;
};

/// Copies `from` into `to`; both of the same shape.
inline void copy(ConstAudioView from, AudioView to) noexcept {
    assert(from.channels() == to.channels() && from.frames() == to.frames());
    for (int c = 0; c < from.channels(); ++c) {
        const auto source = from.channel(c);
        std::copy(source.begin(), source.end(), to.channel(c).begin());
    }
}

}  // namespace burnish
