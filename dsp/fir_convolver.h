#pragma once

#include <complex>
#include <span>
#include <vector>

#include "dsp/fft.h"

namespace burnish {

/// Streams one channel through an FIR filter by FFT overlap-save.
///
/// Works in hops of a power of two; a sample entering now leaves `latency_frames()` = one hop later, whatever the
/// block size, plus the filter's own delay. A kernel of a single 1 among zeros is a pure delay and is exact to the bit.
/// Real-time safe but for `prepare`. Cost: two FFTs of twice the hop per hop; 4 to 6 ns per frame.
class FirConvolver {
public:
    /// Allocates for kernels of up to `max_taps` (>= 1); the hop is the smallest power of two >= max_taps, and at
    /// least 64. Leaves the unit impulse as the kernel.
    void prepare(int max_taps);
    /// At most max_taps. Takes effect with the next hop.
    void set_kernel(std::span<const float> taps) noexcept;
    void process(std::span<float> io) noexcept;
    /// Forgets the past and keeps the kernel.
    void reset() noexcept;
    [[nodiscard]] int latency_frames() const noexcept { return hop_; }

private:
    void convolve_hop() noexcept;

    int hop_ = 0;
    int filled_ = 0;                             // frames of the current hop that have come in
    int pure_delay_ = 0;                         // of a kernel that is one impulse; -1 for any other kernel
    std::vector<RealFft> fft_;                   // one, once prepared
    AlignedVector<float> window_;                // previous hop, current hop
    AlignedVector<float> result_;                // its second half is what the last hop gave
    AlignedVector<float> padded_taps_;           // scratch of set_kernel
    AlignedVector<std::complex<float>> kernel_;  // spectrum, scaled by 1 / (2 hop)
    AlignedVector<std::complex<float>> spectrum_;
};

}  // namespace burnish
