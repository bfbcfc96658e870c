#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/audio_file.h"
#include "mixing/mix.h"

namespace burnish {

/// The files of a session, open, and what burnish is told of them.
struct StemFiles {
    std::vector<std::filesystem::path> paths;
    std::vector<std::unique_ptr<AudioFile>> files;
    std::vector<Stem> stems;  ///< borrow the files
    std::vector<std::string> warnings;
};

/// Opens the stems that are meant: a folder's audio files, files one by one, or those of session files (.json).
///
/// Stems are named after their files. They start together, or where their broadcast time stamps or the session say.
[[nodiscard]] Result<StemFiles> open_stems(const std::vector<std::filesystem::path>& inputs,
                                           const std::map<std::string, Role>& chosen);

}  // namespace burnish
