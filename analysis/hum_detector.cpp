#include "analysis/hum_detector.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/decibels.h"
#include "dsp/simd.h"
#include "dsp/window.h"

namespace burnish {

namespace {

constexpr double pi = std::numbers::pi;
constexpr std::array<double, 2> mains_hz{50.0, 60.0};
constexpr double mains_tolerance = 0.004;  // of the frequency: the grid's 0.1 %, and tape
constexpr double nearest_hz = 2.5;         // surroundings of a line: beyond the foot of the window's main lobe,
constexpr double farthest_hz = 8.0;        // and short of the next note
constexpr double standing_out_db = 12.0;
constexpr double single_standing_out_db = 9.0;  // of one spectrum, where the noise has not averaged out
constexpr int least_lines = 3;
constexpr double least_share = 0.8;
constexpr double silent_power = 1e-11;
constexpr int kept_spectra = 8192;

constexpr int capacity_factor = 16;  // input buffer, in multiples of the filter's length

/// out[i] = sum over k of taps[k] x[i * factor + k], with eight independent sums; the tap count is a multiple of 8.
BURNISH_VECTORIZED
void filter(const float* x, const float* taps, int tap_count, int factor, int outputs, float* out) noexcept {
    constexpr int lanes = 8;
    for (int i = 0; i < outputs; ++i) {
        std::array<float, lanes> sums{};
        const float* const from = x + static_cast<std::ptrdiff_t>(i) * factor;
        for (int k = 0; k < tap_count; k += lanes)
            for (int j = 0; j < lanes; ++j) sums[j] += taps[k + j] * from[k + j];
        out[i] = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
    }
}

}  // namespace

void HumDetector::prepare(double sample_rate_hz) {
    factor_ = std::max(1, static_cast<int>(sample_rate_hz / 2000));
    rate_hz_ = sample_rate_hz / factor_;

    // Flat to 400 Hz, and what would fold back below 400 Hz is down by 80 dB.
    const int taps = 8 * factor_;
    const double cutoff = 1000.0 / sample_rate_hz;  // cycles per sample
    taps_.assign(static_cast<std::size_t>(taps), 0.0F);
    double sum = 0.0;
    std::vector<double> ideal;
    for (int k = 0; k < taps; ++k) {
        const double t = k - (taps - 1) / 2.0;
        const double sinc = t == 0.0 ? 2 * cutoff : std::sin(2 * pi * cutoff * t) / (pi * t);
        ideal.push_back(sinc * kaiser(2 * t / taps, 8.0));
        sum += ideal.back();
    }
    for (int k = 0; k < taps; ++k)
        taps_[static_cast<std::size_t>(k)] = static_cast<float>(ideal[static_cast<std::size_t>(k)] / sum);
    input_.assign(static_cast<std::size_t>(taps) * capacity_factor, 0.0F);
    filled_ = 0;

    fft_.clear();
    fft_.emplace_back(fft_size);
    window_.resize(fft_size);
    double window_sum = 0.0;
    for (int n = 0; n < fft_size; ++n) {
        window_[static_cast<std::size_t>(n)] = static_cast<float>(0.5 - 0.5 * std::cos(2 * pi * (n + 0.5) / fft_size));
        window_sum += window_[static_cast<std::size_t>(n)];
    }
    // A sine then reads its mean square in its strongest bin.
    for (float& weight : window_) weight = static_cast<float>(weight * std::numbers::sqrt2 / window_sum);
    decimated_.clear();
    decimated_.reserve(fft_size + static_cast<std::size_t>(capacity_factor) * 8);
    time_.resize(fft_size);
    spectrum_.resize(static_cast<std::size_t>(fft_.front().bins()));
    power_.resize(spectrum_.size());
    lines_.prepare(1 + 2 * harmonics * static_cast<int>(mains_hz.size()), kept_spectra);
}

void HumDetector::process(std::span<const float> in) {
    while (!in.empty()) {
        const auto count = std::min(in.size(), input_.size() - static_cast<std::size_t>(filled_));
        std::ranges::copy(in.first(count), input_.begin() + filled_);
        filled_ += static_cast<int>(count);
        in = in.subspan(count);
        if (filled_ == static_cast<int>(input_.size())) decimate();
    }
}

void HumDetector::decimate() {
    const auto taps = static_cast<int>(taps_.size());
    const int outputs = (filled_ - taps) / factor_;
    const auto old = decimated_.size();
    decimated_.resize(old + static_cast<std::size_t>(outputs));
    filter(input_.data(), taps_.data(), taps, factor_, outputs, &decimated_[old]);
    const int used = outputs * factor_;
    std::copy(input_.begin() + used, input_.begin() + filled_, input_.begin());
    filled_ -= used;
    while (decimated_.size() >= fft_size) {
        add_spectrum();
        decimated_.erase(decimated_.begin(), decimated_.begin() + fft_size / 2);
    }
}

void HumDetector::add_spectrum() {
    double square = 0.0;
    for (int n = 0; n < fft_size; ++n) {
        const auto i = static_cast<std::size_t>(n);
        square += double{decimated_[i]} * decimated_[i];
        time_[i] = decimated_[i] * window_[i];
    }
    if (square / fft_size < silent_power) return;
    fft_.front().forward(time_, spectrum_);
    for (std::size_t k = 0; k < power_.size(); ++k) power_[k] = std::norm(spectrum_[k]);

    const double bin_hz = rate_hz_ / fft_size;
    const auto bin = [&](double frequency_hz) { return static_cast<std::size_t>(std::lround(frequency_hz / bin_hz)); };
    std::array<float, 1 + 2 * harmonics * mains_hz.size()> row{};
    std::size_t next = 0;
    row[next++] = static_cast<float>(square / fft_size);
    for (const double mains : mains_hz)
        for (int h = 1; h <= harmonics; ++h) {
            const double line_hz = mains * h;
            const std::size_t low = bin(line_hz * (1 - mains_tolerance) - bin_hz / 2);
            const std::size_t high = bin(line_hz * (1 + mains_tolerance) + bin_hz / 2);
            const auto highest = std::max_element(power_.begin() + static_cast<std::ptrdiff_t>(low),
                                                  power_.begin() + static_cast<std::ptrdiff_t>(high) + 1);
            // Power that still rises at the border belongs to a neighbour, such as a note just beside.
            const auto k = static_cast<std::size_t>(highest - power_.begin());
            const bool peak = power_[k] > power_[k - 1] && power_[k] > power_[k + 1];
            surroundings_.clear();
            for (std::size_t i = bin(line_hz - farthest_hz); i <= bin(line_hz + farthest_hz); ++i)
                if (std::abs(static_cast<double>(i) * bin_hz - line_hz) >= nearest_hz)
                    surroundings_.push_back(power_[i]);
            const auto middle = surroundings_.begin() + static_cast<std::ptrdiff_t>(surroundings_.size() / 2);
            std::ranges::nth_element(surroundings_, middle);
            row[next++] = peak ? *highest : *middle;
            row[next++] = *middle;
        }
    lines_.add(row);
}

HumDetector::Result HumDetector::result() const {
    constexpr int fewest_spectra = 3;  // of a track that anything can be said of
    constexpr int fewest_quiet = 2;
    constexpr double most_unsteady_db = 3.0;
    constexpr int quiet_part = 50;  // of all: songs pause for seconds
    if (lines_.rows() < fewest_spectra) return {};
    std::vector<int> quietest(static_cast<std::size_t>(lines_.rows()));
    for (int i = 0; i < lines_.rows(); ++i) quietest[static_cast<std::size_t>(i)] = i;
    std::ranges::stable_sort(quietest, {}, [&](int i) { return lines_.row(i)[0]; });
    quietest.resize(std::max<std::size_t>(fewest_quiet, quietest.size() / quiet_part));

    Result best;
    for (std::size_t m = 0; m < mains_hz.size(); ++m) {
        Result found;
        int lines = 0;
        for (int h = 0; h < harmonics; ++h) {
            const std::size_t column = 1 + 2 * (m * harmonics + static_cast<std::size_t>(h));
            double line = 0.0, around = 0.0;
            double weakest = std::numeric_limits<double>::max(), strongest = 0.0;
            int standing_out = 0;
            for (const int i : quietest) {
                const auto row = lines_.row(i);
                line += row[column];
                around += row[column + 1];
                weakest = std::min(weakest, double{row[column]});
                strongest = std::max(strongest, double{row[column]});
                if (row[column] > row[column + 1] * db_to_power(single_standing_out_db)) ++standing_out;
            }
            const auto count = static_cast<double>(quietest.size());
            // No floor lies below that of 24 bits.
            const double excess_db = power_to_db(line / count) - power_to_db(around / count + 1e-17);
            const bool stands_out = excess_db > standing_out_db && standing_out >= least_share * count;
            const bool is_steady = strongest <= weakest * db_to_power(most_unsteady_db);  // a note dies away
            if (!stands_out || !is_steady || line / count < silent_power) continue;
            ++lines;
            found.excess_db += excess_db;
            found.power += line / count;
        }
        if (lines < least_lines) continue;
        found.excess_db /= lines;
        found.frequency_hz = mains_hz[m];
        if (found.power > best.power) best = found;
    }
    return best;
}

}  // namespace burnish
