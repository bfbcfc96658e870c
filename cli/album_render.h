#pragma once

#include "cli/album_job.h"

namespace burnish {

/// Masters one stretch and writes its tracks, all of them or none: one chain and one drive run through all, so that
/// boundaries stay what they were, to the sample. In a dry run nothing is written.
[[nodiscard]] Status master_group(Album& album, const AlbumGroup& group, bool concurrent, const JobProgress& progress);

/// By how much the limiter would turn a stretch down at the level that it is to have. Writes nothing.
[[nodiscard]] Result<double> limiting_of_group(Album& album, const AlbumGroup& group, bool concurrent,
                                               const JobProgress& progress);

}  // namespace burnish
