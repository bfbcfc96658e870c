#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "analysis/band_sums.h"
#include "analysis/thinned_rows.h"
#include "analysis/track_analysis.h"

namespace burnish {

/// Power spectra of one block, mean over its time: mid, side, and the real part of mid times the conjugate of side.
struct BlockSpectra {
    std::span<const float> mid;
    std::span<const float> side;
    std::span<const float> product;
    std::span<const float> total;  ///< mid and side together
};

/// Collects the levels of third-octave and Bark bands, block by block, and describes them over the track.
class BandLevels {
public:
    void prepare(double sample_rate_hz, int channels, double bin_hz, int bins);
    /// @return loudness of the block in LUFS, near enough for a gate: K weights at the centres of the Bark bands
    double add_block(const BlockSpectra& block);

    /// Below it, or below -70 LUFS, a block does not count: 20 LU under the mean.
    [[nodiscard]] double gate_lufs() const;
    /// Curves of both sets of bands, tilt and harshness.
    void describe(TrackAnalysis& analysis) const;

private:
    static constexpr int third_octaves = static_cast<int>(third_octaves_hz.size());
    static constexpr int barks = static_cast<int>(bark_bands_hz.size());

    /// Where things stand in a row of block levels, all in dB.
    struct Column {
        static constexpr int loudness = 0;
        static constexpr int harshness = 1;
        static constexpr int third_octave_mid = 2;
        static constexpr int third_octave_side = third_octave_mid + third_octaves;
        static constexpr int bark_mid = third_octave_side + third_octaves;
        static constexpr int bark_side = bark_mid + barks;
        static constexpr int count = bark_side + barks;
    };

    /// Powers of one band, summed over all blocks.
    struct BandPower {
        double mid = 0.0, side = 0.0, product = 0.0;
    };

    void add_bands(const BandSums& sums, const BlockSpectra& block, std::span<BandPower> powers,
                   std::span<float> mid_db, std::span<float> side_db) const;
    template <std::size_t bands>
    void describe_curves(SpectrumCurves<bands>& curves, int mid, int side, std::span<const BandPower> powers) const;

    int channels_ = 0;
    BandSums third_octave_sums_, bark_sums_, harsh_sums_;
    std::array<double, barks> k_weights_{};
    std::array<BandPower, third_octaves> third_octave_powers_{};
    std::array<BandPower, barks> bark_powers_{};
    std::int64_t blocks_ = 0;
    ThinnedRows levels_;
};

}  // namespace burnish
