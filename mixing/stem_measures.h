#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "analysis/band_sums.h"
#include "analysis/track_analysis.h"
#include "core/audio_stream.h"
#include "dsp/fft.h"

namespace burnish {

inline constexpr int octave_count = 10;
/// Centres of the octaves that stems are compared in.
inline constexpr auto octaves_hz =
    std::to_array({31.25, 62.5, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0});
using OctavePowers = std::array<float, octave_count>;

/// A stem in cells of some 90 ms that lie on the session's clock, so that stems can be compared and added up without
/// their sound.
struct StemCells {
    double per_second = 0.0;
    std::vector<float> loudness;        ///< K-weighted mean square, channels summed
    std::vector<float> peak;            ///< largest magnitude
    std::vector<OctavePowers> octaves;  ///< mean squares, channels summed
};

/// All that is measured of a stem.
struct StemMeasures {
    TrackAnalysis track;
    StemCells cells;
    double left_power = 0.0;  ///< mean squares; equal for mono
    double right_power = 0.0;
    /// Time for 60 dB of the steepest decays: what the stem brings along of a room, or holds of a tone. 0 if it never
    /// decays by much.
    double decay_s = 0.0;
    std::uint64_t fingerprint = 0;  ///< of its sound, whatever its name
    bool is_mono = true;            ///< one channel, or two that are the same
};

/// Measures cells, a block at a time.
class CellMeter {
public:
    void prepare(double sample_rate_hz, int channels);
    void process(ConstAudioView in);
    /// What is left counts as a cell that ends in silence. To be called once.
    [[nodiscard]] StemCells finish();

    [[nodiscard]] double power(int channel) const noexcept;

private:
    void end_hop();

    int channels_ = 0;
    int size_ = 0;
    int filled_ = 0;
    std::vector<RealFft> fft_;  // one, once prepared
    std::vector<float> window_;
    std::vector<float> k_weights_;
    BandSums bands_;
    AlignedVector<float> time_;
    AlignedVector<std::complex<float>> spectrum_;
    std::vector<float> power_;
    std::array<std::vector<float>, max_channels> last_;  // a whole transform, the newer half still filling

    StemCells cells_;
    int hops_ = 0;  // in the present cell
    float cell_peak_ = 0.0F;
    float hop_peak_ = 0.0F;
    OctavePowers cell_octaves_{};
    float cell_loudness_ = 0.0F;
    std::array<double, max_channels> energy_{};
    std::int64_t frames_ = 0;
};

/// Measures a source from start to end.
[[nodiscard]] Result<StemMeasures> measure_stem(AudioSource& source, const std::function<bool(double)>& tick);

/// Integrated loudness of a row of K-weighted cell powers, with the gates of BS.1770.
[[nodiscard]] double cells_lufs(std::span<const float> powers);
/// Share of the time that a stem plays, within 20 dB of its mean.
[[nodiscard]] double activity(const StemCells& cells);
/// Mean square of an octave over the cells that are within 20 dB of the mean of all octaves together; 0 for silence.
[[nodiscard]] OctavePowers gated_octaves(const StemCells& cells);

}  // namespace burnish
