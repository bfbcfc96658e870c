#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "preview/abx.h"

namespace burnish {

/// A blind test as the listener takes it: by which name something is heard, and how answers are told.
class BlindTest {
public:
    explicit BlindTest(std::uint64_t seed) noexcept : test_(seed) {}

    /// A, B or X. @return  what is to be heard
    Heard listen_to(std::string_view name) noexcept;
    /// What is heard, as far as the listener may know: A, B or X.
    [[nodiscard]] std::string_view listened() const noexcept { return listened_; }
    /// Says what X is; the next X is another one, so A is listened to first. @return  "right: 3 of 4 right, p = 0.313"
    [[nodiscard]] std::string answer(Heard guess);
    /// "3 of 4 right, p = 0.313"
    [[nodiscard]] std::string score() const;

private:
    AbxTest test_;
    std::string_view listened_ = "A";
};

}  // namespace burnish
