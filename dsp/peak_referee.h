#pragma once

#include <span>
#include <vector>

namespace burnish {

/// Looks at single gaps between two samples much more closely than a detector can afford to for all of them: sixteen
/// points, 128 taps each (Kaiser-windowed sinc, beta 8), within 0.01 dB of the band-limited waveform.
class PeakReferee {
public:
    static constexpr int half_taps = 64;

    PeakReferee();
    /// Largest magnitude between x[half_taps - 1] and x[half_taps]. @param x  2 half_taps samples
    [[nodiscard]] double gap_peak(std::span<const float> x) const noexcept;

private:
    std::vector<float> taps_;  // [phase][tap]
};

}  // namespace burnish
