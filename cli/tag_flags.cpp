#include "cli/tag_flags.h"

#include <algorithm>
#include <cctype>

#include "cli/flag_values.h"
#include "io/cue_sheet.h"

namespace burnish {

namespace {

/// CC-XXX-YY-NNNNN, with or without the hyphens; kept without them. Source: ISO 3901.
Result<std::string> read_isrc(const std::string& typed) {
    std::string code;
    for (const char letter : typed)
        if (letter != '-') code += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    if (is_isrc(code)) return code;
    return usage("--isrc: \"" + typed +
                 "\" found, two letters, three letters or digits and seven digits expected "
                 "(DE-AB1-26-00001)");
}

}  // namespace

Status read_tags(const MasterFlags& flags, MasterOptions& options) {
    const std::pair<const char*, const std::optional<std::string>&> named[] = {
        {"TITLE", flags.title}, {"ARTIST", flags.artist}, {"ALBUM", flags.album}};
    for (const auto& [key, value] : named)
        if (value) options.tags.push_back({key, *value});
    if (flags.isrc) {
        const auto code = read_isrc(*flags.isrc);
        if (!code) return code.error();
        options.tags.push_back({"ISRC", *code});
    }
    for (const auto& assignment : flags.tags) {
        const auto equals = assignment.find('=');
        if (equals == 0 || equals == assignment.npos)
            return usage("--tag: \"" + assignment + "\" found, KEY=VALUE expected");
        auto key = assignment.substr(0, equals);
        std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::toupper(c); });
        options.tags.push_back({std::move(key), assignment.substr(equals + 1)});
    }
    return success();
}

}  // namespace burnish
