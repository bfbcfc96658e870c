#include "analysis/sample_statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr int lanes = 8;  // independent sums, so that they can be taken side by side
using Lanes = std::array<float, lanes>;

[[nodiscard]] double total(const Lanes& sums) noexcept {
    double all = 0.0;
    for (const float sum : sums) all += sum;
    return all;
}

struct Sums {
    Lanes left{}, right{}, left_squared{}, right_squared{}, sum_squared{}, difference_squared{}, peak{};
};

BURNISH_VECTORIZED
void add_samples(const float* left, const float* right, int frames, Sums& result) noexcept {
    Sums s;
    int n = 0;
    for (; n + lanes <= frames; n += lanes)
        for (int k = 0; k < lanes; ++k) {
            const float l = left[n + k];
            const float r = right[n + k];
            s.left[k] += l;
            s.right[k] += r;
            s.left_squared[k] += l * l;
            s.right_squared[k] += r * r;
            s.sum_squared[k] += (l + r) * (l + r);
            s.difference_squared[k] += (l - r) * (l - r);
            s.peak[k] = std::max(s.peak[k], std::max(std::abs(l), std::abs(r)));
        }
    for (; n < frames; ++n) {
        const float l = left[n];
        const float r = right[n];
        s.left[0] += l;
        s.right[0] += r;
        s.left_squared[0] += l * l;
        s.right_squared[0] += r * r;
        s.sum_squared[0] += (l + r) * (l + r);
        s.difference_squared[0] += (l - r) * (l - r);
        s.peak[0] = std::max(s.peak[0], std::max(std::abs(l), std::abs(r)));
    }
    result = s;
}

/// Bits that any sample uses as a 24-bit word, and in bit 31 whether one is no such word.
BURNISH_VECTORIZED
std::uint32_t word_bits(const float* samples, int frames) noexcept {
    constexpr float largest = 1073741824.0F;  // 2^30, far above any signal, and still an int
    std::uint32_t bits = 0;
    std::uint32_t unfit = 0;
    for (int n = 0; n < frames; ++n) {
        const float scaled = std::min(std::max(samples[n] * 8388608.0F, -largest), largest);
        const auto word = static_cast<std::int32_t>(scaled);
        bits |= static_cast<std::uint32_t>(word < 0 ? -word : word);
        unfit |= static_cast<float>(word) != scaled ? 0x80000000U : 0U;
    }
    return bits | unfit;
}

}  // namespace

void SampleStatistics::prepare(int channels, AnalysisScope scope) {
    *this = {};
    channels_ = channels;
    counts_bits_ = scope == AnalysisScope::track;
}

void SampleStatistics::process(ConstAudioView chunk) noexcept {
    const auto left = chunk.channel(0);
    const auto right = chunk.channel(channels_ - 1);
    Sums sums;
    add_samples(left.data(), right.data(), chunk.frames(), sums);
    offset_[0] += total(sums.left);
    offset_[1] += total(sums.right);
    const double left_energy = total(sums.left_squared);
    const double right_energy = total(sums.right_squared);
    left_ += left_energy;
    right_ += right_energy;
    chunk_energy_ = channels_ == 2 ? left_energy + right_energy : left_energy;
    sum_ += total(sums.sum_squared);
    difference_ += total(sums.difference_squared);
    const double chunk_peak = *std::max_element(sums.peak.begin(), sums.peak.end());
    peak_ = std::max(peak_, chunk_peak);

    for (int c = 0; c < channels_ && counts_bits_ && fits_24_bits_; ++c) {
        const std::uint32_t bits = word_bits(chunk.channel(c).data(), chunk.frames());
        used_bits_ |= bits & 0x7FFFFFFFU;
        fits_24_bits_ = bits >> 31 == 0;
    }

    if (chunk_peak > silence_threshold) {
        const auto heard = [&](int n) {
            return std::abs(left[static_cast<std::size_t>(n)]) > silence_threshold ||
                   std::abs(right[static_cast<std::size_t>(n)]) > silence_threshold;
        };
        int last = chunk.frames() - 1;
        while (!heard(last)) --last;
        if (heard_until_ == leading_) {  // nothing heard so far
            int first = 0;
            while (!heard(first)) ++first;
            leading_ = frames_ + first;
        }
        heard_until_ = frames_ + last + 1;
    } else if (heard_until_ == leading_) {
        leading_ = heard_until_ = frames_ + chunk.frames();
    }
    frames_ += chunk.frames();
}

double SampleStatistics::mean(int channel) const noexcept {
    return per_frame(offset_[static_cast<std::size_t>(channel)]);
}

double SampleStatistics::correlation() const noexcept {
    const double product = std::sqrt(left_ * right_);
    return product > 0.0 ? std::clamp((sum_ - difference_) / 4 / product, -1.0, 1.0) : 1.0;
}

int SampleStatistics::effective_bits() const noexcept {
    if (!fits_24_bits_) return 32;
    return used_bits_ == 0 ? 0 : 24 - std::min(std::countr_zero(used_bits_), 23);
}

}  // namespace burnish
