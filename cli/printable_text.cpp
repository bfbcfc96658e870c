#include "cli/printable_text.h"

#include <algorithm>

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

}  // namespace burnish
