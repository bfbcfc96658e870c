#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/band_sums.h"
#include "analysis/thinned_rows.h"
#include "analysis/track_analysis.h"
#include "dsp/fft.h"

namespace burnish {

/// What a track is made of, band by band, whatever its tone: how its levels move, how peaked its spectra are, which
/// bands move together. A filter that is smooth over a Bark band leaves these numbers alone; they tell what plays, and
/// so what tone is to be expected.
///
/// Levels of the Bark bands are in dB, not below 60 dB under the band's largest so far; frames more than 25 dB under
/// the mean power so far do not count, and silence does not count towards that mean.
class TextureAnalyzer {
public:
    static constexpr int bands = static_cast<int>(bark_bands_hz.size());

    /// @param bin_hz, bins  of the power spectra of every frame
    void prepare(double sample_rate_hz, double bin_hz, int bins);
    /// One spectrum: the power of its Bark bands, of its bins, and the `hop` of mid samples that it ends with.
    void add_frame(std::span<const float> bark, std::span<const float> power, std::span<const float> mid);
    [[nodiscard]] TextureCurves describe() const;

private:
    /// Mean of a number per band over the frames that count.
    struct Mean {
        std::array<double, bands> sum{};
        std::array<double, bands> square_sum{};
        std::int64_t count = 0;
        void add(std::span<const float> values) noexcept;
        [[nodiscard]] Curve<bands> mean() const noexcept;
        [[nodiscard]] Curve<bands> deviation() const noexcept;
    };
    /// Sums of products between bands.
    struct Products {
        std::array<double, bands> sum{};
        std::array<std::array<double, bands>, bands> product{};
        std::int64_t count = 0;
        void add(std::span<const float> values) noexcept;
        [[nodiscard]] double correlation(int a, int b) const noexcept;
        /// Mean correlation of every band with those of a group, itself left out.
        [[nodiscard]] Curve<bands> with_group(int first, int last) const noexcept;
    };
    /// Flatness and crest of the bins of every Bark band, in dB.
    struct Shape {
        std::array<int, bands> first{}, last{};  // bins wholly inside; none if last < first
        std::array<float, bands> flatness_db{}, crest_db{};
        Mean flatness, crest;
        void prepare(double bin_hz, int bins);
        void measure(std::span<const float> power) noexcept;
    };
    /// Where things stand in a row of what percentiles are taken of.
    struct Column {
        static constexpr int level = 0;
        static constexpr int step = level + bands;  // from one frame to the next
        static constexpr int slow_step = step + bands;
        static constexpr int count = slow_step + bands;
    };
    static constexpr int slow_lag = 4;
    static constexpr int modulation_window = 256;
    static constexpr int modulation_octaves = 6;

    void add_modulation();
    void add_fine_shape();

    double total_power_ = 0.0;
    std::int64_t frames_ = 0;
    std::int64_t sounding_frames_ = 0;
    std::int64_t last_counted_ = -modulation_window;
    std::array<float, bands> highest_db_{};
    std::array<std::array<float, bands>, slow_lag> past_db_{};  // ring, by frame
    ThinnedRows rows_;
    std::array<double, bands> power_{};  // of the frames that count
    std::int64_t counted_ = 0;
    Mean rise_;
    Products levels_, steps_;
    // levels and the loudness of the whole: sums for a line through them
    double loudness_sum_ = 0.0, loudness_square_sum_ = 0.0;
    std::array<double, bands> level_sum_{}, level_square_sum_{}, level_loudness_sum_{};

    Shape shape_, fine_shape_;
    std::vector<RealFft> fine_fft_, modulation_fft_;  // one of each, once prepared
    std::vector<float> fine_window_;
    AlignedVector<float> fine_time_;
    int fine_filled_ = 0;
    AlignedVector<std::complex<float>> fine_spectrum_;
    std::vector<float> fine_power_;

    std::array<std::vector<float>, bands> tracks_db_;  // levels of the present modulation window
    std::vector<double> modulation_weights_;
    AlignedVector<float> modulation_time_;
    AlignedVector<std::complex<float>> modulation_spectrum_;
    std::array<std::array<double, bands>, modulation_octaves> modulation_{};
    int modulation_windows_ = 0;
};

}  // namespace burnish
