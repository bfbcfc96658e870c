#pragma once

#include <string>
#include <string_view>

namespace burnish {

/// Text that cannot play tricks on a terminal: control characters but line ends, as they may stand in a file's name,
/// become \xNN.
[[nodiscard]] std::string printable(std::string_view text);

/// Breaks lines that are longer than `columns`. What continues a line stands where its last column of text began:
/// behind the last gap of two spaces or more, if that leaves it room, or else below the line's first word.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t columns = 80);

}  // namespace burnish
