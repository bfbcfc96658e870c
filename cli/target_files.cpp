#include "cli/target_files.h"

#include <filesystem>

#include "cli/text_file.h"
#include "mastering/preset.h"

namespace burnish {

Result<DeliveryTarget> find_delivery_target(std::string_view flag, const std::string& typed) {
    if (typed.find('/') != typed.npos || typed.ends_with(".json")) {
        const auto text = read_text(typed, ErrorCode::usage);
        if (!text) return text.error();
        return read_delivery_target(typed, std::filesystem::path(typed).stem().string(), *text);
    }
    for (const auto& file : embedded_targets())
        if (file.name == typed) return read_delivery_target("the built-in " + typed, typed, file.text);
    const auto names = delivery_target_names();
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
    return Error{ErrorCode::usage, std::string(flag) + ": \"" + typed + "\" found" +
                                       did_you_mean(typed, {names.begin(), names.end()}) + ", one of " + list +
                                       " or a path to a .json file expected"};
}

std::vector<std::string> delivery_target_names() {
    std::vector<std::string> names;
    names.reserve(embedded_targets().size());
    for (const auto& file : embedded_targets()) names.emplace_back(file.name);
    return names;
}

}  // namespace burnish
