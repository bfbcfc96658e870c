#pragma once

#include <string>
#include <vector>

#include "cli/master_options.h"
#include "io/output_format.h"
#include "mastering/master.h"

namespace burnish {

/// Scratch space and rate conversion, for the engine.
[[nodiscard]] MasterServices file_services();

/// The predictor asked for; rules stand in for a model that cannot be used, with a warning.
[[nodiscard]] Predictor predictor_for(const MasterOptions& options, std::vector<std::string>& warnings);

/// What the engine is to do for options and an output; `warnings` tells if the predictor asked for cannot be had.
[[nodiscard]] MasterRequest master_request(const MasterOptions& options, const OutputSpec& spec, bool concurrent,
                                           std::vector<std::string>& warnings);

}  // namespace burnish
