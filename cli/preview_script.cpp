#include "cli/preview_script.h"

#include <algorithm>
#include <sstream>

#include "cli/preview_words.h"

namespace burnish {

Result<std::vector<ScriptLine>> read_script(const std::string& where, std::string_view text) {
    std::vector<ScriptLine> script;
    std::istringstream lines{std::string(text)};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        line.resize(std::min(line.size(), line.find('#')));
        const auto first = line.find_first_not_of(" \t\r");
        if (first == line.npos) continue;
        const auto place = where + ":" + std::to_string(number);
        const auto time_end = std::min(line.find_first_of(" \t\r", first), line.size());
        const auto time_s = read_time_s(place, std::string_view(line).substr(first, time_end - first));
        if (!time_s) return time_s.error();
        const auto order = read_order(std::string_view(line).substr(time_end));
        if (!order) return Error{ErrorCode::usage, place + ": " + order.error().message};
        script.push_back({*time_s, line.substr(std::min(line.find_first_not_of(" \t", time_end), line.size())), place});
        while (!script.back().command.empty() && script.back().command.back() == '\r') script.back().command.pop_back();
    }
    std::stable_sort(script.begin(), script.end(), [](const auto& a, const auto& b) { return a.time_s < b.time_s; });
    return script;
}

}  // namespace burnish
