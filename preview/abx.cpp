#include "preview/abx.h"

#include <algorithm>
#include <cmath>

namespace burnish {

bool AbxTest::answer(Heard guess) noexcept {
    const bool is_right = guess == x_;
    ++trials_;
    correct_ += is_right ? 1 : 0;
    draw();
    return is_right;
}

double AbxTest::p_value() const noexcept {
    double ways = std::pow(0.5, trials_);  // C(n, k) / 2^n, from k = n downwards
    double sum = 0.0;
    for (int k = trials_; k >= correct_; --k) {
        sum += ways;
        ways *= static_cast<double>(k) / (trials_ - k + 1);
    }
    return std::min(sum, 1.0);
}

}  // namespace burnish
