#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mastering/scratch_column.h"

namespace burnish {

/// The true peaks of a programme, put aside: frame by frame in cells that reach a floor, and of all other cells the
/// largest only. What lies below the floor is not limited, so that it need not be known any closer.
class PeakEnvelope {
public:
    /// Forgets what was there. @param cell_frames  length of a cell; the last may be shorter
    [[nodiscard]] Status start(const MasterServices& services, double sample_rate_hz, int cell_frames, float floor);
    /// Peaks of the next frames, linear.
    [[nodiscard]] Status add(std::span<const float> peaks);
    /// To be called after the last.
    [[nodiscard]] Status finish();

    /// Of all frames.
    [[nodiscard]] float largest() const noexcept { return largest_; }

    [[nodiscard]] Status rewind();
    /// The next frames; zeros after the last. Below the floor, the largest of the cell stands for each of its frames.
    [[nodiscard]] Status read(std::span<float> into);
    /// The next cells' largest peaks, in place of frames; zeros after the last.
    [[nodiscard]] Status read_cells(std::span<float> into);

private:
    [[nodiscard]] Status end_cell();
    [[nodiscard]] Status next_cell();

    int cell_frames_ = 1;
    float floor_ = 0.0F;
    float largest_ = 0.0F;
    ScratchColumn cells_;
    ScratchColumn frames_;            // of cells that reach the floor
    std::vector<float> cell_;         // the one being filled, or read
    int at_ = 0;                      // frames of it filled, or handed out
    std::vector<float> cells_ahead_;  // read a block at a time
    std::size_t next_cell_ = 0;       // of those
    std::int64_t length_frames_ = 0;
    std::int64_t left_frames_ = 0;  // to be read
};

}  // namespace burnish
