#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mixing/stem.h"

namespace burnish {

/// A stem as a session file names it.
struct SessionStem {
    std::string file;  ///< as written: relative to the session file, or absolute
    std::optional<double> start_s;
    StemWish wish;
};

/// Reads {"format": "burnish-session-1", "stems": [{"file", "role", "presence", "pan", "gain_db", "mute", "group",
/// "start_s"}]}; all but "file" may be left out.
/// @param where  the session file's name, for error messages
[[nodiscard]] Result<std::vector<SessionStem>> read_session(std::string_view where, std::string_view json_text);

}  // namespace burnish
