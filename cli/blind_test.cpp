#include "cli/blind_test.h"

#include "cli/number_format.h"

namespace burnish {

Heard BlindTest::listen_to(std::string_view name) noexcept {
    listened_ = name == "A" ? "A" : name == "B" ? "B" : "X";
    if (listened_ == "X") return test_.x();
    return listened_ == "A" ? Heard::original : Heard::master;
}

std::string BlindTest::answer(Heard guess) {
    const bool is_right = test_.answer(guess);
    listened_ = "A";
    return (is_right ? "right: " : "wrong: ") + score();
}

std::string BlindTest::score() const {
    return std::to_string(test_.correct()) + " of " + std::to_string(test_.trials()) +
           " right, p = " + fixed_text(test_.p_value(), 3);
}

}  // namespace burnish
