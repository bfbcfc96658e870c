#pragma once

#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>

#include "cli/console.h"

namespace burnish {

inline constexpr char no_break = '\x1f';  ///< a space that no line of a paragraph ends with

/// The text and as many spaces as make it `width` wide.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

/// Paragraphs with a label in the margin, words wrapped to the width of the terminal.
class Paragraphs {
public:
    explicit Paragraphs(const TextStyle& style, std::size_t label_width = 11)
        : style_(style), label_width_(label_width) {}

    /// A label that repeats the one before is left out. @param indent  of the lines after the first
    void add(std::string_view label, const std::string& text, std::size_t indent = 0);
    [[nodiscard]] std::string str() const;

private:
    const TextStyle& style_;
    std::size_t label_width_;
    std::ostringstream text_;
    std::string last_label_;
};

}  // namespace burnish
