#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/audio_buffer.h"

namespace burnish {

/// Finds peaks that were cut flat, at full scale or, where the level was lowered afterwards, at any level down to
/// -26 dBFS.
///
/// How: the samples of a channel are read as runs of equal values (to one 16-bit step). A run of three or more is cut
/// if its neighbours on both sides fall away steeply, which a smooth crest cannot do, and if at least one of them is a
/// single sample on the same side of zero, which tells it from square waves and staircases. Such runs count where
/// they are the peak of the track, or where one level has eight of them and five times as many as the levels around:
/// chance does neither.
class ClipDetector {
public:
    struct Result {
        std::int64_t runs = 0;
        std::int64_t frames = 0;
        double level_db = 0.0;  ///< where most runs are; 0 without runs
    };

    void prepare(int channels);
    void process(ConstAudioView in) noexcept;
    /// @param peak  largest sample magnitude of the track
    [[nodiscard]] Result result(double peak) const noexcept;

private:
    struct Run {
        float value = 0.0F;
        int length = 0;
    };
    struct Level {
        std::int64_t runs = 0;
        std::int64_t frames = 0;
        float highest = 0.0F;
    };

    void follow_runs(std::span<const float> samples, std::array<Run, 3>& last) noexcept;
    void end_run(const Run& before, const Run& run, const Run& after) noexcept;

    int channels_ = 0;
    std::array<std::array<Run, 3>, max_channels> last_runs_{};  // oldest first; the last one still goes on
    std::vector<Level> levels_;                                 // of cut runs, by level
};

}  // namespace burnish
