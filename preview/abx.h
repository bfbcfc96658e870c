#pragma once

#include <cstdint>

#include "core/random.h"
#include "preview/player.h"

namespace burnish {

/// A blind test: X is A or B, drawn anew for every trial. Who cannot hear a difference is right half of the time.
class AbxTest {
public:
    explicit AbxTest(std::uint64_t seed) noexcept : random_(seed) { draw(); }

    /// What X is; not to be shown.
    [[nodiscard]] Heard x() const noexcept { return x_; }
    /// Ends the trial. @return  whether the guess was right
    bool answer(Heard guess) noexcept;
    [[nodiscard]] int trials() const noexcept { return trials_; }
    [[nodiscard]] int correct() const noexcept { return correct_; }
    /// How likely one gets at least so many right by tossing a coin: sum over k >= correct of C(trials, k) / 2^trials.
    [[nodiscard]] double p_value() const noexcept;

private:
    void draw() noexcept { x_ = random_.uniform() < 0.5 ? Heard::original : Heard::master; }

    Random random_;
    Heard x_ = Heard::original;
    int trials_ = 0;
    int correct_ = 0;
};

}  // namespace burnish
