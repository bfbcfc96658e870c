#include "mastering/settings_json.h"

#include <string>

#include "mastering/json_document.h"

namespace burnish {

namespace {
constexpr std::string_view format_name = "burnish-settings-1";

Error usage(std::string_view where, const std::string& message) {
    return {ErrorCode::usage, std::string(where) + ": " + message};
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

Status pin_stages(const std::string& where, const nlohmann::ordered_json& stages, Patch& patch) {
    for (const auto& [stage, params] : stages.items()) {
        if (!params.is_object()) return Error{ErrorCode::usage, where + "." + stage + ": an object expected"};
        if (params.empty()) {
            // Names only a stage: worth nothing, but the name has to be right.
            bool known = false;
            for_each_stage(chain_stages, [&, &name = stage](const auto& row) { known = known || row.name == name; });
            if (!known) return usage(where, "unknown stage \"" + stage + "\"");
        }
        for (const auto& [param, value] : params.items()) {
            if (!value.is_number())
                return Error{ErrorCode::usage,
                             where + "." + stage + "." + param + ": " + value.dump() + " is not a number"};
            if (auto pinned = patch.pin(where, stage, param, value.get<double>()); !pinned) return pinned;
        }
    }
    return success();
}

Result<Patch> read_settings(std::string_view where, std::string_view json_text) {
    const auto read = read_document(where, json_text, format_name);
    if (!read) return read.error();
    const auto& document = *read;
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
    if (pinned) pinned = pin_stages(std::string(where) + ": chain", *chain, patch);
    if (!pinned) return pinned.error();
    return patch;
}

}  // namespace burnish
