#pragma once

#include <string>

#include "cli/console.h"
#include "cli/mix_job.h"

namespace burnish {

/// A line for every stem, then what became of the whole; with -v, every number and its reason.
[[nodiscard]] std::string mix_text(const MixOutcome& mix, const MixJobOutcome& outcome, const MasterOptions& options,
                                   const TextStyle& style);

}  // namespace burnish
