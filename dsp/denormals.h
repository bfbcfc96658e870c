#pragma once

#if defined(__SSE2__)
#include <immintrin.h>
#endif
#include <cstdint>

namespace burnish {

/// Flushes subnormal numbers to zero on this thread while it lives: a filter ringing out into silence would
/// otherwise run some thirty times slower. Every thread that processes audio needs one.
class FlushDenormals {
public:
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

#if defined(__SSE2__)
    FlushDenormals() noexcept : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | 0x8040U); }  // FTZ and DAZ
    ~FlushDenormals() { _mm_setcsr(saved_); }

private:
    unsigned saved_;
#elif defined(__aarch64__)
    FlushDenormals() noexcept {
        asm volatile("mrs %0, fpcr" : "=r"(saved_));
        asm volatile("msr fpcr, %0" : : "r"(saved_ | (std::uint64_t{1} << 24)));  // FZ
    }
    ~FlushDenormals() { asm volatile("msr fpcr, %0" : : "r"(saved_)); }

private:
    std::uint64_t saved_;
#else
    FlushDenormals() noexcept = default;
    ~FlushDenormals() = default;
#endif
};

}  // namespace burnish
