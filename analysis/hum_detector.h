#pragma once

#include <span>
#include <vector>

#include "analysis/thinned_rows.h"
#include "dsp/fft.h"

namespace burnish {

/// Finds mains hum: lines at multiples of 50 or 60 Hz under the quietest passages.
///
/// How: the signal at about 2 kHz, spectra of 2 s every second. In the quietest fiftieth of those that are not silent
/// (two at least: a pause of 3 s), the power of the strongest bin near each of the first six multiples is compared with
/// the median of its surroundings. Hum is where three multiples or more stand out by 12 dB, in four spectra of
/// five, and as strongly in all, within 3 dB.
class HumDetector {
public:
    struct Result {
        double frequency_hz = 0.0;  ///< 50, 60, or 0 for none
        double excess_db = 0.0;     ///< mean over the lines that stand out
        double power = 0.0;         ///< mean square of those lines together
    };

    void prepare(double sample_rate_hz);
    void process(std::span<const float> in);
    [[nodiscard]] Result result() const;

private:
    static constexpr int harmonics = 6;
    static constexpr int fft_size = 4096;

    void decimate();
    void add_spectrum();

    // Decimation: a low-pass FIR filter, worked out once per output sample.
    int factor_ = 1;
    std::vector<float> taps_;
    std::vector<float> input_;  // taps_.size() frames and those that follow
    int filled_ = 0;            // of input_
    double rate_hz_ = 2000.0;

    std::vector<RealFft> fft_;  // one, once prepared
    std::vector<float> window_;
    std::vector<float> decimated_;  // of the next spectrum
    AlignedVector<float> time_;
    AlignedVector<std::complex<float>> spectrum_;
    std::vector<float> power_;
    std::vector<float> surroundings_;
    ThinnedRows lines_;  // mean square of the spectrum's frames, then line and surroundings: 50 Hz first, then 60
};

}  // namespace burnish
