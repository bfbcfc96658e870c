#include "cli/printable_text.h"

#include <algorithm>

#include "cli/text_grid.h"

namespace burnish {

namespace {

void append_escaped(std::string& text, unsigned char byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += "\\x";
    text += digits[byte >> 4];
    text += digits[byte & 15];
}

void append_wrapped(std::string& text, std::string_view line, std::size_t columns) {
    const auto first = std::min(line.find_first_not_of(' '), line.size());
    const auto gap = line.substr(0, std::min(line.size(), columns * 7 / 10)).rfind("  ");
    const auto column = gap == line.npos || gap < first ? first : line.find_first_not_of(' ', gap);
    std::size_t used = 0;  // columns that the indent takes: none in the first line
    while (used + line.size() > columns) {
        const auto end = line.rfind(' ', columns - used);
        if (end == line.npos || end + used <= column) break;  // a word that nothing can break
        text.append(line.substr(0, end)).append("\n").append(column, ' ');
        line.remove_prefix(std::min(line.find_first_not_of(' ', end), line.size()));
        used = column;
    }
    text += line;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool two_bytes = byte == 0xC2 && i + 1 < text.size();
        const auto next = two_bytes ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if ((byte < 0x20 && byte != '\n') || byte == 0x7F) {
            append_escaped(result, byte);
        } else if (two_bytes && next >= 0x80 && next < 0xA0) {  // the control characters beyond ASCII, in UTF-8
            append_escaped(result, static_cast<unsigned char>(next));
            ++i;
        } else {
            result += text[i];
        }
    }
    return result;
}

std::string wrapped(std::string_view text, std::size_t columns) {
    std::string result;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        append_wrapped(result, text.substr(0, end), columns);
        if (end < text.size()) result += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

std::string help_row(std::string_view name, std::string_view description) {
    auto row = "  " + std::string(name);
    while (row.ends_with(' ')) row.pop_back();
    if (description.empty()) return row + '\n';
    const bool has_room = row.size() + 2 <= help_column;
    if (!has_room) row += '\n';
    row.append(has_room ? help_column - row.size() : help_column, ' ');
    return row.append(description) + '\n';
}

std::size_t shown_width(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0U) != 0x80U; }));
}

std::string shortened(std::string_view text, std::size_t columns, bool unicode) {
    const auto characters = characters_of(text);
    if (characters.size() <= columns) return std::string(text);
    const std::string_view mark = unicode ? "…" : "...";
    const auto kept = columns - std::min(columns, shown_width(mark));
    std::string result;
    for (std::size_t i = 0; i < kept - kept / 2; ++i) append_utf8(result, characters[i]);
    result += mark;
    for (auto i = characters.size() - kept / 2; i < characters.size(); ++i) append_utf8(result, characters[i]);
    return result;
}

std::string flush_left(std::string_view text, std::size_t columns, bool unicode) {
    auto result = shortened(text, columns, unicode);
    result.append(columns - std::min(columns, shown_width(result)), ' ');
    return result;
}

}  // namespace burnish
