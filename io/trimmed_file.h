#pragma once

#include <filesystem>
#include <memory>

#include "io/audio_file.h"

namespace burnish {

/// Opens a file without the silence at its ends.
///
/// Silence is what stays below -60 dBFS. 50 ms of it are left before the music and 500 ms after it, faded over 10 and
/// 50 ms where something was cut, so that a floor of hiss does not begin with a click; no other sample is changed. A
/// file with nothing to cut, or with nothing but silence, is left whole. Cost: reads the file once.
[[nodiscard]] Result<std::unique_ptr<AudioFile>> open_trimmed(const std::filesystem::path& path);

}  // namespace burnish
