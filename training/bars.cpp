#include "training/bars.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "training/formatted.h"

namespace burnish::training {

void print_bars(const std::vector<Bar>& bars, std::ostream& out) {
    const auto any = [&](double Bar::*member) {
        return std::ranges::any_of(bars, [&](const auto& bar) { return !std::isnan(bar.*member); });
    };
    const bool has_moonshots = any(&Bar::moonshot), has_nothing = any(&Bar::doing_nothing);
    out << "| bar | reached |" << (has_nothing ? " doing nothing |" : "") << " limit |"
        << (has_moonshots ? " moonshot |" : "") << " |\n|---|---|---|---|" << (has_nothing ? "---|" : "")
        << (has_moonshots ? "---|" : "") << '\n';
    for (const auto& bar : bars) {
        const char* const sign = bar.at_most ? "<=" : ">=";
        const auto cell = [](double value, const char* before) {
            return std::isnan(value) ? std::string("– | ") : before + formatted("%.4g | ", value);
        };
        out << "| " << bar.what << " | " << formatted("%.2f %s", bar.reached, bar.unit.c_str())
            << (std::isnan(bar.low) ? std::string() : formatted(" [%.2f, %.2f]", bar.low, bar.high)) << " | ";
        if (has_nothing) out << cell(std::round(100.0 * bar.doing_nothing) / 100.0, "");
        out << formatted("%s %g %s | ", sign, bar.limit, bar.unit.c_str());
        if (has_moonshots) out << cell(bar.moonshot, (std::string(sign) + " ").c_str());
        out << (!bar.is_met()                                ? "**missed**"
                : std::isnan(bar.low) || bar.is_surely_met() ? "met"
                                                             : "met, not for sure")
            << " |\n";
    }
    out << '\n';
}

}  // namespace burnish::training
