#include "cli/preview_words.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <sstream>

#include "cli/printable_text.h"
#include "mastering/patch.h"

namespace burnish {

namespace {

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

std::string_view trimmed(std::string_view text) {
    const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

std::vector<std::string> words_of(std::string_view text, int most) {
    std::vector<std::string> words;
    for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
        const bool is_last = static_cast<int>(words.size()) + 1 == most;
        const auto end = is_last ? text.npos : text.find_first_of(" \t");
        words.emplace_back(text.substr(0, end));
        if (end == text.npos) break;
        text.remove_prefix(end);
    }
    return words;
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

}  // namespace

std::string command_of_key(std::string_view key, Playing playing) {
    const bool is_digit = key.size() == 1 && key[0] >= '1' && key[0] <= '9';
    if (is_digit && playing == Playing::track) return "preset " + std::string(key);
    if (key == "=") key = "+";  // the same key without shift
    const auto row_of_key = [&](std::string_view name) {
        return std::ranges::find_if(
            preview_keys, [&](const PreviewKey& row) { return row.key == name && is_for(row.while_playing, playing); });
    };
    auto row = row_of_key(key);
    if (row == preview_keys.end() && key.size() == 1) {
        const std::string other(1, static_cast<char>(std::tolower(static_cast<unsigned char>(key[0]))));
        row = row_of_key(other);
    }
    return row == preview_keys.end() ? std::string() : std::string(row->command);
}

Result<bool> read_switch(std::string_view where, const std::string& what, bool now) {
    if (what == "toggle") return !now;
    if (what == "on" || what == "off") return what == "on";
    return usage(std::string(where) + ": \"" + what + "\" found, on, off or toggle expected");
}

Result<PreviewOrder> read_order(std::string_view text) {
    text = trimmed(text);
    const auto name = text.substr(0, text.find_first_of(" \t"));
    const auto row = std::ranges::find(preview_words, name, &PreviewWord::name);
    if (row == preview_words.end()) {
        std::vector<std::string_view> known;
        known.reserve(preview_words.size());
        for (const auto& word : preview_words) known.push_back(word.name);
        return usage("unknown command \"" + std::string(name) + "\"" + did_you_mean(name, known));
    }
    const auto rest = text.substr(name.size());
    // Names of files and stems may hold blanks.
    const bool takes_name = row->arguments.find("FILE") != row->arguments.npos || row->name == "stem";
    PreviewOrder order{&*row, words_of(rest, takes_name ? row->most_arguments : -1)};
    const int count = static_cast<int>(order.arguments.size());
    if (count < row->least_arguments || count > row->most_arguments)
        return usage(std::string(name) + ": \"" + std::string(trimmed(rest)) + "\" found, " +
                     (row->arguments.empty() ? "nothing" : std::string(row->arguments)) + " expected");
    return order;
}

Result<double> read_time_s(std::string_view where, std::string_view text) {
    double seconds = 0.0;
    auto rest = text;
    for (int parts = 0; parts < 3; ++parts) {
        const auto colon = rest.find(':');
        const auto part = rest.substr(0, colon);
        const bool is_last = colon == rest.npos;
        if (part.find_first_not_of(is_last ? "0123456789." : "0123456789") != part.npos) break;
        double value = 0.0;
        const auto [end, problem] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (problem != std::errc() || end != part.data() + part.size() || !std::isfinite(value)) break;
        if (parts > 0 && value >= 60.0) break;  // 9:99 is a slip
        seconds = 60.0 * seconds + value;
        if (is_last) return seconds;
        rest.remove_prefix(colon + 1);
    }
    return usage(std::string(where) + ": \"" + std::string(text) +
                 "\" found, a time in seconds, m:ss or h:mm:ss expected");
}

std::string key_table() {
    std::ostringstream table;
    const auto list = [&](Playing playing) {
        for (const auto& row : preview_keys)
            if (row.while_playing == playing) table << "  " << padded(std::string(row.key), 12) << row.help << '\n';
    };
    list(Playing::either);
    table << "  " << padded("?", 12) << "all keys\n";
    table << "of a track:\n";
    list(Playing::track);
    std::string names;
    for (const auto name : preview_presets) names += (names.empty() ? "" : ", ") + std::string(name);
    table << "  " << padded("1 .. 9", 12) << names << '\n';
    table << "of stems:\n";
    list(Playing::stems);
    return table.str();
}

std::string word_table() {
    std::ostringstream table;
    for (const auto& row : preview_words)
        table << help_row(std::string(row.name) + " " + std::string(row.arguments), row.help);
    return table.str();
}

}  // namespace burnish
