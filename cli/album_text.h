#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/album_job.h"
#include "cli/console.h"

namespace burnish {

/// A row for every track: loudness found, asked for and reached, and how far tone and width are from the album's.
[[nodiscard]] std::string album_table(const Album& album, const TextStyle& style);

/// The same, and each track's settings.
[[nodiscard]] nlohmann::ordered_json album_json(const Album& album);

/// Every number of the treatment and its reason, stretch by stretch.
[[nodiscard]] std::string album_reasons(const Album& album, const TextStyle& style);

}  // namespace burnish
