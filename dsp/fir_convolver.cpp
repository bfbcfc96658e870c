#include "dsp/fir_convolver.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>

#include "dsp/simd.h"

namespace burnish {

namespace {
// std::complex's own product checks every result for NaN, which keeps the loop scalar.
BURNISH_VECTORIZED void multiply(std::complex<float>* io, const std::complex<float>* by, std::size_t count) {
    auto* values = reinterpret_cast<float*>(io);
    const auto* factors = reinterpret_cast<const float*>(by);
    for (std::size_t i = 0; i < count; ++i) {
        const float re = values[2 * i] * factors[2 * i] - values[2 * i + 1] * factors[2 * i + 1];
        const float im = values[2 * i] * factors[2 * i + 1] + values[2 * i + 1] * factors[2 * i];
        values[2 * i] = re;
        values[2 * i + 1] = im;
    }
}

/// Index of the only non-zero tap if that tap is 1, else -1.
int delay_of(std::span<const float> taps) noexcept {
    int at = -1;
    for (std::size_t i = 0; i < taps.size(); ++i) {
        if (taps[i] == 0.0F) continue;
        if (taps[i] != 1.0F || at >= 0) return -1;
        at = static_cast<int>(i);
    }
    return at;
}
}  // namespace

void FirConvolver::prepare(int max_taps) {
    assert(max_taps >= 1);
    hop_ = std::max(64, static_cast<int>(std::bit_ceil(static_cast<unsigned>(max_taps))));
    const auto size = 2 * static_cast<std::size_t>(hop_);
    fft_.clear();
    fft_.emplace_back(2 * hop_);
    window_.resize(size);
    result_.resize(size);
    padded_taps_.resize(size);
    kernel_.resize(size / 2 + 1);
    spectrum_.resize(size / 2 + 1);
    const float impulse = 1.0F;
    set_kernel({&impulse, 1});
    reset();
}

void FirConvolver::set_kernel(std::span<const float> taps) noexcept {
    assert(static_cast<int>(taps.size()) <= hop_);
    pure_delay_ = delay_of(taps);
    if (pure_delay_ >= 0) return;
    const float scale = 1.0F / static_cast<float>(2 * hop_);
    const auto rest =
        std::transform(taps.begin(), taps.end(), padded_taps_.begin(), [scale](float tap) { return tap * scale; });
    std::fill(rest, padded_taps_.end(), 0.0F);
    fft_.front().forward(padded_taps_, kernel_);
}

void FirConvolver::process(std::span<float> io) noexcept {
    while (!io.empty()) {
        const auto position = static_cast<std::size_t>(hop_ + filled_);
        const auto count = std::min(io.size(), window_.size() - position);
        std::copy_n(io.begin(), count, window_.begin() + position);
        std::copy_n(result_.begin() + position, count, io.begin());
        filled_ += static_cast<int>(count);
        if (filled_ == hop_) convolve_hop();
        io = io.subspan(count);
    }
}

void FirConvolver::reset() noexcept {
    std::fill(window_.begin(), window_.end(), 0.0F);
    std::fill(result_.begin(), result_.end(), 0.0F);
    filled_ = 0;
}

void FirConvolver::convolve_hop() noexcept {
    if (pure_delay_ >= 0) {
        std::copy_n(window_.begin() + hop_ - pure_delay_, hop_, result_.begin() + hop_);
    } else {
        fft_.front().forward(window_, spectrum_);
        multiply(spectrum_.data(), kernel_.data(), spectrum_.size());
        fft_.front().inverse(spectrum_, result_);
    }
    std::copy_n(window_.begin() + hop_, hop_, window_.begin());
    filled_ = 0;
}

}  // namespace burnish
