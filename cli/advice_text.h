#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "mastering/advice.h"

namespace burnish {

/// Ranked, a paragraph for what was found and one for what to do about it; empty if there is no advice.
[[nodiscard]] std::string advice_text(const std::vector<Advice>& advice, const TextStyle& style);

/// Every check: how much it matters, what it listens for.
[[nodiscard]] std::string advice_check_table();

}  // namespace burnish
