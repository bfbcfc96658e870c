#include "dsp/fft.h"

#include <fftw3.h>

#include <cassert>
#include <cmath>
#include <mutex>
#include <numbers>

#include "dsp/simd.h"

namespace burnish {

namespace {

// FFTW's planner keeps global state; executing a plan does not.
std::mutex& planner_mutex() {
    static std::mutex mutex;
    return mutex;
}

fftwf_complex* as_fftw(std::complex<float>* values) { return reinterpret_cast<fftwf_complex*>(values); }
fftwf_complex* as_fftw(float* values) { return reinterpret_cast<fftwf_complex*>(values); }

using Four [[gnu::vector_size(32)]] = float;  // complex numbers
using LooseFour [[gnu::vector_size(32), gnu::aligned(4), gnu::may_alias]] = float;
constexpr Four conjugate{1.0F, -1.0F, 1.0F, -1.0F, 1.0F, -1.0F, 1.0F, -1.0F};

// Numbers k and j = half - k of both transforms need each other:
//
//     s = a[k] + conj a[j]     d = a[k] - conj a[j]     p = turn[k] d
//     b[k] = scale s + p       b[j] = conj(scale s - p)
//
// Real and imaginary parts lie in turn. Four pairs at a time, from both ends towards the middle; the first, which is
// the only one without a partner, and the middle are left to the caller.
BURNISH_VECTORIZED
void combine_pairs(float* numbers, const float* turns, int half, float scale) noexcept {
    int k = 1;
    for (; 2 * k < half - 6; k += 4) {
        LooseFour* const low = reinterpret_cast<LooseFour*>(numbers + 2 * k);
        LooseFour* const high = reinterpret_cast<LooseFour*>(numbers + 2 * (half - k - 3));
        const Four a = *low;
        const Four reversed = *high;
        const Four b = __builtin_shufflevector(reversed, reversed, 6, 7, 4, 5, 2, 3, 0, 1) * conjugate;
        const Four turn = *reinterpret_cast<const LooseFour*>(turns + 2 * k);
        const Four sum = scale * (a + b);
        const Four d = a - b;
        const Four real = __builtin_shufflevector(turn, turn, 0, 0, 2, 2, 4, 4, 6, 6);
        const Four imaginary = __builtin_shufflevector(turn, turn, 1, 1, 3, 3, 5, 5, 7, 7) * -conjugate;
        const Four p = real * d + imaginary * __builtin_shufflevector(d, d, 1, 0, 3, 2, 5, 4, 7, 6);
        const Four other = (sum - p) * conjugate;
        *low = sum + p;
        *high = __builtin_shufflevector(other, other, 6, 7, 4, 5, 2, 3, 0, 1);
    }
    for (; 2 * k < half; ++k) {
        float* const low = numbers + 2 * k;
        float* const high = numbers + 2 * (half - k);
        const float sum_re = scale * (low[0] + high[0]), sum_im = scale * (low[1] - high[1]);
        const float d_re = low[0] - high[0], d_im = low[1] + high[1];
        const float p_re = turns[2 * k] * d_re - turns[2 * k + 1] * d_im;
        const float p_im = turns[2 * k] * d_im + turns[2 * k + 1] * d_re;
        low[0] = sum_re + p_re;
        low[1] = sum_im + p_im;
        high[0] = sum_re - p_re;
        high[1] = p_im - sum_im;
    }
}

}  // namespace

// Even samples as real, odd ones as imaginary parts: a complex transform of half the size, whose halves are then told
// apart. FFTW's own real transforms, when planned without timing runs, take half as long again.
struct RealFft::Plans {
    int half;
    fftwf_plan forward = nullptr;
    fftwf_plan inverse = nullptr;
    AlignedVector<std::complex<float>> forward_turns;  // -i/2 exp(-2 pi i k / size)
    AlignedVector<std::complex<float>> inverse_turns;  // i exp(2 pi i k / size)

    explicit Plans(int size) : half(size / 2) {
        const auto turns = static_cast<std::size_t>(half / 2 + 1);
        for (std::size_t k = 0; k < turns; ++k) {
            const auto turn = std::polar(1.0, -2.0 * std::numbers::pi * static_cast<double>(k) / size);
            forward_turns.emplace_back(turn * std::complex<double>(0.0, -0.5));
            inverse_turns.emplace_back(std::conj(turn) * std::complex<double>(0.0, 1.0));
        }
        AlignedVector<float> time(static_cast<std::size_t>(size));
        AlignedVector<std::complex<float>> spectrum(static_cast<std::size_t>(half + 1));
        const std::scoped_lock lock(planner_mutex());
        forward = fftwf_plan_dft_1d(half, as_fftw(time.data()), as_fftw(spectrum.data()), FFTW_FORWARD,
                                    FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
        inverse = fftwf_plan_dft_1d(half, as_fftw(spectrum.data()), as_fftw(time.data()), FFTW_BACKWARD, FFTW_ESTIMATE);
    }
    Plans(const Plans&) = delete;
    Plans& operator=(const Plans&) = delete;
    ~Plans() {
        const std::scoped_lock lock(planner_mutex());
        fftwf_destroy_plan(forward);
        fftwf_destroy_plan(inverse);
    }
};

RealFft::RealFft(int size) : plans_(std::make_shared<const Plans>(size)), size_(size) {
    assert(size >= 2 && size % 2 == 0);
}

void RealFft::forward(std::span<const float> time, std::span<std::complex<float>> spectrum) const noexcept {
    assert(static_cast<int>(time.size()) == size_ && static_cast<int>(spectrum.size()) == bins());
    const auto half = static_cast<std::size_t>(plans_->half);
    // FFTW's interface lacks const; FFTW_PRESERVE_INPUT keeps the promise.
    fftwf_execute_dft(plans_->forward, as_fftw(const_cast<float*>(time.data())), as_fftw(spectrum.data()));
    combine_pairs(reinterpret_cast<float*>(spectrum.data()),
                  reinterpret_cast<const float*>(plans_->forward_turns.data()), plans_->half, 0.5F);
    const std::complex<float> first = spectrum[0];
    spectrum[0] = first.real() + first.imag();
    spectrum[half] = first.real() - first.imag();
    if (half % 2 == 0) spectrum[half / 2] = std::conj(spectrum[half / 2]);
}

void RealFft::inverse(std::span<std::complex<float>> spectrum, std::span<float> time) const noexcept {
    assert(static_cast<int>(time.size()) == size_ && static_cast<int>(spectrum.size()) == bins());
    const auto half = static_cast<std::size_t>(plans_->half);
    spectrum[0] = {spectrum[0].real() + spectrum[half].real(), spectrum[0].real() - spectrum[half].real()};
    combine_pairs(reinterpret_cast<float*>(spectrum.data()),
                  reinterpret_cast<const float*>(plans_->inverse_turns.data()), plans_->half, 1.0F);
    if (half % 2 == 0) spectrum[half / 2] = 2.0F * std::conj(spectrum[half / 2]);
    fftwf_execute_dft(plans_->inverse, as_fftw(spectrum.data()), as_fftw(time.data()));
}

}  // namespace burnish
