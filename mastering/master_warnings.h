#pragma once

#include <cstdint>

#include "mastering/master.h"

namespace burnish {

/// The loudness was met before the file was written; a lossy codec may have moved it, which is in the status then.
void note_what_encoding_moved(MasterReport& report);

/// What the user should know beside the numbers: of the source, and of the written file if there is one.
/// @param clipped_frames  that were beyond full scale and are cut off at it
void add_warnings(MasterReport& report, const MasterRequest& request, std::int64_t clipped_frames);

}  // namespace burnish
