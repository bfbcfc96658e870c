#pragma once

#include "cli/album_options.h"
#include "cli/console.h"
#include "cli/exit_code.h"

namespace burnish {

/// `burnish album`: masters tracks that belong together, and prints how far they are from each other.
[[nodiscard]] ExitCode run_album(const AlbumFlags& flags, const Console& console);

}  // namespace burnish
