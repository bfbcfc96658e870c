#pragma once

#include <array>
#include <vector>

#include "analysis/loudness_meter.h"
#include "analysis/track_analysis.h"
#include "dsp/fft.h"
#include "dsp/true_peak.h"
#include "preview/frame_tap.h"

namespace burnish {

/// What the meters show of one signal at the moment.
struct MeterReading {
    double momentary_lufs = silence_db;
    double short_term_lufs = silence_db;
    double integrated_lufs = silence_db;                       ///< of all that was heard so far
    double true_peak_dbtp = silence_db;                        ///< the highest with the settings that are heard
    double correlation = 1.0;                                  ///< of the last second or so
    std::array<float, third_octaves_hz.size()> spectrum_db{};  ///< third octaves; falls by 20 dB a second
};

/// Meters for original and master, fed from the player's tap. Not for the audio thread.
class Meters {
public:
    Meters(double sample_rate_hz, int channels);

    /// Takes in what has played since.
    /// @param generation  of the settings that are heard; others begin a new highest peak
    void update(FrameTap& tap, unsigned generation);
    [[nodiscard]] const MeterReading& original() const noexcept { return original_.reading; }
    [[nodiscard]] const MeterReading& master() const noexcept { return master_.reading; }

private:
    static constexpr int fft_frames = 8192;

    struct Side {
        LoudnessMeter loudness;
        TruePeakMeter true_peak;
        double left_power = 0.0, right_power = 0.0, product = 0.0;  // smoothed
        AlignedVector<float> recent;                                // the last fft_frames, mono
        MeterReading reading;
    };

    void take_in(Side& side, ConstAudioView audio);
    void look_at_spectrum(Side& side);

    double sample_rate_hz_;
    int channels_;
    RealFft fft_{fft_frames};
    std::vector<float> window_;
    AlignedVector<float> windowed_;
    AlignedVector<std::complex<float>> spectrum_;
    AudioBuffer original_block_, master_block_;
    Side original_, master_;
    int frames_since_spectrum_ = 0;
    unsigned generation_ = 0;
};

}  // namespace burnish
