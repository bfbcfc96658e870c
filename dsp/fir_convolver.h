#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "dsp/fft.h"

namespace burnish {

/// Streams one channel through an FIR filter by FFT overlap-save.
///
/// Works in hops of a power of two; a sample entering now leaves `latency_frames()` = one hop later, whatever the
/// block size, plus the filter's own delay. A kernel longer than a hop is cut into parts of one hop each, which share
/// the transforms (uniformly partitioned convolution: Wefers, "Partitioned convolution algorithms for real-time
/// auralization", 2015, section 5.3); parts of zeros cost nothing. A kernel of a single 1 among zeros is a pure delay
/// and is exact to the bit.
/// Real-time safe but for `prepare`. Cost: two FFTs of twice the hop per hop, 4 to 6 ns per frame, and half a
/// nanosecond per frame for each part; the first hop after a pure delay or a reset takes one FFT more for each part.
class FirConvolver {
public:
    /// Allocates for kernels of up to `max_taps` (>= 1). Leaves the unit impulse as the kernel.
    /// @param hop  a power of two; 0 = the smallest one >= max_taps. At least 64 are taken.
    void prepare(int max_taps, int hop = 0);
    /// At most max_taps. Takes effect at once, without a cross-fade: with the hop that is being filled, which comes out
    /// after the one that is coming out.
    void set_kernel(std::span<const float> taps) noexcept;
    void process(std::span<float> io) noexcept;
    /// Forgets the past and keeps the kernel.
    void reset() noexcept;
    [[nodiscard]] int latency_frames() const noexcept { return hop_; }

private:
    void convolve_hop() noexcept;
    void delay_hop() noexcept;
    void filter_hop() noexcept;
    /// The slot that was filled `hops_ago` hops before the current one.
    [[nodiscard]] int slot_before(int hops_ago) const noexcept;
    [[nodiscard]] std::span<std::complex<float>> bins_of(AlignedVector<std::complex<float>>& spectra,
                                                         int index) const noexcept;

    int hop_ = 0;
    int parts_ = 0;                    // of the longest kernel
    int filled_ = 0;                   // frames of the current hop that have come in
    int pure_delay_ = 0;               // of a kernel that is one impulse; -1 for any other kernel
    int slot_ = 1;                     // where the current hop is in past_
    bool transformed_ = false;         // whether the hops before have their spectra in past_spectra_
    std::size_t spectrum_stride_ = 0;  // from one spectrum to the next
    std::vector<RealFft> fft_;         // one, once prepared
    // Hops of input: slots 1 to parts_ + 1 are a ring, slot 0 repeats the last of them, so that any hop stands behind
    // the one before it.
    AlignedVector<float> past_;
    AlignedVector<std::complex<float>> past_spectra_;  // of every slot and the one before it
    AlignedVector<float> result_;                      // its second half is what the last hop gave
    AlignedVector<float> padded_taps_;                 // scratch of set_kernel
    AlignedVector<std::complex<float>> kernel_;        // spectra of the parts, scaled by 1 / (2 hop)
    std::vector<int> sounding_;                        // parts that are not all zeros
    AlignedVector<std::complex<float>> spectrum_;
};

}  // namespace burnish
