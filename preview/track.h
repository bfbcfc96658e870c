#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/audio_stream.h"
#include "preview/loudness_profile.h"

namespace burnish {

/// Highest and lowest sample of every stretch of a track, for a picture of it.
struct Overview {
    static constexpr int stretches = 640;
    double duration_s = 0.0;    ///< of all stretches; each is as long as the others
    std::vector<float> lowest;  ///< stretches of them, or none yet
    std::vector<float> highest;
};

/// A track in memory, never changed once it is loaded.
struct Track {
    std::string name;
    StreamInfo info;
    AudioBuffer audio;
    LoudnessProfile loudness;
    Overview overview;

    [[nodiscard]] std::int64_t frames() const noexcept { return info.frames; }
    [[nodiscard]] double seconds(std::int64_t frame) const noexcept {
        return static_cast<double>(frame) / info.sample_rate_hz;
    }
    /// Fills `into` with the track from `first` on; with silence outside of it. Real-time safe.
    void read(std::int64_t first, AudioView into) const noexcept;
};

/// Reads a whole source.
/// @param tick      called with the share 0..1 that is done; false cancels
/// @param channels  of the track: both of a stereo source in one, or the one of a mono source in both; 0: the source's
[[nodiscard]] Result<std::shared_ptr<const Track>> load_track(std::string name, AudioSource& source,
                                                              const std::function<bool(double)>& tick,
                                                              int channels = 0);

/// A track, or a part of it, as a source; shares the track.
class TrackSource final : public AudioSource {
public:
    explicit TrackSource(const std::shared_ptr<const Track>& track);
    TrackSource(std::shared_ptr<const Track> track, std::int64_t first, std::int64_t count);

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Result<int> read(AudioView into) override;
    [[nodiscard]] Status rewind() override;

private:
    std::shared_ptr<const Track> track_;
    StreamInfo info_;
    std::int64_t first_ = 0;
    std::int64_t position_ = 0;
};

/// Gathers an overview from audio that comes in blocks.
class OverviewMaker {
public:
    OverviewMaker(std::int64_t frames, double sample_rate_hz);
    void add(ConstAudioView audio);
    [[nodiscard]] const Overview& overview() const noexcept { return overview_; }

private:
    std::int64_t frames_;
    std::int64_t position_ = 0;
    Overview overview_;
};

}  // namespace burnish
