#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace burnish {

/// How a cell of a screen looks.
enum class Look : std::uint8_t { plain, dim, bold, original, master, reference, warning, reversed };
inline constexpr int look_count = 8;

/// A page of characters, to be shown by whatever can show them.
class TextGrid {
public:
    struct Cell {
        char32_t character = U' ';
        Look look = Look::plain;
    };

    TextGrid(int columns, int rows)
        : columns_(columns), rows_(rows), cells_(static_cast<std::size_t>(columns) * rows) {}

    [[nodiscard]] int columns() const noexcept { return columns_; }
    [[nodiscard]] int rows() const noexcept { return rows_; }
    [[nodiscard]] const Cell& at(int column, int row) const { return cells_[index(column, row)]; }

    /// Outside of the page nothing happens.
    void put(int column, int row, char32_t character, Look look = Look::plain);
    void set_look(int column, int row, Look look);
    /// UTF-8, cut at the edge. @return  the column after it
    int write(int column, int row, std::string_view text, Look look = Look::plain);
    /// The same, ending at the right edge.
    void write_right(int row, std::string_view text, Look look = Look::plain);

    /// The page as UTF-8, without looks and without blanks at the ends of lines.
    [[nodiscard]] std::string text() const;

private:
    [[nodiscard]] bool contains(int column, int row) const noexcept {
        return column >= 0 && row >= 0 && column < columns_ && row < rows_;
    }
    [[nodiscard]] std::size_t index(int column, int row) const noexcept {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(column);
    }

    int columns_;
    int rows_;
    std::vector<Cell> cells_;
};

/// The characters of a text; bytes that are not UTF-8 become question marks.
[[nodiscard]] std::u32string characters_of(std::string_view utf8);
void append_utf8(std::string& text, char32_t character);

}  // namespace burnish
