#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace burnish {

/// Text that cannot play tricks on a terminal: control characters but line ends, as they may stand in a file's name,
/// become \xNN.
[[nodiscard]] std::string printable(std::string_view text);

/// Breaks lines that are longer than `columns`. What continues a line stands where its last column of text began:
/// behind the last gap of two spaces or more, if that leaves it room, or else below the line's first word.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t columns = 80);

/// Where the descriptions of a help begin.
inline constexpr std::size_t help_column = 32;
/// A line of a help: a name and its description, which has a line of its own where the name leaves it no room.
[[nodiscard]] std::string help_row(std::string_view name, std::string_view description);

/// Characters of a UTF-8 text.
[[nodiscard]] std::size_t shown_width(std::string_view text) noexcept;
/// A text that takes no more than `columns`, cut in the middle if it has to be: both ends of a file's name tell.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t columns, bool unicode);
/// Shortened, or filled up with spaces behind it: `columns` wide.
[[nodiscard]] std::string flush_left(std::string_view text, std::size_t columns, bool unicode);

}  // namespace burnish
