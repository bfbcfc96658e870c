#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <vector>

namespace burnish {

/// Memory aligned for vector instructions; what every FFT buffer lives in.
template <class T>
struct AlignedAllocator {
    using value_type = T;
    static constexpr std::align_val_t alignment{64};
    AlignedAllocator() = default;
    template <class U>
    // NOLINTNEXTLINE(google-explicit-constructor): allocators rebind by conversion
    AlignedAllocator(const AlignedAllocator<U>&) noexcept {}
    T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
    void deallocate(T* p, std::size_t) noexcept { ::operator delete(p, alignment); }
    template <class U>
    bool operator==(const AlignedAllocator<U>&) const noexcept {
        return true;
    }
};
template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

/// Real FFT of a fixed even size, single precision. Unnormalised: inverse(forward(x)) = size * x.
///
/// Planned without timing runs, so that the same program on the same machine always takes the same path and gives the
/// same bits. Both buffers must come from an AlignedVector. Copies share the plan, which never changes.
class RealFft {
public:
    explicit RealFft(int size);

    [[nodiscard]] int size() const noexcept { return size_; }
    [[nodiscard]] int bins() const noexcept { return size_ / 2 + 1; }

    /// `time`: size() samples, kept. `spectrum`: bins() numbers.
    void forward(std::span<const float> time, std::span<std::complex<float>> spectrum) const noexcept;
    /// `spectrum`: bins() numbers, overwritten with scratch values. `time`: size() samples.
    void inverse(std::span<std::complex<float>> spectrum, std::span<float> time) const noexcept;

private:
    struct Plans;
    std::shared_ptr<const Plans> plans_;
    int size_;
};

}  // namespace burnish
