#include "dsp/fir_convolver.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>

#include "dsp/simd.h"

namespace burnish {

namespace {
// std::complex's own product checks every result for NaN, which keeps the loop scalar.
BURNISH_VECTORIZED void multiply(std::complex<float>* out, const std::complex<float>* a, const std::complex<float>* b,
                                 std::size_t count) {
    auto* products = reinterpret_cast<float*>(out);
    const auto* x = reinterpret_cast<const float*>(a);
    const auto* y = reinterpret_cast<const float*>(b);
    for (std::size_t i = 0; i < 2 * count; i += 2) {
        products[i] = x[i] * y[i] - x[i + 1] * y[i + 1];
        products[i + 1] = x[i] * y[i + 1] + x[i + 1] * y[i];
    }
}

BURNISH_VECTORIZED void add_product(std::complex<float>* io, const std::complex<float>* a, const std::complex<float>* b,
                                    std::size_t count) {
    auto* sums = reinterpret_cast<float*>(io);
    const auto* x = reinterpret_cast<const float*>(a);
    const auto* y = reinterpret_cast<const float*>(b);
    for (std::size_t i = 0; i < 2 * count; i += 2) {
        sums[i] += x[i] * y[i] - x[i + 1] * y[i + 1];
        sums[i + 1] += x[i] * y[i + 1] + x[i + 1] * y[i];
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

void FirConvolver::prepare(int max_taps, int hop) {
    assert(max_taps >= 1 && std::has_single_bit(static_cast<unsigned>(hop == 0 ? 1 : hop)));
    hop_ = std::max(64, hop > 0 ? hop : static_cast<int>(std::bit_ceil(static_cast<unsigned>(max_taps))));
    parts_ = (max_taps + hop_ - 1) / hop_;
    const auto size = 2 * static_cast<std::size_t>(hop_);
    const auto bins = static_cast<std::size_t>(hop_ + 1);
    const auto parts = static_cast<std::size_t>(parts_);
    fft_.clear();
    fft_.emplace_back(2 * hop_);
    past_.resize((parts + 2) * hop_);
    // Buffers of the transforms have to be aligned, so every spectrum takes a whole number of vectors.
    spectrum_stride_ = (bins + 7) / 8 * 8;
    past_spectra_.resize((parts + 1) * spectrum_stride_);
    kernel_.resize(parts * spectrum_stride_);
    result_.resize(size);
    padded_taps_.resize(size);
    spectrum_.resize(bins);
    sounding_.reserve(parts);
    const float impulse = 1.0F;
    set_kernel({&impulse, 1});
    reset();
}

std::span<std::complex<float>> FirConvolver::bins_of(AlignedVector<std::complex<float>>& spectra,
                                                     int index) const noexcept {
    return std::span(spectra).subspan(static_cast<std::size_t>(index) * spectrum_stride_,
                                      static_cast<std::size_t>(hop_) + 1);
}

void FirConvolver::set_kernel(std::span<const float> taps) noexcept {
    assert(static_cast<int>(taps.size()) <= parts_ * hop_);
    pure_delay_ = delay_of(taps);
    if (pure_delay_ >= 0) return;
    const float scale = 1.0F / static_cast<float>(2 * hop_);
    sounding_.clear();
    for (int part = 0; !taps.empty(); ++part) {
        const auto of_part = taps.first(std::min(taps.size(), static_cast<std::size_t>(hop_)));
        taps = taps.subspan(of_part.size());
        if (std::all_of(of_part.begin(), of_part.end(), [](float tap) { return tap == 0.0F; })) continue;
        const auto rest = std::transform(of_part.begin(), of_part.end(), padded_taps_.begin(),
                                         [scale](float tap) { return tap * scale; });
        std::fill(rest, padded_taps_.end(), 0.0F);
        fft_.front().forward(padded_taps_, bins_of(kernel_, part));
        sounding_.push_back(part);
    }
}

void FirConvolver::process(std::span<float> io) noexcept {
    while (!io.empty()) {
        const auto count = std::min(io.size(), static_cast<std::size_t>(hop_ - filled_));
        std::copy_n(io.begin(), count, past_.begin() + static_cast<std::ptrdiff_t>(slot_) * hop_ + filled_);
        std::copy_n(result_.begin() + hop_ + filled_, count, io.begin());
        filled_ += static_cast<int>(count);
        if (filled_ == hop_) convolve_hop();
        io = io.subspan(count);
    }
}

void FirConvolver::reset() noexcept {
    std::fill(past_.begin(), past_.end(), 0.0F);
    std::fill(result_.begin(), result_.end(), 0.0F);
    filled_ = 0;
    slot_ = 1;
    transformed_ = false;
}

int FirConvolver::slot_before(int hops_ago) const noexcept {
    const int slots = parts_ + 1;
    return (slot_ - 1 - hops_ago + slots) % slots + 1;
}

void FirConvolver::convolve_hop() noexcept {
    if (pure_delay_ >= 0)
        delay_hop();
    else
        filter_hop();
    filled_ = 0;
    if (slot_ <= parts_) {
        ++slot_;
        return;
    }
    std::copy_n(past_.begin() + static_cast<std::ptrdiff_t>(slot_) * hop_, hop_, past_.begin());
    slot_ = 1;
}

void FirConvolver::delay_hop() noexcept {
    transformed_ = false;
    const int ring = (parts_ + 1) * hop_;
    int first = slot_ * hop_ - pure_delay_;
    if (first < hop_) first += ring;
    const int until_end = std::min(hop_, ring + hop_ - first);
    const auto rest = std::copy_n(past_.begin() + first, until_end, result_.begin() + hop_);
    std::copy_n(past_.begin() + hop_, hop_ - until_end, rest);
}

void FirConvolver::filter_hop() noexcept {
    // A pure delay left the hops before without a spectrum.
    for (int hops_ago = transformed_ ? 0 : parts_ - 1; hops_ago >= 0; --hops_ago) {
        const int slot = slot_before(hops_ago);
        const auto window = std::span<const float>(past_).subspan(static_cast<std::size_t>(slot - 1) * hop_,
                                                                  2 * static_cast<std::size_t>(hop_));
        fft_.front().forward(window, bins_of(past_spectra_, slot - 1));
    }
    transformed_ = true;

    // A piece at a time, so that the sum stays in the nearest cache.
    constexpr std::size_t piece = 512;
    for (std::size_t first = 0; first < spectrum_.size(); first += piece) {
        const std::size_t count = std::min(piece, spectrum_.size() - first);
        bool fresh = true;
        for (const int part : sounding_) {
            const auto* past = bins_of(past_spectra_, slot_before(part) - 1).data() + first;
            const auto* kernel = bins_of(kernel_, part).data() + first;
            (fresh ? multiply : add_product)(spectrum_.data() + first, past, kernel, count);
            fresh = false;
        }
        if (fresh) std::fill_n(spectrum_.begin() + static_cast<std::ptrdiff_t>(first), count, std::complex<float>{});
    }
    fft_.front().inverse(spectrum_, result_);
}

}  // namespace burnish
