#pragma once

#include "cli/mix_job.h"

namespace burnish {

/// The report of one mix.
[[nodiscard]] nlohmann::ordered_json mix_json(const MixOutcome& mix, const MixJobOutcome& outcome);

}  // namespace burnish
