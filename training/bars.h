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
    double moonshot = low;       ///< what would be splendid; not a number: nothing was wished for
    double doing_nothing = low;  ///< what the music comes to as it is; not a number: that says nothing

    [[nodiscard]] bool is_met() const noexcept { return at_most ? reached <= limit : reached >= limit; }
    /// Whether other music of the kind would meet it, too.
    [[nodiscard]] bool is_surely_met() const noexcept { return at_most ? high <= limit : low >= limit; }
};

/// Columns of moonshots, and of what doing nothing comes to, only if there are any. Of those with an interval is told
/// whether they are met for sure.
void print_bars(const std::vector<Bar>& bars, std::ostream& out);

}  // namespace burnish::training
