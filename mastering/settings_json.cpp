#include "mastering/settings_json.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace burnish {

namespace {
constexpr std::string_view format_name = "burnish-settings-1";

Error usage(std::string_view where, const std::string& message) {
    return {ErrorCode::usage, std::string(where) + ": " + message};
}

/// A name that an object holds twice: the parser would keep one of the two and drop the other unseen.
std::optional<std::string> repeated_key(std::string_view json_text) {
    using Event = nlohmann::ordered_json::parse_event_t;
    std::vector<std::set<std::string>> open_objects;
    std::optional<std::string> repeated;
    const auto watch = [&](int, Event event, const nlohmann::ordered_json& found) {
        if (event == Event::object_start) open_objects.emplace_back();
        if (event == Event::object_end) open_objects.pop_back();
        if (event == Event::key && !open_objects.back().insert(found.get<std::string>()).second)
            repeated = found.get<std::string>();
        return true;
    };
    const auto parsed = nlohmann::ordered_json::parse(json_text, watch, /*allow_exceptions=*/false);
    return parsed.is_discarded() ? std::nullopt : repeated;
}
}  // namespace

nlohmann::ordered_json settings_json(const ChainSettings& settings) {
    auto chain = nlohmann::ordered_json::object();
    for_each_stage(chain_stages, [&](const auto& stage) {
        const auto& params = std::remove_cvref_t<decltype(stage)>::Processor::params;
        const auto& values = settings.*stage.settings;
        // A file without a limiter asks for its level to be solved, so one that replays a level must have one.
        if (is_neutral(values, params) && stage.name != "limiter") return;
        auto& object = chain[std::string(stage.name)];
        for (const auto& param : params) object[std::string(param.name)] = values.*param.member;
    });
    return {{"format", format_name}, {"chain", chain}};
}

Result<Patch> read_settings(std::string_view where, std::string_view json_text) {
    const auto document = nlohmann::ordered_json::parse(json_text, nullptr, /*allow_exceptions=*/false);
    if (document.is_discarded()) return usage(where, "not valid JSON");
    if (const auto key = repeated_key(json_text)) return usage(where, "\"" + *key + "\" is given twice");
    if (!document.is_object()) return usage(where, "a JSON object expected");
    if (const auto format = document.find("format"); format == document.end() || *format != format_name)
        return usage(where, "\"format\": \"" + std::string(format_name) + "\" expected" +
                                (format == document.end() ? ", none found" : ", " + format->dump() + " found"));
    for (const auto& [key, value] : document.items())
        if (key != "format" && key != "chain")
            return usage(where, "unknown key \"" + key + "\"" + did_you_mean(key, {"format", "chain"}));
    const auto chain = document.find("chain");
    if (chain == document.end() || !chain->is_object()) return usage(where, "an object \"chain\" expected");

    Patch patch;
    // The programme's numbers are neutral where the file does not name them: the same file gives the same sound.
    const ChainSettings neutral;
    Status pinned = success();
    for_each_stage(program_stages, [&](const auto& stage) {
        for (const auto& param : std::remove_cvref_t<decltype(stage)>::Processor::params)
            if (pinned) pinned = patch.pin(where, stage.name, param.name, (neutral.*stage.settings).*param.member);
    });
    for (const auto& [stage, params] : chain->items()) {
        if (!params.is_object()) return usage(where, "chain." + stage + ": an object expected");
        if (params.empty()) {
            // Names only a stage: worth nothing, but the name has to be right.
            bool known = false;
            for_each_stage(chain_stages, [&, &name = stage](const auto& row) { known = known || row.name == name; });
            if (!known) return usage(where, "chain: unknown stage \"" + stage + "\"");
        }
        for (const auto& [param, value] : params.items()) {
            if (!value.is_number())
                return usage(where, "chain." + stage + "." + param + ": " + value.dump() + " is not a number");
            if (pinned) pinned = patch.pin(std::string(where) + ": chain", stage, param, value.get<double>());
        }
    }
    if (!pinned) return pinned.error();
    return patch;
}

}  // namespace burnish
