#pragma once

#include <array>
#include <complex>
#include <span>
#include <vector>

#include "core/block.h"
#include "dsp/delay_line.h"
#include "dsp/fft.h"
#include "dsp/fir_convolver.h"

namespace burnish {

struct ToneCurveSettings {
    double mid_20_hz_db = 0.0;
    double mid_40_hz_db = 0.0;
    double mid_80_hz_db = 0.0;
    double mid_160_hz_db = 0.0;
    double mid_320_hz_db = 0.0;
    double mid_640_hz_db = 0.0;
    double mid_1280_hz_db = 0.0;
    double mid_2560_hz_db = 0.0;
    double mid_5120_hz_db = 0.0;
    double mid_10240_hz_db = 0.0;
    double mid_20480_hz_db = 0.0;
    double side_150_hz_db = 0.0;
    double side_1200_hz_db = 0.0;
    double side_9600_hz_db = 0.0;
    double phase = 0.0;
};

inline constexpr auto tone_curve_params = std::to_array<Param<ToneCurveSettings>>({
    {"mid_20_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::mid_20_hz_db,
     "gain at 20 Hz and below, of the mid and of the side with it"},
    {"mid_40_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::mid_40_hz_db,
     "gain at 40 Hz, of the mid and of the side with it"},
    {"mid_80_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::mid_80_hz_db,
     "gain at 80 Hz, of the mid and of the side with it"},
    {"mid_160_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::mid_160_hz_db,
     "gain at 160 Hz, of the mid and of the side with it"},
    {"mid_320_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::mid_320_hz_db,
     "gain at 320 Hz, of the mid and of the side with it"},
    {"mid_640_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::mid_640_hz_db,
     "gain at 640 Hz, of the mid and of the side with it"},
    {"mid_1280_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::mid_1280_hz_db,
     "gain at 1280 Hz, of the mid and of the side with it"},
    {"mid_2560_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::mid_2560_hz_db,
     "gain at 2560 Hz, of the mid and of the side with it"},
    {"mid_5120_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::mid_5120_hz_db,
     "gain at 5120 Hz, of the mid and of the side with it"},
    {"mid_10240_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::mid_10240_hz_db,
     "gain at 10240 Hz, of the mid and of the side with it"},
    {"mid_20480_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::mid_20480_hz_db,
     "gain at 20480 Hz and above, of the mid and of the side with it"},
    {"side_150_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::side_150_hz_db,
     "gain of the side over the mid at 150 Hz and below"},
    {"side_1200_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::side_1200_hz_db,
     "gain of the side over the mid at 1200 Hz"},
    {"side_9600_hz_db", -12.0, 12.0, Scale::linear, &ToneCurveSettings::side_9600_hz_db,
     "gain of the side over the mid at 9600 Hz and above"},
    {"phase", 0.0, 1.0, Scale::linear, &ToneCurveSettings::phase,
     "0 = minimum phase, 1 = linear phase, between = that much of the phase shift taken away"},
});

/// A smooth curve through levels at knots evenly spaced in log frequency, constant outside the end knots.
///
/// The cubic spline with continuous slope and curvature between its ends and no slope at them.
class LevelCurve {
public:
    static constexpr int max_knots = 16;

    /// 2 to 16 levels; knot i stands at first_hz * ratio^i.
    LevelCurve(std::span<const double> levels_db, double first_hz, double ratio) noexcept;
    /// At any frequency >= 0.
    [[nodiscard]] double level_db(double frequency_hz) const noexcept;

private:
    std::array<double, max_knots> levels_db_{};
    std::array<double, max_knots> slopes_{};  // dB per knot
    int knots_;
    double first_hz_;
    double knots_per_octave_;
};

/// Designs the FIR filter that draws a level curve; an odd number of taps about a centre that never moves.
///
/// The curve is the filter's log magnitude; the minimum phase that belongs to it comes from the cepstrum and is scaled
/// by 1 - phase, so that the filter turns from minimum phase into linear phase without a jump. Linear phase is
/// symmetric about the centre to the bit: one half is computed, the other is its mirror image. Source: Oppenheim &
/// Schafer, "Discrete-Time Signal Processing", 3rd ed., chapter 13 (minimum phase by cepstrum).
class ToneFilterDesign {
public:
    void prepare(double sample_rate_hz);
    /// @param curves  their levels add up
    /// @param phase   0 = minimum, 1 = linear
    /// @return        valid until the next call
    [[nodiscard]] std::span<const float> taps(std::span<const LevelCurve> curves, double phase) noexcept;
    [[nodiscard]] int max_taps() const noexcept { return 2 * centre_ + 2; }  // a power of two
    [[nodiscard]] int centre() const noexcept { return centre_; }

private:
    double sample_rate_hz_ = 48000.0;
    int centre_ = 0;            // index of the filter's middle tap
    std::vector<RealFft> fft_;  // one, once prepared
    AlignedVector<std::complex<float>> spectrum_;
    AlignedVector<float> response_;
    std::vector<float> cepstrum_window_;
    std::vector<float> taps_;
};

/// The tonal balance: a free curve for the mid, and the same with a coarser one on top for the side, so that the
/// balance changes and the width does not; each drawn by an FIR filter.
///
/// The filters' centre stands half a filter behind one hop of the convolver, whatever the settings and the phase. Mono
/// takes the mid curve.
///
/// At 44.1 and 48 kHz the filter has 16383 taps and the latency is 12287 frames; at any rate it lasts 0.34 s or more.
/// As long as no two neighbouring knots are further apart than 8 dB below 80 Hz, where the filter's resolution ends,
/// and 12 dB above, the response stays within 0.1 dB of the curve from 30 Hz to 18 kHz, and opposite curves undo each
/// other to -110 dB in every octave. Steeper ones do less well: knots at +-12 dB in turns are 0.26 dB off and come back
/// to -62 dB between 20 and 40 Hz. Cost: some 10 ns per stereo frame; `set` takes one or two milliseconds for each
/// curve that has changed.
class ToneCurve {
public:
    using Settings = ToneCurveSettings;
    static constexpr auto& params = tone_curve_params;

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept;
    [[nodiscard]] int latency_frames() const noexcept { return mid_.latency_frames() + design_.centre(); }

private:
    ToneFilterDesign design_;
    Settings settings_;
    bool neutral_ = true;
    FirConvolver mid_;
    FirConvolver side_;
    // The way around the filters that keeps neutral exact; stereo only, since encoding to mid and side rounds.
    std::array<DelayLine, max_channels> dry_;
    AudioBuffer dry_block_;
};
static_assert(Block<ToneCurve>);

}  // namespace burnish
