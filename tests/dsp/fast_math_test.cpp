#include "dsp/fast_math.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "core/random.h"

namespace burnish::test {

TEST_CASE("fast logarithm and power agree with the library's", "[dsp]") {
    Random random(3);
    for (int i = 0; i < 20000; ++i) {
        const auto x = static_cast<float>(std::exp2(random.uniform(-100.0, 100.0)));
        REQUIRE(std::abs(fast_log2(x) - std::log2(double{x})) < 1e-5);
        const auto e = static_cast<float>(random.uniform(-100.0, 100.0));
        REQUIRE(fast_exp2(e) == Approx(std::exp2(double{e})).epsilon(1e-6));
    }
    CHECK(fast_log2(1.0F) == 0.0F);
    CHECK(fast_exp2(0.0F) == 1.0F);
    CHECK(std::isfinite(fast_exp2(1000.0F)));
    CHECK(fast_exp2(-1000.0F) >= 0.0F);
}

}  // namespace burnish::test
