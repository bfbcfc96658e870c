#pragma once

#include <array>
#include <vector>

#include "analysis/thinned_rows.h"
#include "analysis/track_analysis.h"
#include "core/audio_buffer.h"

namespace burnish {

/// One section of the four band filters at once: a state-variable filter in eight lanes, left and right of the lowest
/// band, then of the next.
struct BandFilterSection {
    using Lanes [[gnu::vector_size(32)]] = float;
    // tan(pi f/fs), g + k, 1/(1+g(g+k)); as they are here, high is in
    Lanes g{}, damping{}, high_gain = Lanes{} + 1.0F;
    Lanes band{}, low{};  // memory
};

/// Levels of the four dynamics bands as a multiband compressor with the same splits would see them.
///
/// A band is what fourth-order Linkwitz-Riley filters at its ends let through; nothing is added up again, so the phase
/// is of no interest, and the four run side by side. Takes the mean square of every 50 ms, over both channels, of each
/// band and of the whole. Blocks below -70 dBFS or more than 20 dB below the mean do not count.
class BandDynamics {
public:
    void prepare(double sample_rate_hz, int channels);
    /// @param energy  sum of the squares of all its samples
    void process(ConstAudioView in, double energy) noexcept;
    /// Closes the present 50 ms block.
    void end_block();

    [[nodiscard]] DynamicsCurves curves() const;
    /// Level that a hundredth of all blocks stay below; digital silence left out.
    [[nodiscard]] double noise_floor_db() const;
    /// Level of steady noise in the highest band; silence_db if there is none.
    ///
    /// Noise is the only floor that is flat: where it lies bare, 50 ms of it scatter by a few tenths of a decibel,
    /// while the quietest moments of music differ by many. It is there if the 1st and the 3rd percentile lie within
    /// 0.5 dB, above -100 dBFS, and the band goes well above it at other times, as it would not in a track of noise
    /// alone.
    [[nodiscard]] double hiss_level_db() const;

private:
    static constexpr int bands = 4;
    static constexpr int whole = bands;  // index of the sum of all

    std::array<BandFilterSection, 2> high_passes_;
    std::array<BandFilterSection, 2> low_passes_;
    int channels_ = 0;
    int frames_ = 0;                          // in the present block
    std::array<double, bands + 1> energy_{};  // of the present block
    std::array<double, bands> peak_{};
    ThinnedRows levels_;  // dB
};

}  // namespace burnish
