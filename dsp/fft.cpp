#include "dsp/fft.h"

#include <fftw3.h>

#include <cassert>
#include <mutex>

namespace burnish {

namespace {
// FFTW's planner keeps global state; executing a plan does not.
std::mutex& planner_mutex() {
    static std::mutex mutex;
    return mutex;
}

fftwf_complex* as_fftw(std::complex<float>* values) { return reinterpret_cast<fftwf_complex*>(values); }
}  // namespace

struct RealFft::Plans {
    fftwf_plan forward = nullptr;
    fftwf_plan inverse = nullptr;

    explicit Plans(int size) {
        AlignedVector<float> time(static_cast<std::size_t>(size));
        AlignedVector<std::complex<float>> spectrum(static_cast<std::size_t>(size / 2 + 1));
        const std::scoped_lock lock(planner_mutex());
        forward =
            fftwf_plan_dft_r2c_1d(size, time.data(), as_fftw(spectrum.data()), FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
        inverse = fftwf_plan_dft_c2r_1d(size, as_fftw(spectrum.data()), time.data(), FFTW_ESTIMATE);
    }
    Plans(const Plans&) = delete;
    Plans& operator=(const Plans&) = delete;
    ~Plans() {
        const std::scoped_lock lock(planner_mutex());
        fftwf_destroy_plan(forward);
        fftwf_destroy_plan(inverse);
    }
};

RealFft::RealFft(int size) : plans_(std::make_unique<Plans>(size)), size_(size) { assert(size >= 2 && size % 2 == 0); }
RealFft::RealFft(RealFft&&) noexcept = default;
RealFft& RealFft::operator=(RealFft&&) noexcept = default;
RealFft::~RealFft() = default;

void RealFft::forward(std::span<const float> time, std::span<std::complex<float>> spectrum) const noexcept {
    assert(static_cast<int>(time.size()) == size_ && static_cast<int>(spectrum.size()) == bins());
    // FFTW's interface lacks const; FFTW_PRESERVE_INPUT keeps the promise.
    fftwf_execute_dft_r2c(plans_->forward, const_cast<float*>(time.data()), as_fftw(spectrum.data()));
}

void RealFft::inverse(std::span<std::complex<float>> spectrum, std::span<float> time) const noexcept {
    assert(static_cast<int>(time.size()) == size_ && static_cast<int>(spectrum.size()) == bins());
    fftwf_execute_dft_c2r(plans_->inverse, as_fftw(spectrum.data()), time.data());
}

}  // namespace burnish
