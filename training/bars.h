#pragma once

#include <limits>
#include <ostream>
#include <string>
#include <vector>

namespace burnish::training {

/// Something that the product is held to.
struct Bar {
    std::string what;
    double reached = 0.0;
    double limit = 0.0;
    bool at_most = true;  ///< or else at least
    std::string unit;
    /// 95 % of what is reached, for other music of the kind; not a number: not known.
    double low = std::numeric_limits<double>::quiet_NaN(), high = low;
    double moonshot = low;  ///< what would be splendid; not a number: nothing was wished for

    [[nodiscard]] bool is_met() const noexcept { return at_most ? reached <= limit : reached >= limit; }
};

/// A column of moonshots only if there are any.
void print_bars(const std::vector<Bar>& bars, std::ostream& out);

}  // namespace burnish::training
