#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <span>
#include <vector>

namespace burnish {

/// Rows of numbers taken at regular times, in bounded memory: once `capacity` rows are there, every second one goes,
/// and from then on only every second (fourth, eighth ...) new one is kept. What is kept stays evenly spread.
class ThinnedRows {
public:
    /// @param capacity  rows, even
    void prepare(int width, int capacity) {
        assert(width > 0 && capacity > 0 && capacity % 2 == 0);
        width_ = width;
        capacity_ = capacity;
        stride_ = 1;
        offered_ = 0;
        numbers_.clear();
    }

    void add(std::span<const float> row) {
        assert(static_cast<int>(row.size()) == width_);
        if (offered_++ % stride_ != 0) return;
        if (rows() == capacity_) {
            for (int i = 1; i < capacity_ / 2; ++i)
                std::copy_n(numbers_.begin() + std::ptrdiff_t{2} * i * width_, width_,
                            numbers_.begin() + std::ptrdiff_t{1} * i * width_);
            numbers_.resize(numbers_.size() / 2);
            stride_ *= 2;
        }
        numbers_.insert(numbers_.end(), row.begin(), row.end());
    }

    [[nodiscard]] int rows() const noexcept { return static_cast<int>(numbers_.size()) / width_; }
    [[nodiscard]] std::span<const float> row(int index) const noexcept {
        return std::span(numbers_).subspan(static_cast<std::size_t>(index) * width_, static_cast<std::size_t>(width_));
    }

private:
    int width_ = 1;
    int capacity_ = 0;
    std::int64_t stride_ = 1;
    std::int64_t offered_ = 0;
    std::vector<float> numbers_;
};

}  // namespace burnish
