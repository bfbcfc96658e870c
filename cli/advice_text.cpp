#include "cli/advice_text.h"

#include "cli/paragraphs.h"

namespace burnish {

std::string advice_text(const std::vector<Advice>& advice, const TextStyle& style) {
    constexpr std::size_t name_width = 17;  // "15. codec_cutoff  "
    Paragraphs paragraphs(style, name_width);
    int rank = 0;
    for (const auto& row : advice) {
        paragraphs.add(std::to_string(++rank) + ". " + std::string(row.check),
                       "[" + std::string(severity_name(row.severity)) + "] " + row.found);
        paragraphs.add("", "-> " + row.remedy);
    }
    return paragraphs.str();
}

std::string advice_check_table() {
    std::string table;
    for (const auto& check : advice_checks())
        table +=
            "  " + padded(check.name, 14) + padded(severity_name(check.severity), 9) + std::string(check.help) + "\n";
    return table;
}

}  // namespace burnish
