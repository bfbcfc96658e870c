#pragma once

#include <array>
#include <span>

#include "dsp/fft.h"

namespace burnish {

/// Tells hits from tones in a stream of power spectra: a hit is a vertical line in the spectrogram, a tone a level one.
///
/// Medians over 9 frames and over 9 bins keep the one and wipe out the other, since with a Hann window and a hop of a
/// quarter of it a click fills 4 frames and a tone 4 bins. Every bin is shared out in proportion to the squares of the
/// two medians.
/// Source: FitzGerald, "Harmonic/percussive separation using median filtering", DAFx 2010.
class PercussionSeparator {
public:
    void prepare(int bins);
    /// @return  whether the frame of four before was shared out, as every second one is
    bool add_frame(std::span<const float> power) noexcept;
    /// That frame, and its medians; of these the outermost bins are 0, the lowest four and the highest four to eleven.
    [[nodiscard]] std::span<const float> middle() const noexcept {
        return frames_[static_cast<std::size_t>((next_ + reach) % width)];
    }
    [[nodiscard]] std::span<const float> over_bins() const noexcept { return over_bins_; }
    [[nodiscard]] std::span<const float> over_frames() const noexcept { return over_frames_; }
    /// Lets silence follow, as the last four frames wait for what comes after them.
    void finish();
    /// Percussive share of all power, every octave weighing alike in pink noise; 0 for silence.
    [[nodiscard]] double percussive_share() const noexcept;

private:
    static constexpr int reach = 4;  // frames and bins to either side
    static constexpr int width = 2 * reach + 1;

    int bins_ = 0;
    int next_ = 0;                                    // slot of the ring for the next frame
    bool is_counted_ = false;                         // every second frame is: a hit fills four
    std::array<AlignedVector<float>, width> frames_;  // the last nine
    AlignedVector<float> over_bins_, over_frames_;    // medians of the middle one
    double power_ = 0.0;
    double percussive_power_ = 0.0;
};

}  // namespace burnish
