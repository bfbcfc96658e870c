#include "analysis/partial_analyzer.h"

#include <algorithm>
#include <cmath>

#include "dsp/fast_math.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr float depth_db = 50.0F;        // below its largest level so far, a band is silent
constexpr double gate_share = 0.003162;  // -25 dB
constexpr double silent_power = 1e-12;
constexpr float smallest_power = 1e-20F;
constexpr float clearly = 4.0F;                      // steady over broad, or broad over steady, in power
constexpr float stands_out = 8.0F;                   // a partial over the median around it, in power
constexpr float partner_stands = 4.0F;               // the same of its octave
constexpr double highest_hz = bark_edges_hz.back();  // of an octave: up to where the spectrum as a whole is known
constexpr double least_power = 1e-20;
// Bins at both ends have no medians (PercussionSeparator), or no neighbours that do.
constexpr int lowest_bin = 5;
constexpr int bins_left_out_above = 6;

inline float level_db(float power) noexcept { return 0.5F * db_per_log2 * fast_log2(power + smallest_power); }

struct Shares {
    float power, tonal, percussive;
};

BURNISH_VECTORIZED
Shares share_out(const float* power, const float* over_bins, const float* over_frames, int count) noexcept {
    constexpr int lanes = 8;
    std::array<float, lanes> sums{}, tonal{}, percussive{};
    const auto add = [&](int k, int lane) {
        const float p = power[k];
        sums[lane] += p;
        tonal[lane] += over_frames[k] > clearly * over_bins[k] ? p : 0.0F;
        percussive[lane] += over_bins[k] > clearly * over_frames[k] ? p : 0.0F;
    };
    int k = 0;
    for (; k + lanes <= count; k += lanes)
        for (int i = 0; i < lanes; ++i) add(k + i, i);
    for (; k < count; ++k) add(k, 0);
    Shares shares{};
    for (int i = 0; i < lanes; ++i) {
        shares.power += sums[i];
        shares.tonal += tonal[i];
        shares.percussive += percussive[i];
    }
    return shares;
}

BURNISH_VECTORIZED
void mark_partials(const float* power, const float* over_bins, int first, int last, std::uint8_t* marks) noexcept {
    for (int k = first; k <= last; ++k)
        marks[k] = static_cast<std::uint8_t>((power[k] > power[k - 1]) & (power[k] >= power[k + 1]) &
                                             (power[k] > stands_out * over_bins[k]));
}

/// Where a parabola through three levels has its top, in bins from the middle one.
float top_of(const float* power) noexcept {
    const float before = fast_log2(power[-1] + smallest_power);
    const float at = fast_log2(power[0] + smallest_power);
    const float after = fast_log2(power[1] + smallest_power);
    const float bend = before - 2.0F * at + after;
    return bend < 0.0F ? std::clamp(0.5F * (before - after) / bend, -0.5F, 0.5F) : 0.0F;
}

}  // namespace

void PartialAnalyzer::Tally::add(double value) noexcept {
    sum += value;
    squares += value * value;
    ++count;
}

double PartialAnalyzer::Tally::mean() const noexcept { return count > 0 ? sum / static_cast<double>(count) : 0.0; }

double PartialAnalyzer::Tally::deviation() const noexcept {
    if (count == 0) return 0.0;
    const auto n = static_cast<double>(count);
    return std::sqrt(std::max(0.0, squares / n - (sum / n) * (sum / n)));
}

void PartialAnalyzer::prepare(double bin_hz, int bins) {
    *this = {};
    bin_hz_ = bin_hz;
    sums_.prepare(bands_between(bark_edges_hz), bin_hz, bins);
    marks_.assign(static_cast<std::size_t>(bins), 0);
    for (std::size_t b = 0; b < bands_.size(); ++b) {
        // A band that half the sample rate cuts says nothing of its tones.
        if (bark_edges_hz[b + 1] > bin_hz * (bins - 1)) continue;
        bands_[b].first = std::max(lowest_bin, static_cast<int>(std::ceil(bark_edges_hz[b] / bin_hz)));
        bands_[b].last =
            std::min(bins - 1 - bins_left_out_above, static_cast<int>(std::ceil(bark_edges_hz[b + 1] / bin_hz)) - 1);
    }
}

std::optional<float> PartialAnalyzer::partial_db(const Spectrum& spectrum, double place) const noexcept {
    const int nearest = static_cast<int>(std::lround(place));
    if (nearest + bins_left_out_above >= static_cast<int>(spectrum.power.size()) || place * bin_hz_ > highest_hz)
        return {};
    for (int k = nearest - 1; k <= nearest + 1; ++k) {
        const float* const power = spectrum.power.data() + k;
        const bool is_peak = power[0] > power[-1] && power[0] >= power[1];
        if (is_peak && power[0] > partner_stands * spectrum.over_bins[static_cast<std::size_t>(k)])
            return level_db(power[0]);
    }
    return {};
}

void PartialAnalyzer::add_partial(Band& band, float band_db, const Spectrum& spectrum, int bin) noexcept {
    const float* const power = spectrum.power.data() + bin;
    const float own_db = level_db(power[0]);
    band.over_band_db.add(own_db - band_db);
    band.sharpness_db.add(std::min(30.0F, own_db - 0.5F * (level_db(power[-1]) + level_db(power[1]))));
    const double place = bin + double{top_of(power)};
    const auto look = [&](double ratio, Tally& has, Tally& step_db) {
        const auto above_db = partial_db(spectrum, ratio * place);
        has.add(above_db ? 1.0 : 0.0);
        if (above_db) step_db.add(double{*above_db} - own_db);
    };
    look(2.0, band.has_octave, band.octave_db);
    look(3.0, band.has_twelfth, band.twelfth_db);
}

void PartialAnalyzer::add_frame(std::span<const float> power, std::span<const float> over_bins,
                                std::span<const float> over_frames) noexcept {
    std::array<float, bands> bark{};
    sums_.sum(power, bark);
    double whole = 0.0;
    for (const float band : bark) whole += band;
    total_power_ += whole;
    if (whole > silent_power) ++sounding_frames_;
    const bool counts =
        whole > silent_power && whole > gate_share * total_power_ / static_cast<double>(sounding_frames_);
    if (counts) ++counted_frames_;
    for (std::size_t b = 0; b < bands_.size(); ++b) {
        auto& band = bands_[b];
        const float band_db = level_db(bark[b]);
        band.highest_db = std::max(band.highest_db, band_db);
        if (!counts) continue;
        band.power += bark[b];
        if (band.last < band.first || band_db <= band.highest_db - depth_db) continue;
        const auto shares = share_out(power.data() + band.first, over_bins.data() + band.first,
                                      over_frames.data() + band.first, band.last - band.first + 1);
        if (shares.power <= 0.0F) continue;
        band.tonal_share.add(shares.tonal / shares.power);
        band.percussive_share.add(shares.percussive / shares.power);
        mark_partials(power.data(), over_bins.data(), band.first, band.last, marks_.data());
        int partials = 0;
        for (int k = band.first; k <= band.last; ++k)
            if (marks_[static_cast<std::size_t>(k)] != 0) {
                add_partial(band, band_db, {power, over_bins}, k);
                ++partials;
            }
        band.partials.add(partials);
    }
}

PartialCurves PartialAnalyzer::describe() const {
    PartialCurves curves;
    if (counted_frames_ == 0) return curves;
    // Mean level of a bin of each band, and between their centres.
    std::array<double, bands> mean_db{};
    for (std::size_t b = 0; b < bands_.size(); ++b)
        mean_db[b] = 10.0 * std::log10(std::max(least_power, bands_[b].power / static_cast<double>(counted_frames_) *
                                                                 bin_hz_ / (bark_edges_hz[b + 1] - bark_edges_hz[b])));
    const auto level_at = [&](double hz) {
        std::size_t above = 1;
        while (above + 1 < bark_bands_hz.size() && bark_bands_hz[above] < hz) ++above;
        const double along =
            std::log(hz / bark_bands_hz[above - 1]) / std::log(bark_bands_hz[above] / bark_bands_hz[above - 1]);
        return std::lerp(mean_db[above - 1], mean_db[above], std::clamp(along, 0.0, 1.0));
    };
    const auto step_over = [](double step_db, double usual_db) { return std::clamp(step_db - usual_db, -40.0, 40.0); };
    for (std::size_t b = 0; b < bands_.size(); ++b) {
        const auto& band = bands_[b];
        curves.tonal_share[b] = band.tonal_share.mean();
        curves.percussive_share[b] = band.percussive_share.mean();
        curves.partials[b] = band.partials.mean();
        curves.partial_level_db[b] = band.over_band_db.mean();
        curves.partial_deviation_db[b] = band.over_band_db.deviation();
        curves.sharpness_db[b] = band.sharpness_db.mean();
        curves.octave_share[b] = band.has_octave.mean();
        curves.twelfth_share[b] = band.has_twelfth.mean();
        const double own_db = level_at(bark_bands_hz[b]);
        if (band.octave_db.tells()) {
            curves.octave_step_db[b] = step_over(band.octave_db.mean(), level_at(2.0 * bark_bands_hz[b]) - own_db);
            curves.octave_deviation_db[b] = band.octave_db.deviation();
        }
        if (band.twelfth_db.tells()) {
            curves.twelfth_step_db[b] = step_over(band.twelfth_db.mean(), level_at(3.0 * bark_bands_hz[b]) - own_db);
            curves.twelfth_deviation_db[b] = band.twelfth_db.deviation();
        }
    }
    return curves;
}

}  // namespace burnish
