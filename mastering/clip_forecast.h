#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/audio_buffer.h"
#include "dsp/soft_clipper.h"

namespace burnish {

/// Tells from a count of magnitudes what a clipper would take off, without running it.
///
/// Magnitudes are counted in 128 steps per octave, those of the sample type itself: its exponent and the first seven
/// bits of its mantissa. The clipper looks between the samples too and finds a little more there.
class ClipForecast {
public:
    void start() { counts_.assign(bins, 0), energy_ = 0.0; }
    /// Counts what reaches `floor`, linear; the rest only counts for the level of the whole.
    void add(ConstAudioView audio, float floor) noexcept;
    /// As SoftClipper::removed_db, for thresholds whose knee begins above the floor.
    [[nodiscard]] double removed_db(const SoftClipper::Settings& settings) const;

private:
    static constexpr int dropped_bits = 16;
    static constexpr std::size_t bins = std::size_t{1} << (31 - dropped_bits);

    std::vector<std::int64_t> counts_;
    double energy_ = 0.0;
};

}  // namespace burnish
