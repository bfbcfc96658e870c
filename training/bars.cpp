#include "training/bars.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "training/formatted.h"

namespace burnish::training {

void print_bars(const std::vector<Bar>& bars, std::ostream& out) {
    const bool has_moonshots = std::ranges::any_of(bars, [](const auto& bar) { return !std::isnan(bar.moonshot); });
    out << "| bar | reached | limit |" << (has_moonshots ? " moonshot |" : "") << " |\n|---|---|---|---|"
        << (has_moonshots ? "---|" : "") << '\n';
    for (const auto& bar : bars) {
        const char* const sign = bar.at_most ? "<=" : ">=";
        out << "| " << bar.what << " | " << formatted("%.2f %s", bar.reached, bar.unit.c_str())
            << (std::isnan(bar.low) ? std::string() : formatted(" [%.2f, %.2f]", bar.low, bar.high)) << " | "
            << formatted("%s %g %s", sign, bar.limit, bar.unit.c_str()) << " | ";
        if (has_moonshots)
            out << (std::isnan(bar.moonshot) ? std::string("–") : formatted("%s %g", sign, bar.moonshot)) << " | ";
        out << (bar.is_met() ? "met" : "**missed**") << " |\n";
    }
    out << '\n';
}

}  // namespace burnish::training
