#include "dsp/fft.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "core/random.h"

namespace burnish::test {

// The definition, summed up in double. Sizes whose halves are odd, small, powers of two and none of these: every way
// through the vectors and past their ends.
TEST_CASE("a real FFT is the sum that defines it, and its inverse undoes it", "[dsp][fft]") {
    Random random(7);
    for (const int size : {2, 4, 6, 10, 12, 16, 18, 20, 22, 28, 30, 32, 34, 64, 90, 100, 256, 1024}) {
        const auto n = static_cast<std::size_t>(size);
        AlignedVector<float> time(n);
        for (float& sample : time) sample = static_cast<float>(random.uniform(-1.0, 1.0));
        const auto kept = time;
        const RealFft fft(size);
        AlignedVector<std::complex<float>> spectrum(static_cast<std::size_t>(fft.bins()));
        fft.forward(time, spectrum);
        INFO("size " << size);
        CHECK(time == kept);
        const double margin = 1e-6 * std::sqrt(size) * std::log2(2.0 * size);
        for (int k = 0; k < fft.bins(); ++k) {
            std::complex<double> expected;
            for (int i = 0; i < size; ++i)
                expected += double{time[i]} * std::polar(1.0, -2.0 * std::numbers::pi * k * i / size);
            INFO("bin " << k);
            CHECK(std::abs(std::complex<double>(spectrum[k]) - expected) < margin);
        }
        AlignedVector<float> again(n);
        fft.inverse(spectrum, again);
        for (std::size_t i = 0; i < n; ++i) CHECK(again[i] / size == Approx(time[i]).margin(margin / std::sqrt(size)));
    }
}

}  // namespace burnish::test
