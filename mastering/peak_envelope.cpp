#include "mastering/peak_envelope.h"

#include <algorithm>

#include "dsp/extremes.h"

namespace burnish {

namespace {
constexpr std::size_t cells_at_once = 2048;
}

Status PeakEnvelope::start(const MasterServices& services, double sample_rate_hz, int cell_frames, float floor) {
    cell_frames_ = cell_frames;
    floor_ = floor;
    largest_ = 0.0F;
    cell_.assign(static_cast<std::size_t>(cell_frames), 0.0F);
    at_ = 0;
    length_frames_ = 0;
    if (auto status = cells_.start(services, sample_rate_hz / cell_frames); !status) return status;
    return frames_.start(services, sample_rate_hz);
}

Status PeakEnvelope::add(std::span<const float> peaks) {
    while (!peaks.empty()) {
        const auto count = std::min(peaks.size(), static_cast<std::size_t>(cell_frames_ - at_));
        std::copy_n(peaks.begin(), count, cell_.begin() + at_);
        at_ += static_cast<int>(count);
        peaks = peaks.subspan(count);
        if (at_ == cell_frames_)
            if (auto status = end_cell(); !status) return status;
    }
    return success();
}

Status PeakEnvelope::end_cell() {
    const auto frames = std::span<const float>(cell_).first(static_cast<std::size_t>(at_));
    const float peak = largest_of(frames);
    largest_ = std::max(largest_, peak);
    length_frames_ += at_;
    at_ = 0;
    if (auto status = cells_.add(peak); !status) return status;
    return peak >= floor_ ? frames_.add(frames) : success();
}

Status PeakEnvelope::finish() {
    if (at_ > 0)
        if (auto status = end_cell(); !status) return status;
    if (auto status = cells_.finish(); !status) return status;
    return frames_.finish();
}

Status PeakEnvelope::rewind() {
    at_ = cell_frames_;
    left_frames_ = length_frames_;
    cells_ahead_.clear();
    next_cell_ = 0;
    if (auto status = cells_.rewind(); !status) return status;
    return frames_.rewind();
}

Status PeakEnvelope::next_cell() {
    if (next_cell_ == cells_ahead_.size()) {
        cells_ahead_.resize(cells_at_once);
        next_cell_ = 0;
        if (const auto got = cells_.read(cells_ahead_); !got) return got.error();
    }
    const float peak = cells_ahead_[next_cell_++];
    at_ = 0;
    if (peak < floor_) {
        std::ranges::fill(cell_, peak);
        return success();
    }
    const auto length = std::min<std::int64_t>(cell_frames_, left_frames_);
    const auto got = frames_.read(std::span(cell_).first(static_cast<std::size_t>(length)));
    return got ? success() : Status(got.error());
}

Status PeakEnvelope::read(std::span<float> into) {
    while (!into.empty() && left_frames_ > 0) {
        if (at_ == cell_frames_)
            if (auto status = next_cell(); !status) return status;
        const auto count = static_cast<int>(
            std::min({static_cast<std::int64_t>(into.size()), std::int64_t{cell_frames_} - at_, left_frames_}));
        std::copy_n(cell_.begin() + at_, count, into.begin());
        at_ += count;
        left_frames_ -= count;
        into = into.subspan(static_cast<std::size_t>(count));
    }
    std::ranges::fill(into, 0.0F);
    return success();
}

Status PeakEnvelope::read_cells(std::span<float> into) {
    const auto got = cells_.read(into);
    return got ? success() : Status(got.error());
}

}  // namespace burnish
