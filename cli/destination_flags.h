#pragma once

#include "cli/master_options.h"

namespace burnish {

/// Where the master goes, its habits at once; its demands come after the genre's.
[[nodiscard]] Status read_delivery(const MasterFlags& flags, MasterOptions& options);
/// What loud masters have to keep to, and what becomes of the user's own word on it.
void apply_loud_rule(const MasterFlags& flags, MasterOptions& options);
/// A format that the destination demands, and that a flag may repeat but not change.
[[nodiscard]] Status apply_file_demands(MasterOptions& options);
/// Codecs that it has to survive, and the bit rate of its own.
[[nodiscard]] Status read_codecs(const MasterFlags& flags, MasterOptions& options);

}  // namespace burnish
