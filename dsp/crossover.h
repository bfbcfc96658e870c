#pragma once

#include <span>
#include <vector>

#include "core/block.h"

namespace burnish {

/// A Butterworth state-variable filter in four double lanes; coefficients and memory.
///
///     g = tan(pi f / fs)     k = sqrt(2)     in = low + k band + high
///
///     high = (in - low memory - (g + k) band memory) / (1 + g (g + k))
///     band = band memory + g high     low = low memory + g band     memories move on by twice what was added
///
/// One pass gives the low-pass, the high-pass and, as in - 2 k band, the allpass that a Linkwitz-Riley pair at the
/// same frequency adds up to. Topology-preserving: its coefficients may jump while it runs.
/// Source: Zavalishin, "The Art of VA Filter Design", rev. 2.1.2, 2020, chapter 4.
struct SvfLanes {
    using Lanes = double __attribute__((vector_size(32)));
    Lanes g{}, damping{}, high_gain{};  // g, g + k, 1 / (1 + g (g + k))
    Lanes s1{}, s2{};                   // the integrators: band, low
};

/// Splits audio into 2 to 4 bands with fourth-order Linkwitz-Riley filters; the bands add up to an allpass.
///
/// A Linkwitz-Riley pair (a Butterworth pair applied twice) sums to a second-order allpass. Cutting a half again turns
/// its phase by the allpass of that cut, so the other half gets the same allpass, and the sum stays flat:
///
///     3 bands:  in -> split f1 -> low:  allpass f2
///                              -> high: split f2
///     4 bands:  in -> split f2 -> low:  allpass f3, split f1
///                              -> high: allpass f1, split f3
///
/// Stop-band slope 24 dB per octave; no latency. Split frequencies are clamped to [10 Hz, 0.45 fs]; the sum is flat in
/// whatever order they come, but the bands only mean something when they ascend.
/// Source: Linkwitz, "Active crossover networks for noncoincident drivers", JAES 24(1), 1976; D'Appolito, "Active
/// realization of multiway all-pass crossover systems", JAES 35(4), 1987.
/// Cost: about 8, 17 and 25 ns per stereo frame for 2, 3 and 4 bands; mono costs the same.
class Crossover {
public:
    static constexpr int max_bands = 4;

    /// Allocates; `bands` is 2 to 4. Leaves the splits evenly spaced over the audible octaves.
    void prepare(const ProcessSpec& spec, int bands);
    /// One frequency less than there are bands, ascending. Takes effect with the next sample, without a click.
    void set(std::span<const double> splits_hz) noexcept;
    /// Fills the bands from one block of input.
    void process(ConstAudioView in) noexcept;
    void reset() noexcept;

    [[nodiscard]] int bands() const noexcept { return bands_; }
    /// One band of the last block, from the lowest (0) up; may be written to, and holds until the next `process`.
    [[nodiscard]] AudioView band(int index) noexcept;

private:
    static constexpr int max_sections = 6;

    double sample_rate_hz_ = 48000.0;
    int bands_ = 2;
    int channels_ = 2;
    int capacity_frames_ = 0;
    int frames_ = 0;  // of the last block
    SvfLanes sections_[max_sections];
    std::vector<float> samples_;  // [band][channel][frame]
};

/// The allpass that the bands of a Crossover with the same splits add up to: what a signal that is not split has to
/// pass to stay in phase with one that is.
///
/// Cost: about 3 ns per stereo frame and split.
class CrossoverAllpass {
public:
    void prepare(const ProcessSpec& spec, int bands);
    void set(std::span<const double> splits_hz) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept;

private:
    double sample_rate_hz_ = 48000.0;
    int sections_in_use_ = 1;
    SvfLanes sections_[Crossover::max_bands - 1];
};

}  // namespace burnish
