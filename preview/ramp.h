#pragma once

#include <cmath>
#include <numbers>
#include <span>

namespace burnish {

/// A control on its way from one value to another, along half a cosine: no step, and no corner at either end. Real-time
/// safe.
///
///     value[k] = from + (to - from) (1 - cos(pi k / frames)) / 2,  k = 1..frames, exactly `to` from then on
class Ramp {
public:
    Ramp() = default;
    Ramp(double value, int frames) noexcept : from_(value), to_(value), frames_(frames), done_(frames) {}

    /// Turns towards a value, from wherever it is.
    void go_to(double value) noexcept {
        if (value == to_) return;
        from_ = now();
        to_ = value;
        done_ = 0;
    }
    /// Is there at once.
    void jump_to(double value) noexcept {
        from_ = to_ = value;
        done_ = frames_;
    }
    /// The values of the next frames.
    void fill(std::span<float> values) noexcept {
        for (float& value : values) {
            if (is_moving()) ++done_;
            value = static_cast<float>(now());
        }
    }
    [[nodiscard]] bool is_moving() const noexcept { return done_ < frames_; }
    [[nodiscard]] double target() const noexcept { return to_; }
    [[nodiscard]] double now() const noexcept {
        if (!is_moving()) return to_;
        return from_ + (to_ - from_) * 0.5 * (1.0 - std::cos(std::numbers::pi * done_ / frames_));
    }

private:
    double from_ = 0.0;
    double to_ = 0.0;
    int frames_ = 1;
    int done_ = 1;
};

}  // namespace burnish
