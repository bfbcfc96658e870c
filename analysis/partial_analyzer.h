#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/band_sums.h"
#include "analysis/track_analysis.h"

namespace burnish {

/// What the tones of a track are like, band by band, whatever its tone: how much of a band is tones and how much hits
/// (the rest is noise), how far its partials lie apart in level, and how notes go on an octave and a twelfth above,
/// over what the track's spectrum as a whole does there. A filter that is smooth over a Bark band hardly changes these
/// numbers; they tell which instruments play.
///
/// A partial is a bin that stands out from its two neighbours, and by 9 dB from the median of the nine around it. Its
/// octave is one that stands out by 6 dB within a bin of twice its frequency, found between the bins by a parabola
/// through their levels, up to 15.5 kHz. The spectrum as a whole is the mean level of the Bark bands, a line between
/// their centres, and level above the highest. Bands more than 50 dB under their largest level so far do not count, nor
/// do frames more than 25 dB under the mean power so far. Steps of fewer than 20 partials are not told. Source of the
/// shares: Driedger, Mueller and Disch, "Extending harmonic-percussive separation of audio signals", ISMIR 2014: tones
/// are what is steady at least twice as much in amplitude as it is broad, hits the opposite.
class PartialAnalyzer {
public:
    static constexpr int bands = static_cast<int>(bark_bands_hz.size());

    /// @param bin_hz, bins  of the spectra
    void prepare(double bin_hz, int bins);
    /// One power spectrum with its medians over nine bins and over nine frames, as PercussionSeparator has them.
    void add_frame(std::span<const float> power, std::span<const float> over_bins,
                   std::span<const float> over_frames) noexcept;
    [[nodiscard]] PartialCurves describe() const;

private:
    /// Mean and deviation of a number.
    struct Tally {
        double sum = 0.0, squares = 0.0;
        std::int64_t count = 0;
        void add(double value) noexcept;
        [[nodiscard]] double mean() const noexcept;
        [[nodiscard]] double deviation() const noexcept;
        /// Whether there is enough of it to tell anything.
        [[nodiscard]] bool tells() const noexcept { return count >= 20; }
    };
    struct Band {
        int first = 0, last = -1;  ///< bins, none if last < first
        float highest_db = -120.0F;
        double power = 0.0;  ///< of the frames that count
        Tally tonal_share, percussive_share, partials, over_band_db, sharpness_db;
        Tally has_octave, octave_db, has_twelfth, twelfth_db;
    };
    /// A frame's bins, and their medians over the bins around.
    struct Spectrum {
        std::span<const float> power, over_bins;
    };
    void add_partial(Band& band, float band_db, const Spectrum& spectrum, int bin) noexcept;
    /// Level in dB of a partial within a bin of a place that need not be whole.
    [[nodiscard]] std::optional<float> partial_db(const Spectrum& spectrum, double place) const noexcept;

    std::array<Band, bands> bands_{};
    double bin_hz_ = 1.0;
    BandSums sums_;
    std::vector<std::uint8_t> marks_;
    double total_power_ = 0.0;
    std::int64_t sounding_frames_ = 0;
    std::int64_t counted_frames_ = 0;
};

}  // namespace burnish
