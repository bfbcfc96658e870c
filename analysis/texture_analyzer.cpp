#include "analysis/texture_analyzer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/statistics.h"
#include "core/decibels.h"
#include "dsp/fast_math.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr int most_rows = 4096;
constexpr float depth_db = 60.0F;        // below its largest level so far, a band is silent
constexpr double gate_share = 0.003162;  // -25 dB
constexpr int fine_factor = 4;           // a fine spectrum is so many times longer than a common one
constexpr double silent_power = 1e-12;
constexpr float smallest_power = 1e-20F;

/// Groups of bands that others are compared with: where kick and bass, bodies, voices, consonants and cymbals are.
constexpr std::array<std::array<int, 2>, 5> groups{{{0, 1}, {2, 6}, {7, 12}, {13, 18}, {19, 23}}};

inline float level_db(float power) noexcept { return 0.5F * db_per_log2 * fast_log2(power + smallest_power); }

struct BandShape {
    float log2_sum;
    float sum;
    float largest;
};

BURNISH_VECTORIZED
BandShape band_shape(const float* power, int count) noexcept {
    constexpr int lanes = 8;
    std::array<float, lanes> logs{}, sums{}, largest{};
    int k = 0;
    for (; k + lanes <= count; k += lanes)
        for (int i = 0; i < lanes; ++i) {
            const float p = power[k + i] + smallest_power;
            logs[i] += fast_log2(p);
            sums[i] += p;
            largest[i] = p > largest[i] ? p : largest[i];
        }
    BandShape shape{0.0F, 0.0F, 0.0F};
    for (; k < count; ++k) {
        const float p = power[k] + smallest_power;
        shape.log2_sum += fast_log2(p);
        shape.sum += p;
        shape.largest = p > shape.largest ? p : shape.largest;
    }
    for (int i = 0; i < lanes; ++i) {
        shape.log2_sum += logs[i];
        shape.sum += sums[i];
        shape.largest = largest[i] > shape.largest ? largest[i] : shape.largest;
    }
    return shape;
}

BURNISH_VECTORIZED
void to_power(const float* spectrum, int bins, float* power) noexcept {
    for (int k = 0; k < bins; ++k)
        power[k] = spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
}

template <class Number>
std::vector<Number> hann(int size) {
    std::vector<Number> window(static_cast<std::size_t>(size));
    for (std::size_t n = 0; n < window.size(); ++n)
        window[n] =
            static_cast<Number>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(n) + 0.5) / size));
    return window;
}

}  // namespace

void TextureAnalyzer::Mean::add(std::span<const float> values) noexcept {
    for (int b = 0; b < bands; ++b) {
        sum[b] += values[b];
        square_sum[b] += double{values[b]} * values[b];
    }
    ++count;
}

Curve<TextureAnalyzer::bands> TextureAnalyzer::Mean::mean() const noexcept {
    Curve<bands> curve{};
    if (count > 0)
        for (int b = 0; b < bands; ++b) curve[b] = sum[b] / static_cast<double>(count);
    return curve;
}

Curve<TextureAnalyzer::bands> TextureAnalyzer::Mean::deviation() const noexcept {
    Curve<bands> curve = mean();
    for (int b = 0; b < bands; ++b)
        curve[b] = count > 0
                       ? std::sqrt(std::max(0.0, square_sum[b] / static_cast<double>(count) - curve[b] * curve[b]))
                       : 0.0;
    return curve;
}

void TextureAnalyzer::Products::add(std::span<const float> values) noexcept {
    for (int a = 0; a < bands; ++a) {
        sum[a] += values[a];
        for (int b = 0; b < bands; ++b) product[a][b] += double{values[a]} * values[b];
    }
    ++count;
}

double TextureAnalyzer::Products::correlation(int a, int b) const noexcept {
    if (count == 0) return 0.0;
    const auto n = static_cast<double>(count);
    const auto covariance = [&](int i, int j) { return product[i][j] / n - (sum[i] / n) * (sum[j] / n); };
    const double variance = covariance(a, a) * covariance(b, b);
    return variance > 1e-6 ? std::clamp(covariance(a, b) / std::sqrt(variance), -1.0, 1.0) : 0.0;
}

Curve<TextureAnalyzer::bands> TextureAnalyzer::Products::with_group(int first, int last) const noexcept {
    Curve<bands> curve{};
    for (int b = 0; b < bands; ++b) {
        int others = 0;
        for (int other = first; other <= last; ++other)
            if (other != b) {
                curve[b] += correlation(b, other);
                ++others;
            }
        curve[b] /= others;
    }
    return curve;
}

void TextureAnalyzer::Shape::prepare(double bin_hz, int bins) {
    *this = {};
    for (int b = 0; b < bands; ++b) {
        first[b] = static_cast<int>(std::ceil(bark_edges_hz[b] / bin_hz));
        last[b] = std::min(static_cast<int>(bark_edges_hz[b + 1] / bin_hz), bins - 1);
        // A band that half the sample rate cuts says nothing of its shape.
        if (bark_edges_hz[b + 1] > bin_hz * (bins - 1)) last[b] = first[b] - 1;
    }
}

void TextureAnalyzer::Shape::measure(std::span<const float> power) noexcept {
    for (int b = 0; b < bands; ++b) {
        const int count = last[b] - first[b] + 1;
        flatness_db[b] = crest_db[b] = 0.0F;
        if (count < 2) continue;
        const auto shape = band_shape(power.data() + first[b], count);
        const auto n = static_cast<float>(count);
        const float mean_log2 = fast_log2(shape.sum / n);
        flatness_db[b] = 0.5F * db_per_log2 * (shape.log2_sum / n - mean_log2);
        crest_db[b] = 0.5F * db_per_log2 * (fast_log2(shape.largest) - mean_log2);
    }
    flatness.add(flatness_db);
    crest.add(crest_db);
}

void TextureAnalyzer::prepare(double sample_rate_hz, double bin_hz, int bins) {
    *this = {};
    rows_.prepare(Column::count, most_rows);
    highest_db_.fill(-120.0F);
    for (auto& levels : past_db_) levels.fill(-120.0F);
    shape_.prepare(bin_hz, bins);

    const int fine_size = fine_factor * static_cast<int>(std::lround(sample_rate_hz / bin_hz));
    fine_fft_.emplace_back(fine_size);
    fine_shape_.prepare(sample_rate_hz / fine_size, fine_fft_.front().bins());
    fine_window_ = hann<float>(fine_size);
    fine_time_.assign(static_cast<std::size_t>(fine_size), 0.0F);
    fine_spectrum_.assign(static_cast<std::size_t>(fine_fft_.front().bins()), {});
    fine_power_.assign(fine_spectrum_.size(), 0.0F);

    modulation_fft_.emplace_back(modulation_window);
    modulation_weights_ = hann<double>(modulation_window);
    for (auto& track : tracks_db_) track.reserve(modulation_window);
    modulation_time_.assign(modulation_window, 0.0F);
    modulation_spectrum_.assign(modulation_window / 2 + 1, {});
}

void TextureAnalyzer::add_frame(std::span<const float> bark, std::span<const float> power, std::span<const float> mid) {
    std::array<float, bands> now_db{}, step_db{}, slow_step_db{}, rise_db{};
    double whole = 0.0;
    for (int b = 0; b < bands; ++b) {
        whole += bark[b];
        const float db = level_db(bark[b]);
        highest_db_[b] = std::max(highest_db_[b], db);
        now_db[b] = std::max(db, highest_db_[b] - depth_db);
    }
    const auto& before = past_db_[(frames_ + slow_lag - 1) % slow_lag];
    auto& long_before = past_db_[frames_ % slow_lag];
    for (int b = 0; b < bands; ++b) {
        // A band that had not sounded yet has not moved.
        const float floor_db = highest_db_[b] - depth_db;
        step_db[b] = now_db[b] - std::max(before[b], floor_db);
        slow_step_db[b] = now_db[b] - std::max(long_before[b], floor_db);
        rise_db[b] = std::max(0.0F, step_db[b]);
    }
    long_before = now_db;
    total_power_ += whole;
    ++frames_;
    if (whole > silent_power) ++sounding_frames_;
    const bool counts =
        whole > silent_power && whole > gate_share * total_power_ / static_cast<double>(sounding_frames_);

    if (counts) last_counted_ = frames_;

    for (int b = 0; b < bands; ++b) tracks_db_[b].push_back(now_db[b]);
    if (static_cast<int>(tracks_db_.front().size()) == modulation_window) add_modulation();

    for (std::size_t done = 0; done < mid.size();) {
        const std::size_t count =
            std::min(mid.size() - done, fine_time_.size() - static_cast<std::size_t>(fine_filled_));
        std::copy_n(mid.begin() + static_cast<std::ptrdiff_t>(done), count, fine_time_.begin() + fine_filled_);
        done += count;
        fine_filled_ += static_cast<int>(count);
        if (fine_filled_ == static_cast<int>(fine_time_.size())) {
            if (counts) add_fine_shape();
            fine_filled_ = 0;
        }
    }
    if (!counts || frames_ <= slow_lag) return;

    std::array<float, Column::count> row{};
    std::ranges::copy(now_db, row.begin() + Column::level);
    std::ranges::copy(step_db, row.begin() + Column::step);
    std::ranges::copy(slow_step_db, row.begin() + Column::slow_step);
    rows_.add(row);
    rise_.add(rise_db);
    levels_.add(now_db);
    steps_.add(step_db);
    const double loudness_db = power_to_db(whole);
    loudness_sum_ += loudness_db;
    loudness_square_sum_ += loudness_db * loudness_db;
    for (int b = 0; b < bands; ++b) {
        power_[b] += bark[b];
        level_sum_[b] += now_db[b];
        level_square_sum_[b] += double{now_db[b]} * now_db[b];
        level_loudness_sum_[b] += now_db[b] * loudness_db;
    }
    ++counted_;
    if (frames_ % 2 == 0) shape_.measure(power);
}

/// Variance of the levels by octaves of modulation frequency; windows overlap by half. A pause says nothing.
void TextureAnalyzer::add_modulation() {
    const bool counts = last_counted_ > frames_ - modulation_window;
    for (int b = 0; b < bands && counts; ++b) {
        const auto& track = tracks_db_[b];
        double mean = 0.0;
        for (const float db : track) mean += db;
        mean /= modulation_window;
        for (std::size_t n = 0; n < modulation_time_.size(); ++n)
            modulation_time_[n] = static_cast<float>((track[n] - mean) * modulation_weights_[n]);
        modulation_fft_.front().forward(modulation_time_, modulation_spectrum_);
        for (int octave = 0; octave < modulation_octaves; ++octave) {
            double variance = 0.0;
            for (int k = 2 << octave; k < 4 << octave; ++k)
                variance += std::norm(modulation_spectrum_[static_cast<std::size_t>(k)]);
            modulation_[octave][b] += 2.0 * variance / (0.375 * modulation_window * modulation_window);
        }
    }
    if (counts) ++modulation_windows_;
    for (auto& track : tracks_db_) track.erase(track.begin(), track.begin() + modulation_window / 2);
}

void TextureAnalyzer::add_fine_shape() {
    for (std::size_t n = 0; n < fine_time_.size(); ++n) fine_time_[n] *= fine_window_[n];
    fine_fft_.front().forward(fine_time_, fine_spectrum_);
    to_power(reinterpret_cast<const float*>(fine_spectrum_.data()), static_cast<int>(fine_power_.size()),
             fine_power_.data());
    fine_shape_.measure(fine_power_);
}

TextureCurves TextureAnalyzer::describe() const {
    TextureCurves curves;
    if (counted_ == 0) return curves;
    const auto n = static_cast<double>(counted_);
    std::vector<float> values(static_cast<std::size_t>(rows_.rows()));
    const auto read_column = [&](int column) {
        for (int i = 0; i < rows_.rows(); ++i) values[static_cast<std::size_t>(i)] = rows_.row(i)[column];
    };
    for (int b = 0; b < bands; ++b) {
        const double mean_db = std::max(power_to_db(power_[b] / n), double{highest_db_[b]} - depth_db);
        read_column(Column::level + b);
        curves.level_p05_db[b] = percentile(values, 0.05) - mean_db;
        curves.level_p25_db[b] = percentile(values, 0.25) - mean_db;
        curves.level_p50_db[b] = percentile(values, 0.50) - mean_db;
        curves.level_p75_db[b] = percentile(values, 0.75) - mean_db;
        curves.level_p95_db[b] = percentile(values, 0.95) - mean_db;
        read_column(Column::step + b);
        curves.step_p02_db[b] = percentile(values, 0.02);
        curves.step_p10_db[b] = percentile(values, 0.10);
        curves.step_p98_db[b] = percentile(values, 0.98);
        read_column(Column::slow_step + b);
        curves.slow_step_p05_db[b] = percentile(values, 0.05);
        curves.slow_step_p95_db[b] = percentile(values, 0.95);

        const double loudness_variance = loudness_square_sum_ / n - (loudness_sum_ / n) * (loudness_sum_ / n);
        const double level_variance = level_square_sum_[b] / n - (level_sum_[b] / n) * (level_sum_[b] / n);
        const double covariance = level_loudness_sum_[b] / n - (level_sum_[b] / n) * (loudness_sum_ / n);
        if (loudness_variance > 1e-6) curves.loudness_slope[b] = std::clamp(covariance / loudness_variance, -4.0, 4.0);
        if (loudness_variance * level_variance > 1e-9)
            curves.loudness_correlation[b] =
                std::clamp(covariance / std::sqrt(loudness_variance * level_variance), -1.0, 1.0);
    }
    curves.rise_mean_db = rise_.mean();
    curves.flatness_db = shape_.flatness.mean();
    curves.flatness_deviation_db = shape_.flatness.deviation();
    curves.crest_db = shape_.crest.mean();
    curves.fine_flatness_db = fine_shape_.flatness.mean();
    curves.fine_crest_db = fine_shape_.crest.mean();

    const std::array modulation_curves{&TextureCurves::modulation_0p5_hz_db, &TextureCurves::modulation_1_hz_db,
                                       &TextureCurves::modulation_2_hz_db,   &TextureCurves::modulation_4_hz_db,
                                       &TextureCurves::modulation_8_hz_db,   &TextureCurves::modulation_16_hz_db};
    static_assert(modulation_curves.size() == modulation_octaves);
    for (std::size_t octave = 0; octave < modulation_curves.size(); ++octave)
        for (int b = 0; b < bands; ++b)
            // A hundredth of a square decibel is as good as still.
            (curves.*modulation_curves[octave])[b] =
                modulation_windows_ > 0 ? power_to_db(modulation_[octave][b] / modulation_windows_ + 0.01) : -20.0;

    const std::array level_groups{&TextureCurves::level_with_lows, &TextureCurves::level_with_low_mids,
                                  &TextureCurves::level_with_mids, &TextureCurves::level_with_high_mids,
                                  &TextureCurves::level_with_highs};
    const std::array step_groups{&TextureCurves::step_with_lows, &TextureCurves::step_with_low_mids,
                                 &TextureCurves::step_with_mids, &TextureCurves::step_with_high_mids,
                                 &TextureCurves::step_with_highs};
    static_assert(level_groups.size() == groups.size() && step_groups.size() == groups.size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
        curves.*level_groups[g] = levels_.with_group(groups[g][0], groups[g][1]);
        curves.*step_groups[g] = steps_.with_group(groups[g][0], groups[g][1]);
    }
    return curves;
}

}  // namespace burnish
