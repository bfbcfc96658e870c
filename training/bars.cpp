#include "training/bars.h"

#include <array>
#include <cstdio>

namespace burnish::training {

void print_bars(const std::vector<Bar>& bars, std::ostream& out) {
    out << "| bar | reached | limit | |\n|---|---|---|---|\n";
    for (const auto& bar : bars) {
        std::array<char, 96> numbers{};
        std::snprintf(numbers.data(), numbers.size(), "%.2f %s | %s %g %s", bar.reached, bar.unit.c_str(),
                      bar.at_most ? "<=" : ">=", bar.limit, bar.unit.c_str());
        out << "| " << bar.what << " | " << numbers.data() << " | " << (bar.is_met() ? "met" : "**missed**") << " |\n";
    }
    out << '\n';
}

}  // namespace burnish::training
