#pragma once

#include <functional>
#include <span>

#include "cli/master_options.h"
#include "io/output_file.h"
#include "mastering/adaptive_master.h"

namespace burnish {

/// Listens to a finished master as its destination will: in the file's own codec, in those that it must survive, by
/// its rms level where that is what counts. A peak beyond full scale after a codec is a miss; one above the ceiling is,
/// where the file itself is lossy.
/// @param files  that the master went to, all of one kind; the report gets a reading of each, codec by codec
/// @param tick   called now and then; false cancels
[[nodiscard]] Result<Miss> audit_delivery(std::span<const OutputFile* const> files, const MasterOptions& options,
                                          MasterReport& report, const std::function<bool(double)>& tick);

}  // namespace burnish
