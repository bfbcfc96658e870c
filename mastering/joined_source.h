#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/audio_stream.h"

namespace burnish {

/// Sources one after the other, as one; all of one rate and as many channels.
class JoinedSource final : public AudioSource {
public:
    /// At least one.
    explicit JoinedSource(std::vector<std::unique_ptr<AudioSource>> sources);

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Result<int> read(AudioView into) override;
    [[nodiscard]] Status rewind() override;

private:
    std::vector<std::unique_ptr<AudioSource>> sources_;
    StreamInfo info_;
    std::size_t current_ = 0;
};

/// Frames first to end of a source of its own.
class PartSource final : public AudioSource {
public:
    /// 0 <= first <= end <= the source's frames.
    PartSource(std::unique_ptr<AudioSource> source, std::int64_t first, std::int64_t end);

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Result<int> read(AudioView into) override;
    [[nodiscard]] Status rewind() override;

private:
    std::unique_ptr<AudioSource> source_;
    StreamInfo info_;
    std::int64_t first_;
    std::int64_t end_;
    std::int64_t position_ = 0;  // of the source
    AudioBuffer skipped_;
};

/// The first and the last samples of a track: enough to tell whether another one goes on where it ends.
struct TrackEdges {
    static constexpr int frames = 512;
    AudioBuffer head;
    AudioBuffer tail;
};

/// A source that is read through as it is, and whose edges are known afterwards.
class EdgeRecorder final : public AudioSource {
public:
    explicit EdgeRecorder(AudioSource& source) : source_(&source) {}

    [[nodiscard]] const StreamInfo& info() const override { return source_->info(); }
    [[nodiscard]] Result<int> read(AudioView into) override;
    [[nodiscard]] Status rewind() override;
    /// Of what was read since the last rewind.
    [[nodiscard]] TrackEdges edges() const;

private:
    AudioSource* source_;
    std::array<std::vector<float>, max_channels> head_;
    std::array<std::vector<float>, max_channels> tail_;
};

/// True if `b` goes on where `a` ends: both sound at the edge (above -60 dBFS) and within 9 dB of each other, and the
/// differences of the first three orders across the cut are no larger than those on either side.
[[nodiscard]] bool goes_on(const TrackEdges& a, const TrackEdges& b);

}  // namespace burnish
