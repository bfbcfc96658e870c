#include "io/cue_sheet.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <optional>

namespace burnish {

namespace {

constexpr std::size_t most_tracks = 99;

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text;
}

/// The words of a line; what stands in quotes is one.
std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < line.size();) {
        if (std::isspace(static_cast<unsigned char>(line[at])) != 0) {
            ++at;
            continue;
        }
        const bool quoted = line[at] == '"';
        if (quoted) ++at;
        auto end = at;
        while (end < line.size() &&
               (quoted ? line[end] != '"' : std::isspace(static_cast<unsigned char>(line[end])) == 0))
            ++end;
        words.emplace_back(line.substr(at, end - at));
        at = quoted ? std::min(end + 1, line.size()) : end;
    }
    return words;
}

std::optional<int> whole_number(std::string_view text) {
    int value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

/// Sectors of mm:ss:ff.
std::optional<std::int64_t> sectors_of(std::string_view text) {
    const auto first = text.find(':');
    const auto second = text.find(':', first + 1);
    if (first == text.npos || second == text.npos) return std::nullopt;
    const auto minutes = whole_number(text.substr(0, first));
    const auto seconds = whole_number(text.substr(first + 1, second - first - 1));
    const auto sectors = whole_number(text.substr(second + 1));
    if (!minutes || !seconds || !sectors || *seconds > 59 || *sectors >= sectors_per_second) return std::nullopt;
    return (std::int64_t{60} * *minutes + *seconds) * sectors_per_second + *sectors;
}

std::string time_text(std::int64_t sectors) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%02lld:%02lld:%02lld",
                  static_cast<long long>(sectors / sectors_per_second / 60),
                  static_cast<long long>(sectors / sectors_per_second % 60),
                  static_cast<long long>(sectors % sectors_per_second));
    return text.data();
}

/// The sheet as far as it has been read.
struct Reader {
    CueSheet sheet;
    std::string file;
    bool has_start = true;  // of the present track

    /// @return  what is wrong with the line; empty if nothing is
    std::string take(const std::vector<std::string>& words);

private:
    std::string start_track(const std::vector<std::string>& words);
    std::string take_time(const std::vector<std::string>& words, bool is_index);
};

std::string Reader::start_track(const std::vector<std::string>& words) {
    if (words.size() < 3 || !whole_number(words[1])) return "TRACK number AUDIO expected";
    if (upper(words[2]) != "AUDIO") return "a track of type " + words[2] + ", only AUDIO can be mastered";
    if (file.empty()) return "a track before any FILE";
    if (!has_start) return "the track before has no INDEX 01";
    if (sheet.tracks.size() == most_tracks) return "more than 99 tracks";
    has_start = false;
    sheet.tracks.push_back({.file = file});
    return {};
}

std::string Reader::take_time(const std::vector<std::string>& words, bool is_index) {
    if (sheet.tracks.empty()) return words[0] + " before any TRACK";
    const auto time = sectors_of(words.back());
    if (!time || words.size() != (is_index ? 3U : 2U))
        return "\"" + words.back() + "\" found, a time as mm:ss:ff with 75 ff a second expected";
    if (!is_index) {
        sheet.tracks.back().pregap_sectors = *time;
    } else if (whole_number(words[1]) == 1) {
        has_start = true;
        sheet.tracks.back().start_sectors = *time;
        if (sheet.tracks.size() < 2) return {};
        const auto& before = sheet.tracks[sheet.tracks.size() - 2];
        if (before.file == file && *time <= before.start_sectors) return "a track that starts before the one before";
    }
    return {};
}

std::string Reader::take(const std::vector<std::string>& words) {
    const auto command = upper(words[0]);
    if (command == "TRACK") return start_track(words);
    if (command == "INDEX" || command == "PREGAP") return take_time(words, command == "INDEX");
    const bool in_track = !sheet.tracks.empty();
    std::string* text = nullptr;
    if (command == "FILE") text = &file;
    if (command == "CATALOG") text = &sheet.catalog;
    if (command == "TITLE") text = in_track ? &sheet.tracks.back().title : &sheet.title;
    if (command == "PERFORMER") text = in_track ? &sheet.tracks.back().performer : &sheet.performer;
    if (command == "ISRC" && in_track) text = &sheet.tracks.back().isrc;
    if (text == nullptr) return {};
    if (words.size() < 2) return command + ": its value is missing";
    *text = words[1];
    if (command != "ISRC") return {};
    std::erase(*text, '-');
    *text = upper(*text);
    return is_isrc(*text) ? "" : "\"" + words[1] + "\" found, an ISRC such as GBAYE6800011 expected";
}

std::string quoted(std::string text) {
    std::replace(text.begin(), text.end(), '"', '\'');  // a cue sheet has no way to write one
    return "\"" + text + "\"";
}

}  // namespace

bool is_isrc(std::string_view text) noexcept {
    if (text.size() != 12) return false;
    const auto letter = [](unsigned char c) { return c >= 'A' && c <= 'Z'; };
    const auto digit = [](unsigned char c) { return c >= '0' && c <= '9'; };
    return std::all_of(text.begin(), text.begin() + 2, letter) &&
           std::all_of(text.begin() + 2, text.begin() + 5, [&](auto c) { return letter(c) || digit(c); }) &&
           std::all_of(text.begin() + 5, text.end(), digit);
}

Result<CueSheet> read_cue_sheet(std::string_view where, std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    Reader reader;
    int line_number = 0;
    const auto fault = [&](const std::string& message) {
        return Error{ErrorCode::usage, std::string(where) + ":" + std::to_string(line_number) + ": " + message};
    };
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto words = words_of(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        ++line_number;
        if (words.empty()) continue;
        if (const auto problem = reader.take(words); !problem.empty()) return fault(problem);
    }
    if (reader.sheet.tracks.empty()) return Error{ErrorCode::usage, std::string(where) + ": no TRACK found"};
    if (!reader.has_start) return fault("the last track has no INDEX 01");
    return reader.sheet;
}

std::string cue_sheet_text(const CueSheet& sheet) {
    std::string text;
    const auto line = [&](int depth, const std::string& content) {
        text += std::string(static_cast<std::size_t>(2 * depth), ' ') + content + "\r\n";
    };
    if (!sheet.catalog.empty()) line(0, "CATALOG " + sheet.catalog);
    if (!sheet.performer.empty()) line(0, "PERFORMER " + quoted(sheet.performer));
    if (!sheet.title.empty()) line(0, "TITLE " + quoted(sheet.title));
    std::string file;
    int number = 0;
    for (const auto& track : sheet.tracks) {
        if (track.file != file) line(0, "FILE " + quoted(track.file) + " WAVE");
        file = track.file;
        std::array<char, 16> two_digits{};
        std::snprintf(two_digits.data(), two_digits.size(), "%02d", ++number);
        line(1, std::string("TRACK ") + two_digits.data() + " AUDIO");
        if (!track.title.empty()) line(2, "TITLE " + quoted(track.title));
        if (!track.performer.empty()) line(2, "PERFORMER " + quoted(track.performer));
        if (!track.isrc.empty()) line(2, "ISRC " + track.isrc);
        if (track.pregap_sectors > 0) line(2, "PREGAP " + time_text(track.pregap_sectors));
        line(2, "INDEX 01 " + time_text(track.start_sectors));
    }
    return text;
}

}  // namespace burnish
