#include "cli/paragraphs.h"

#include <algorithm>

namespace burnish {

std::string padded(std::string_view text, std::size_t width) {
    std::string result(text);
    result.resize(std::max(width, result.size()), ' ');
    return result;
}

void Paragraphs::add(std::string_view label, const std::string& text, std::size_t indent) {
    const auto shown = label == last_label_ ? std::string_view() : label;
    last_label_ = label;
    text_ << "  " << style_.bold(padded(shown, label_width_));
    const auto room = static_cast<std::size_t>(std::max(40, style_.columns - static_cast<int>(label_width_) - 3));
    std::istringstream words(text.substr(std::min(indent, text.size())));
    std::string line = text.substr(0, indent);
    bool is_empty = true;
    for (std::string word; words >> word; is_empty = false) {
        if (!is_empty && line.size() + 1 + word.size() > room) {
            text_ << line << "\n  " << std::string(label_width_, ' ');
            line = std::string(indent, ' ') + word;
        } else {
            line += (is_empty ? "" : " ") + word;
        }
    }
    text_ << line << '\n';
}

std::string Paragraphs::str() const {
    auto text = text_.str();
    std::replace(text.begin(), text.end(), no_break, ' ');
    return text;
}

}  // namespace burnish
