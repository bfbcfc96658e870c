#include "analysis/band_levels.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "analysis/loudness_meter.h"
#include "analysis/spectrum_shape.h"
#include "analysis/statistics.h"

namespace burnish {

namespace {

constexpr int kept_blocks = 8192;  // of 400 ms: 55 minutes in full, 3.6 MB
constexpr double absolute_gate_lufs = -70.0;
constexpr double relative_gate_lu = -20.0;
constexpr auto harsh_edges_hz = std::to_array<double>({2500, 6000});

}  // namespace

void BandLevels::prepare(double sample_rate_hz, int channels, double bin_hz, int bins) {
    channels_ = channels;
    third_octave_sums_.prepare(bands_around(third_octaves_hz, 1.0 / 3), bin_hz, bins);
    bark_sums_.prepare(bands_between(bark_edges_hz), bin_hz, bins);
    harsh_sums_.prepare(bands_between(harsh_edges_hz), bin_hz, bins);
    const auto sections = k_weighting(sample_rate_hz);
    for (std::size_t b = 0; b < k_weights_.size(); ++b) {
        const double centre_hz = std::min(bark_bands_hz[b], 0.49 * sample_rate_hz);
        double weight_db = 0.0;
        for (const auto& section : sections) weight_db += magnitude_db(section, centre_hz, sample_rate_hz);
        k_weights_[b] = db_to_power(weight_db);
    }
    third_octave_powers_ = {};
    bark_powers_ = {};
    blocks_ = 0;
    levels_.prepare(Column::count, kept_blocks);
}

void BandLevels::add_bands(const BandSums& sums, const BlockSpectra& block, std::span<BandPower> powers,
                           std::span<float> mid_db, std::span<float> side_db) const {
    std::array<float, third_octaves> mid{}, side{}, product{};
    sums.sum(block.mid, std::span(mid).first(powers.size()));
    sums.sum(block.side, std::span(side).first(powers.size()));
    sums.sum(block.product, std::span(product).first(powers.size()));
    for (std::size_t b = 0; b < powers.size(); ++b) {
        powers[b].mid += mid[b];
        powers[b].side += side[b];
        powers[b].product += product[b];
        mid_db[b] = static_cast<float>(power_to_db(mid[b]));
        side_db[b] = static_cast<float>(power_to_db(side[b]));
    }
}

double BandLevels::add_block(const BlockSpectra& block) {
    std::array<float, Column::count> row{};
    const auto columns = [&](int first, std::size_t count) {
        return std::span(row).subspan(static_cast<std::size_t>(first), count);
    };
    add_bands(third_octave_sums_, block, third_octave_powers_, columns(Column::third_octave_mid, third_octaves),
              columns(Column::third_octave_side, third_octaves));
    add_bands(bark_sums_, block, bark_powers_, columns(Column::bark_mid, barks), columns(Column::bark_side, barks));

    std::array<float, barks> bark{};
    bark_sums_.sum(block.total, bark);
    double weighted = 0.0;
    double whole = 0.0;
    for (std::size_t b = 0; b < bark.size(); ++b) {
        weighted += k_weights_[b] * bark[b];
        whole += bark[b];
    }
    float harsh = 0.0F;
    harsh_sums_.sum(block.total, {&harsh, 1});
    // Loudness sums over channels: |L|^2 + |R|^2 = 2 (|M|^2 + |S|^2).
    const double loudness_lufs = power_to_lufs(weighted * channels_);
    row[Column::loudness] = static_cast<float>(loudness_lufs);
    row[Column::harshness] = static_cast<float>(std::max(silence_db, power_ratio_db(harsh, whole)));
    if (loudness_lufs > absolute_gate_lufs) levels_.add(row);  // hours of silence do not thin out the rest
    ++blocks_;
    return loudness_lufs;
}

double BandLevels::gate_lufs() const {
    const int count = levels_.rows();
    double sum = 0.0;
    for (int i = 0; i < count; ++i) sum += db_to_power(levels_.row(i)[Column::loudness]);
    return count > 0 ? std::max(absolute_gate_lufs, 10 * std::log10(sum / count) + relative_gate_lu)
                     : absolute_gate_lufs;
}

template <std::size_t bands>
void BandLevels::describe_curves(SpectrumCurves<bands>& curves, int mid, int side,
                                 std::span<const BandPower> powers) const {
    const double gate = gate_lufs();
    std::vector<float> values;
    const auto describe_band = [&](std::size_t column, double& mean_db, double& p10_db, double& p95_db) {
        values.clear();
        double power = 0.0;
        for (int i = 0; i < levels_.rows(); ++i) {
            const auto row = levels_.row(i);
            if (row[Column::loudness] <= gate) continue;
            values.push_back(row[column]);
            if (values.back() > silence_db) power += db_to_power(values.back());
        }
        if (values.empty()) return;
        mean_db = power_to_db(power / static_cast<double>(values.size()));
        p10_db = percentile(values, 0.10);
        p95_db = percentile(values, 0.95);
    };
    const double silence = static_cast<double>(blocks_) * db_to_power(silence_db);
    for (std::size_t b = 0; b < bands; ++b) {
        describe_band(static_cast<std::size_t>(mid) + b, curves.mid_mean_db[b], curves.mid_p10_db[b],
                      curves.mid_p95_db[b]);
        describe_band(static_cast<std::size_t>(side) + b, curves.side_mean_db[b], curves.side_p10_db[b],
                      curves.side_p95_db[b]);
        if (curves.side_mean_db[b] > silence_db) curves.side_mid_db[b] = curves.side_mean_db[b] - curves.mid_mean_db[b];

        // With L = M + S and R = M - S: Re L R* = |M|^2 - |S|^2, and |L|^2, |R|^2 = |M|^2 + |S|^2 +- 2 Re M S*.
        const auto& power = powers[b];
        const double left = power.mid + power.side + 2 * power.product;
        const double right = power.mid + power.side - 2 * power.product;
        if (left > silence && right > silence)
            curves.correlation[b] = std::clamp((power.mid - power.side) / std::sqrt(left * right), -1.0, 1.0);
    }
}

void BandLevels::describe(TrackAnalysis& analysis) const {
    if (blocks_ == 0) return;
    describe_curves(analysis.third_octave, Column::third_octave_mid, Column::third_octave_side, third_octave_powers_);
    describe_curves(analysis.bark, Column::bark_mid, Column::bark_side, bark_powers_);

    Curve<third_octaves> total_db{};
    for (std::size_t b = 0; b < total_db.size(); ++b)
        total_db[b] =
            power_to_db((third_octave_powers_[b].mid + third_octave_powers_[b].side) / static_cast<double>(blocks_));
    analysis.tilt_db_per_octave = spectral_tilt_db_per_octave(total_db);

    const double gate = gate_lufs();
    std::vector<float> harshness_db;
    for (int i = 0; i < levels_.rows(); ++i)
        if (levels_.row(i)[Column::loudness] > gate) harshness_db.push_back(levels_.row(i)[Column::harshness]);
    if (harshness_db.empty()) return;
    analysis.harshness_db =
        std::accumulate(harshness_db.begin(), harshness_db.end(), 0.0) / static_cast<double>(harshness_db.size());
    analysis.harshness_p95_db = percentile(harshness_db, 0.95);
}

}  // namespace burnish
