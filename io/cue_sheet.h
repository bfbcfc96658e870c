#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace burnish {

/// A compact disc counts time in sectors: 75 a second, 588 frames of 44.1 kHz each.
inline constexpr int sectors_per_second = 75;
inline constexpr int frames_per_sector = 588;

/// One track of a cue sheet. Texts are empty, and times 0, where the sheet says nothing.
struct CueTrack {
    std::string file{};
    std::string title{};
    std::string performer{};
    std::string isrc{};
    std::int64_t pregap_sectors = 0;  ///< silence in front of it that is not in the file
    std::int64_t start_sectors = 0;   ///< of INDEX 01 in the file
    bool operator==(const CueTrack&) const = default;
};

struct CueSheet {
    std::string catalog{};  ///< the 13 digits of a UPC or EAN
    std::string title{};
    std::string performer{};
    std::vector<CueTrack> tracks{};  ///< 1 to 99
    bool operator==(const CueSheet&) const = default;
};

/// Reads a cue sheet. Commands that say nothing about order, time or names (REM, FLAGS, CDTEXTFILE, INDEX 00 and above
/// 01, SONGWRITER, POSTGAP) are passed over.
/// @param where  the file's name, for error messages
/// @return       an error that names the line, what was found and what is accepted
/// Source: CDRWIN's user guide, appendix A.
[[nodiscard]] Result<CueSheet> read_cue_sheet(std::string_view where, std::string_view text);

/// What read_cue_sheet reads; every track's file is of type WAVE.
[[nodiscard]] std::string cue_sheet_text(const CueSheet& sheet);

/// Two letters, three letters or digits, seven digits, as ISO 3901 has it; hyphens are to be taken out before.
[[nodiscard]] bool is_isrc(std::string_view text) noexcept;

}  // namespace burnish
