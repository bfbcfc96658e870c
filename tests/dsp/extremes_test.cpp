#include "dsp/extremes.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "core/random.h"

namespace burnish::test {

TEST_CASE("extremes are found wherever they lie", "[dsp][extremes]") {
    CHECK(largest_of({}) == std::numeric_limits<float>::lowest());
    CHECK(lowest_of({}) == std::numeric_limits<float>::max());
    Random random(3);
    for (std::size_t count = 1; count < 40; ++count)
        for (std::size_t at = 0; at < count; ++at) {
            std::vector<float> values(count);
            for (float& value : values) value = static_cast<float>(random.uniform(-1.0, 1.0));
            values[at] = 2.0F;
            CHECK(largest_of(values) == 2.0F);
            CHECK(lowest_of(values) == *std::min_element(values.begin(), values.end()));
            values[at] = -2.0F;
            CHECK(lowest_of(values) == -2.0F);
            CHECK(largest_of(values) == *std::max_element(values.begin(), values.end()));
        }
}

}  // namespace burnish::test
