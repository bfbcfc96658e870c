#pragma once

#include <span>
#include <vector>

#include "core/audio_buffer.h"
#include "dsp/fft.h"

namespace burnish {

/// Which interpolation filters look between the samples.
enum class TruePeakFilters {
    precise,      ///< sixteen-fold, 48 taps a phase, flat to 0.44 of the rate: misses at most 0.05 dB up to there
    every_meter,  ///< twelve-fold, and those of the meters a master is judged by: ITU-R BS.1770 annex 2 and libebur128
};

/// Polyphase FIR filters that estimate the signal between two samples, all centred on the gap.
///
/// A phase of 2T taps reads x[n-T+1 .. n+T] and gives the value at some point between x[n] and x[n+1].
/// Sources: ITU-R BS.1770-5 annex 2, table of the 48-tap filter; libebur128 (Hann-windowed sinc of 49 taps, four-fold
/// below 96 kHz, two-fold below 192 kHz, none above); own Kaiser-windowed sinc (beta 6).
class TruePeakInterpolator {
public:
    static constexpr int half_taps = 24;  ///< of the longest phase: frames needed on either side of the gap

    TruePeakInterpolator(double sample_rate_hz, TruePeakFilters filters);

    /// between[i] = max(between[i], largest magnitude in the gap after x[half_taps - 1 + i]), i = 0..count-1.
    ///
    /// count <= max_frames. `x` holds count + 2 half_taps samples and a tile of any others; `between` count and a tile.
    /// Tiles that cannot reach `floor` are skipped. How high a gap can reach is bounded by the samples at its ends and
    /// the curvature around it:
    ///
    ///     |y| <= level_gain max(|x[n]|, |x[n+1]|) + curvature_gain max |x[k-1] - 2 x[k] + x[k+1]|
    ///
    /// A phase is its sum times a straight line between the two samples, plus a filter whose zeroth and first moment
    /// vanish and which therefore only sees second differences; their weights are what is left when it is summed up
    /// twice.
    void process(const float* x, float* between, int count, float floor) const noexcept;

    static constexpr int tile_frames = 32;
    static constexpr int max_frames = 512;
    [[nodiscard]] float level_gain() const noexcept { return level_gain_; }
    [[nodiscard]] float curvature_gain() const noexcept { return curvature_gain_; }

private:
    struct Bank {
        int taps = 0;  // per phase, even
        int phases = 0;
        std::vector<float> h;  // h[tap * phases + phase]
    };
    void widen_bound(std::span<const double> taps);

    std::vector<Bank> banks_;
    float level_gain_ = 0.0F;
    float curvature_gain_ = 0.0F;
};

/// Finds, for every frame, the largest magnitude of any channel on it and in the two gaps beside it.
class TruePeakDetector {
public:
    void prepare(double sample_rate_hz, int channels, TruePeakFilters filters);
    void reset() noexcept;

    /// Magnitudes that are certain to lie below `floor` (linear) need not be exact; 0, the default, makes all exact.
    void set_floor(float floor) noexcept { floor_ = floor; }

    /// peaks[i] belongs to the frame that came latency_frames() before in[i]; same length. Real-time safe.
    void process(ConstAudioView in, std::span<float> peaks) noexcept;
    [[nodiscard]] static constexpr int latency_frames() noexcept { return TruePeakInterpolator::half_taps; }

private:
    void process_chunk(ConstAudioView in, std::span<float> peaks) noexcept;

    std::vector<TruePeakInterpolator> interpolator_;  // one, once prepared
    std::vector<AlignedVector<float>> history_;       // per channel: the frames still needed, then the new ones
    AlignedVector<float> between_;
    float floor_ = 0.0F;
    float last_gap_ = 0.0F;
};

/// Largest true peak of a whole signal.
class TruePeakMeter {
public:
    void prepare(double sample_rate_hz, int channels, TruePeakFilters filters = TruePeakFilters::precise);
    void process(ConstAudioView in) noexcept;
    /// Largest magnitude of all, linear; the signal counts as silent before its start and after its end, which is here.
    [[nodiscard]] double peak() noexcept;
    /// The same of a signal that goes on, up to the detector's latency ago.
    [[nodiscard]] double peak_so_far() const noexcept { return peak_; }
    /// Forgets the peak, not the signal: what comes next goes on from it.
    void forget_peak() noexcept { peak_ = 0.0F; }

private:
    TruePeakDetector detector_;
    std::vector<float> peaks_;
    float peak_ = 0.0F;
    int channels_ = 0;
};

}  // namespace burnish
