#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/audio_stream.h"

namespace burnish {

/// Frames first to end, end left out.
struct FrameRange {
    std::int64_t first = 0;
    std::int64_t end = 0;
    [[nodiscard]] std::int64_t frames() const noexcept { return end - first; }
    bool operator==(const FrameRange&) const = default;
};

/// Where a track is loudest, in order: the middle second of all 3 s whose loudness comes within 3 LU of what a
/// twentieth of them exceed, and no more than two minutes' worth of them; and to the track's start or end, if it is
/// loud there. What stands there can be compared from track to track, whatever intros, breaks and fades stand around
/// it. The whole of what is shorter than 3 s, or silent.
/// @param tick  called with the share that is done; false cancels
[[nodiscard]] Result<std::vector<FrameRange>> find_loud_passages(AudioSource& source,
                                                                 const std::function<bool(double)>& tick);

/// Some passages of a source, one after the other. Where one is cut out of its surroundings it is faded over 20 ms, so
/// that the cut does not sound.
class PassagesSource final : public AudioSource {
public:
    /// Borrows `source`. @param passages  in order, not overlapping, within it
    PassagesSource(AudioSource& source, std::vector<FrameRange> passages);

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Result<int> read(AudioView into) override;
    [[nodiscard]] Status rewind() override;

private:
    [[nodiscard]] Status skip_to(std::int64_t frame);
    void fade(AudioView block, std::int64_t first, const FrameRange& passage) const noexcept;

    AudioSource* source_;
    std::vector<FrameRange> passages_;
    StreamInfo info_;
    AudioBuffer skipped_;
    std::size_t passage_ = 0;
    std::int64_t position_ = 0;  // of the source
};

}  // namespace burnish
