#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/band_sums.h"
#include "analysis/track_analysis.h"

namespace burnish {

/// Looks for narrow peaks that stand out of the long-term spectrum.
///
/// How: the spectrum in twelfths of an octave; the excess of a band is its level over the mean level, in dB, of the
/// half octaves to both sides, so that a straight tilt has none. A band's persistence is the share of the 400 ms
/// blocks in which it stands out by 3 dB, among those no more than 20 LU below the mean.
class ResonanceFinder {
public:
    void prepare(double bin_hz, int bins);
    /// Power spectrum of one block and its loudness.
    void add_block(std::span<const float> power, double loudness_lufs);
    /// @param power      long-term power spectrum
    /// @param gate_lufs  blocks below it do not count
    [[nodiscard]] Resonances find(std::span<const double> power, double gate_lufs) const;

private:
    static constexpr int bands_per_octave = 12;
    static constexpr int reach = bands_per_octave / 2;  // to the farthest neighbour
    static constexpr int bands = 84;                    // from 141 Hz up, half an octave beyond what is looked at
    static constexpr double loudness_step_db = 2.0;
    static constexpr int loudness_steps = 40;  // above -70 LUFS

    using Levels = std::array<double, bands>;
    [[nodiscard]] Levels levels_db(std::span<const float> power) const;
    [[nodiscard]] double excess_db(const Levels& levels, int band) const noexcept;
    [[nodiscard]] static int loudness_index(double loudness_lufs) noexcept;

    BandSums sums_;
    double bin_hz_ = 0.0;
    int used_bands_ = 0;  // below half the sample rate
    // Counts by loudness, as the gate is known at the end only.
    std::array<std::int64_t, loudness_steps> blocks_{};
    std::array<std::array<std::int32_t, bands>, loudness_steps> standing_out_{};
};

}  // namespace burnish
