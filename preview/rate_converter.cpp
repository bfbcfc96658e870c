#include "preview/rate_converter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr int usual_taps = 128;
constexpr int most_phases = 1024;
constexpr double kaiser_beta = 9.0;
constexpr double pass_edge = 0.955;  // middle of the transition, of half the lower rate

double kaiser(double x) { return std::cyl_bessel_i(0.0, kaiser_beta * std::sqrt(std::max(0.0, 1.0 - x * x))); }

double sinc(double x) { return x == 0.0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x); }

BURNISH_VECTORIZED
void blend(const float* a, const float* b, float share, float* to, int count) noexcept {
    for (int n = 0; n < count; ++n) to[n] = a[n] + share * (b[n] - a[n]);
}

BURNISH_VECTORIZED
float product(const float* samples, const float* taps, int count) noexcept {
    std::array<float, 16> sums{};
    for (int n = 0; n + 16 <= count; n += 16)
        for (int k = 0; k < 16; ++k) sums[k] += samples[n + k] * taps[n + k];
    return std::accumulate(sums.begin(), sums.end(), 0.0F);
}

}  // namespace

void RateConverter::prepare(double in_rate_hz, double out_rate_hz, int channels, int most_out_frames) {
    in_rate_ = std::llround(in_rate_hz);
    out_rate_ = std::llround(out_rate_hz);
    if (in_rate_ == out_rate_) return;
    const double stretch = std::max(1.0, in_rate_hz / out_rate_hz);
    taps_ = static_cast<int>(std::ceil(usual_taps * stretch / 16.0)) * 16;
    phases_ = static_cast<int>(std::min<std::int64_t>(out_rate_ / std::gcd(in_rate_, out_rate_), most_phases));
    rows_.resize(static_cast<std::size_t>(phases_ + 1) * static_cast<std::size_t>(taps_));
    const double half = 0.5 * taps_;
    const double cutoff = pass_edge / stretch;
    for (int phase = 0; phase <= phases_; ++phase) {
        float* row = rows_.data() + static_cast<std::ptrdiff_t>(phase) * taps_;
        double sum = 0.0;
        for (int tap = 0; tap < taps_; ++tap) {
            const double distance = tap - (half - 1.0) - static_cast<double>(phase) / phases_;
            const double value = sinc(cutoff * distance) * kaiser(distance / half);
            row[tap] = static_cast<float>(value);
            sum += value;
        }
        for (int tap = 0; tap < taps_; ++tap) row[tap] = static_cast<float>(row[tap] / sum);  // DC to the last bit
    }
    row_.resize(static_cast<std::size_t>(taps_));
    const auto most_in_frames = most_out_frames * in_rate_ / out_rate_ + 2;
    history_ = AudioBuffer(channels, static_cast<int>(most_in_frames) + 2 * taps_);
    kept_ = taps_ / 2 - 1;  // silence ahead of the first frame, so that it comes out first
    next_ = 0;
    fraction_ = 0;
}

int RateConverter::frames_needed(int out_frames) const noexcept {
    const auto last = next_ + (fraction_ + (out_frames - 1) * in_rate_) / out_rate_;  // first tap of the last frame
    return static_cast<int>(std::max<std::int64_t>(0, last + taps_ - kept_));
}

void RateConverter::convert(AudioView out, int new_frames) noexcept {
    const auto scaled = static_cast<double>(phases_) / static_cast<double>(out_rate_);
    for (int n = 0; n < out.frames(); ++n) {
        const double place = static_cast<double>(fraction_) * scaled;
        const int phase = static_cast<int>(place);
        const float* row = rows_.data() + static_cast<std::ptrdiff_t>(phase) * taps_;
        const auto share = static_cast<float>(place - phase);
        blend(row, row + taps_, share, row_.data(), taps_);
        for (int c = 0; c < out.channels(); ++c)
            out.channel(c)[n] = product(history_.channel(c).data() + next_, row_.data(), taps_);
        fraction_ += in_rate_;
        next_ += static_cast<int>(fraction_ / out_rate_);
        fraction_ %= out_rate_;
    }
    const int filled = kept_ + new_frames;
    const int used = std::min(next_, filled);
    for (int c = 0; c < history_.channels(); ++c) {
        const auto samples = history_.channel(c);
        std::copy(samples.begin() + used, samples.begin() + filled, samples.begin());
    }
    kept_ = filled - used;
    next_ -= used;
}

}  // namespace burnish
