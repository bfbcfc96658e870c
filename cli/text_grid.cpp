#include "cli/text_grid.h"

namespace burnish {

namespace {

/// Bytes of the character that begins with this one; 0 for a byte that begins none.
std::size_t length_of(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

}  // namespace

std::u32string characters_of(std::string_view utf8) {
    std::u32string characters;
    for (std::size_t i = 0; i < utf8.size();) {
        const auto first = static_cast<unsigned char>(utf8[i]);
        const auto length = length_of(first);
        bool is_whole = length > 0 && i + length <= utf8.size();
        auto value = static_cast<char32_t>(length == 1 ? first : first & (0xFFU >> (length + 1)));
        for (std::size_t k = 1; is_whole && k < length; ++k) {
            const auto next = static_cast<unsigned char>(utf8[i + k]);
            is_whole = (next & 0xC0U) == 0x80U;
            value = value << 6U | (next & 0x3FU);
        }
        characters.push_back(is_whole ? value : U'?');
        i += is_whole ? length : 1;
    }
    return characters;
}

void append_utf8(std::string& text, char32_t character) {
    const auto byte = [&](char32_t value) { text.push_back(static_cast<char>(value)); };
    if (character < 0x80) return byte(character);
    if (character < 0x800) {
        byte(0xC0 | character >> 6U);
    } else if (character < 0x10000) {
        byte(0xE0 | character >> 12U);
        byte(0x80 | (character >> 6U & 0x3FU));
    } else {
        byte(0xF0 | character >> 18U);
        byte(0x80 | (character >> 12U & 0x3FU));
        byte(0x80 | (character >> 6U & 0x3FU));
    }
    byte(0x80 | (character & 0x3FU));
}

void TextGrid::put(int column, int row, char32_t character, Look look) {
    if (contains(column, row)) cells_[index(column, row)] = {character < U' ' ? U' ' : character, look};
}

void TextGrid::set_look(int column, int row, Look look) {
    if (contains(column, row)) cells_[index(column, row)].look = look;
}

int TextGrid::write(int column, int row, std::string_view text, Look look) {
    for (const char32_t character : characters_of(text)) put(column++, row, character, look);
    return column;
}

void TextGrid::write_right(int row, std::string_view text, Look look) {
    write(columns_ - static_cast<int>(characters_of(text).size()), row, text, look);
}

std::string TextGrid::text() const {
    std::string text;
    for (int row = 0; row < rows_; ++row) {
        for (int column = 0; column < columns_; ++column) append_utf8(text, at(column, row).character);
        text.erase(text.find_last_not_of(' ') == text.npos ? 0 : text.find_last_not_of(' ') + 1);
        text += '\n';
    }
    return text;
}

}  // namespace burnish
