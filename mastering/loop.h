#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "core/audio_stream.h"
#include "mastering/services.h"

namespace burnish {

/// A file that plays on at its loop's start when it comes to its end: an introduction, the loop, and what follows when
/// a player leaves it. How often the loop is played before and after the time that is kept, so that filters, followers
/// and look-ahead have nothing but the loop around them.
struct LoopPlan {
    std::int64_t first = 0;   ///< of the loop
    std::int64_t end = 0;     ///< behind its last frame
    std::int64_t frames = 0;  ///< of the file
    std::int64_t lead_loops = 0;
    std::int64_t tail_loops = 0;
    std::int64_t blend_frames = 0;  ///< of the introduction's end, which is led into the loop
    std::int64_t exit_frames = 0;   ///< of what follows, which is led out of the loop

    [[nodiscard]] std::int64_t loop_frames() const noexcept { return end - first; }
    [[nodiscard]] std::int64_t played_frames() const noexcept {
        return frames + (lead_loops + tail_loops) * loop_frames();
    }
};

/// 20 s of lead and 2 s of tail at least, half a second of blending and 20 ms of exit at most. @param first, end  of
/// the loop: 0 <= first < end <= frames
[[nodiscard]] LoopPlan plan_loop(double sample_rate_hz, std::int64_t frames, std::int64_t first, std::int64_t end);
/// The same at another rate; nothing if the loop's ends do not fall on frames there.
[[nodiscard]] std::optional<LoopPlan> at_rate(const LoopPlan& plan, double from_hz, double to_hz);

/// A file as it is played: the introduction, the loop over and over, what follows.
class LoopedSource final : public AudioSource {
public:
    /// Takes up a loop's source; `source` must outlive this.
    LoopedSource(AudioSource& source, const LoopPlan& plan);
    /// The same for a source of its own.
    LoopedSource(std::unique_ptr<AudioSource> source, const LoopPlan& plan);

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Result<int> read(AudioView into) override;
    [[nodiscard]] Status rewind() override;

private:
    [[nodiscard]] Status seek(std::int64_t frame);

    std::unique_ptr<AudioSource> owned_;
    AudioSource* source_;
    LoopPlan plan_;
    StreamInfo info_;
    AudioBuffer loop_;  // kept while it is short, since it is read over and over
    AudioBuffer skipped_;
    std::int64_t position_ = 0;  // as played
    std::int64_t source_position_ = 0;
};

/// Keeps of what is played one time through the file: the introduction, one loop out of the middle, what follows.
///
/// Compressors come out of the introduction in another state than out of the loop, so that the loop that is kept does
/// not begin as the one did that followed the introduction. The end of the introduction is led into it: its gain goes
/// over half a second to the ratio of the two beginnings, and what they differ by otherwise is mirrored into its last
/// 20 ms, so that neither the sound nor its slope has a step.
///
/// What follows the loop comes after another end of it than the one that is kept: what looks ahead, as a limiter does,
/// saw the ending come there, and here the loop's start. What those two ends differ by is mirrored likewise, into the
/// first 20 ms of what follows, or less where a peak would come to stand above all others. The loop itself is not
/// touched.
class LoopDelivery final : public Delivery {
public:
    LoopDelivery(Delivery& file, const LoopPlan& plan) : file_(&file), plan_(plan) {}

    [[nodiscard]] Status write(ConstAudioView from) override;
    [[nodiscard]] Status restart() override;
    /// The file as it is played, to be measured.
    [[nodiscard]] Result<std::unique_ptr<AudioSource>> finish() override;

private:
    [[nodiscard]] Status write_blended();
    [[nodiscard]] double blend_gain() const noexcept;
    [[nodiscard]] Status write_exit();
    /// What follows the loop, with the difference of the two ends let go within so many frames.
    [[nodiscard]] AudioBuffer led_out(int frames) const;

    Delivery* file_;
    LoopPlan plan_;
    std::int64_t position_ = 0;  // as played
    float highest_ = 0.0F;       // sample so far
    AudioBuffer end_;            // of the introduction, as it was rendered
    AudioBuffer after_;          // what followed it then
    AudioBuffer start_;          // of the loop that is kept
    AudioBuffer loop_end_;       // likewise
    AudioBuffer last_end_;       // of the last loop, which the ending follows
    AudioBuffer exit_;           // the ending's start, as it was rendered
};

}  // namespace burnish
