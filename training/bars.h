#pragma once

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

    [[nodiscard]] bool is_met() const noexcept { return at_most ? reached <= limit : reached >= limit; }
};

void print_bars(const std::vector<Bar>& bars, std::ostream& out);

}  // namespace burnish::training
