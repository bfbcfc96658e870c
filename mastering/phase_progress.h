#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string_view>

#include "core/progress.h"

namespace burnish {

/// Maps the progress of one phase onto its share of the whole, and keeps calls apart by a tenth of a second.
class PhaseProgress {
public:
    explicit PhaseProgress(const Progress& progress) : progress_(progress) {}

    /// From now on, fractions are of a phase that ends at `end` of the whole.
    void begin(std::string_view stage, double end) {
        stage_ = stage;
        start_ = end_;
        end_ = end;
        last_call_ = {};
    }
    [[nodiscard]] std::function<bool(double)> ticker() {
        return [this](double fraction) {
            const auto now = std::chrono::steady_clock::now();
            if (now - last_call_ < std::chrono::milliseconds(100)) return true;
            last_call_ = now;
            return !progress_ || progress_(stage_, start_ + (end_ - start_) * std::clamp(fraction, 0.0, 1.0));
        };
    }

private:
    const Progress& progress_;
    std::string_view stage_;
    double start_ = 0.0;
    double end_ = 0.0;
    std::chrono::steady_clock::time_point last_call_;
};

}  // namespace burnish
