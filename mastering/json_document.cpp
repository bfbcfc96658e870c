#include "mastering/json_document.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace burnish {

namespace {
using Json = nlohmann::ordered_json;

/// A name that an object holds twice: the parser would keep one of the two and drop the other unseen.
std::optional<std::string> repeated_key(std::string_view json_text) {
    using Event = Json::parse_event_t;
    std::vector<std::set<std::string>> open_objects;
    std::optional<std::string> repeated;
    const auto watch = [&](int, Event event, const Json& found) {
        if (event == Event::object_start) open_objects.emplace_back();
        if (event == Event::object_end) open_objects.pop_back();
        if (event == Event::key && !open_objects.back().insert(found.get<std::string>()).second)
            repeated = found.get<std::string>();
        return true;
    };
    const auto parsed = Json::parse(json_text, watch, /*allow_exceptions=*/false);
    return parsed.is_discarded() ? std::nullopt : repeated;
}

/// ": line 3, column 7", where reading came to its end.
std::string place_of_mistake(std::string_view json_text) {
    try {
        const auto read = Json::parse(json_text);
    } catch (const Json::out_of_range& mistake) {
        return std::string(": a number out of range");
    } catch (const Json::parse_error& mistake) {
        const auto before = json_text.substr(0, std::max<std::size_t>(mistake.byte, 1) - 1);
        const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
        return ": line " + std::to_string(std::ranges::count(before, '\n') + 1) + ", column " +
               std::to_string(before.size() - line_start + 1);
    }
    return "";
}
}  // namespace

Result<Json> read_document(std::string_view where, std::string_view json_text, std::string_view format) {
    const auto usage = [&](const std::string& message) {
        return Error{ErrorCode::usage, std::string(where) + ": " + message};
    };
    auto document = Json::parse(json_text, nullptr, /*allow_exceptions=*/false);
    if (document.is_discarded()) return usage("not valid JSON" + place_of_mistake(json_text));
    if (const auto key = repeated_key(json_text)) return usage("\"" + *key + "\" is given twice");
    if (!document.is_object()) return usage("a JSON object expected");
    const auto found = document.find("format");
    if (found != document.end() && *found == format) return document;
    return usage("\"format\": \"" + std::string(format) + "\" expected" +
                 (found == document.end() ? ", none found" : ", " + found->dump() + " found"));
}

}  // namespace burnish
