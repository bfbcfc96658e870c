#pragma once

#include <array>
#include <cstdint>

#include "analysis/track_analysis.h"
#include "core/audio_buffer.h"

namespace burnish {

/// What can be read off the samples one by one: peak, powers, offset, word length, silent edges.
class SampleStatistics {
public:
    static constexpr double silence_threshold = 1e-4;  ///< -80 dBFS

    void prepare(int channels, AnalysisScope scope = AnalysisScope::track);
    /// Sums are taken in float within a chunk and in double from chunk to chunk: for bit-identical results the cuts
    /// must be the same, and some thousand frames at most.
    void process(ConstAudioView chunk) noexcept;

    /// Sum of the squares of all samples of the last chunk.
    [[nodiscard]] double chunk_energy() const noexcept { return chunk_energy_; }
    [[nodiscard]] std::int64_t frames() const noexcept { return frames_; }
    [[nodiscard]] double peak() const noexcept { return peak_; }
    [[nodiscard]] double mean(int channel) const noexcept;
    /// Mean squares; a mono track has equal channels here.
    [[nodiscard]] double left_power() const noexcept { return per_frame(left_); }
    [[nodiscard]] double right_power() const noexcept { return per_frame(right_); }
    [[nodiscard]] double mid_power() const noexcept { return per_frame(sum_) / 4; }
    [[nodiscard]] double side_power() const noexcept { return per_frame(difference_) / 4; }
    /// Of left and right, -1..1; 1 if either is silent.
    [[nodiscard]] double correlation() const noexcept;
    /// Bits of the shortest two's complement word that holds every sample, 0 for silence; 32 beyond 24.
    [[nodiscard]] int effective_bits() const noexcept;
    /// Frames before the first and after the last that exceed the threshold; all of a silent track is leading.
    [[nodiscard]] std::int64_t leading_silence() const noexcept { return leading_; }
    [[nodiscard]] std::int64_t trailing_silence() const noexcept { return frames_ - heard_until_; }

private:
    [[nodiscard]] double per_frame(double sum) const noexcept {
        return frames_ > 0 ? sum / static_cast<double>(frames_) : 0.0;
    }

    int channels_ = 0;
    bool counts_bits_ = true;
    std::int64_t frames_ = 0;
    std::array<double, max_channels> offset_{};  // sums of samples
    double left_ = 0.0, right_ = 0.0;            // sums of squares: L, R, L + R, L - R
    double sum_ = 0.0, difference_ = 0.0;
    double chunk_energy_ = 0.0;
    double peak_ = 0.0;
    std::uint32_t used_bits_ = 0;  // of the 24-bit words, set in any sample
    bool fits_24_bits_ = true;
    std::int64_t leading_ = 0;
    std::int64_t heard_until_ = 0;
};

}  // namespace burnish
