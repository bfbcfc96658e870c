#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/master_options.h"
#include "io/cue_sheet.h"

namespace burnish {

/// `burnish album` as it was typed.
struct AlbumFlags {
    MasterFlags master;  ///< those flags that both commands have
    std::optional<std::string> cue;
    std::optional<std::string> anchor;
    std::optional<std::string> gapless;
    std::optional<std::string> gap;
    bool cd = false;
};

/// Which tracks go on where the one before ends.
enum class Gapless { found, all, none };

/// A track as it lies before us, in the album's order.
struct AlbumEntry {
    std::filesystem::path file;
    CueTrack cue{};                             ///< names, code and gap; empty without a cue sheet
    bool is_part = false;                       ///< of a file that holds several tracks:
    std::int64_t first_sectors = 0;             ///< where it starts in it
    std::optional<std::int64_t> end_sectors{};  ///< and ends; none: with the file
    std::string name{};                         ///< of its master
};

struct AlbumOptions {
    MasterOptions master;  ///< inputs as in tracks, without repetition
    CueSheet sheet;        ///< the album's names, if there was a cue sheet
    std::vector<AlbumEntry> tracks;
    std::filesystem::path folder{};  ///< below the output, if it is mastered for several deliveries
    std::optional<std::size_t> anchor;
    Gapless gapless = Gapless::found;
    bool cd = false;
};

/// Checks all flags, and finds tracks and their order: as in a cue sheet, as named on the command line, or of a
/// directory by file name, numbers counting as numbers. Reads cue sheets and directories, and no audio.
[[nodiscard]] Result<AlbumOptions> read_album_flags(const AlbumFlags& flags);
/// The same for each delivery, with a folder for each if there are several.
[[nodiscard]] Result<std::vector<AlbumOptions>> read_album_deliveries(const AlbumFlags& flags);

/// True if a comes before b, runs of digits compared as numbers: "2 b" before "10 a".
[[nodiscard]] bool comes_before(std::string_view a, std::string_view b) noexcept;

}  // namespace burnish
