#include "mastering/preset.h"

#include <algorithm>

#include "mastering/json_document.h"
#include "mastering/settings_json.h"

namespace burnish {

namespace {
using Json = nlohmann::ordered_json;

constexpr std::string_view format_name = "burnish-preset-1";
constexpr auto keys = std::to_array<std::string_view>(
    {"format", "title", "help", "target", "aim", "mix", "character", "pins", "sources"});

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

/// The numbers of one object, checked against their table.
template <class Settings, std::size_t rows>
Status read_numbers(const std::string& where, const Json& object, const std::array<Param<Settings>, rows>& params,
                    std::vector<std::pair<double Settings::*, double>>& numbers) {
    for (const auto& [key, value] : object.items()) {
        const auto row = std::find_if(params.begin(), params.end(),
                                      [&, &name = key](const auto& param) { return param.name == name; });
        if (row == params.end()) {
            std::vector<std::string_view> known;
            known.reserve(rows);
            for (const auto& param : params) known.push_back(param.name);
            return usage(where + ": unknown number \"" + key + "\"" + did_you_mean(key, known));
        }
        if (!value.is_number()) return usage(where + "." + key + ": " + value.dump() + " is not a number");
        const auto number = value.template get<double>();
        if (!row->accepts(number))
            return usage(where + "." + key + " = " + number_text(number) + " is outside [" + number_text(row->min) +
                         ", " + number_text(row->max) + "] (" + std::string(row->help) + ")");
        numbers.emplace_back(row->member, number);
    }
    return success();
}

/// The delivery stages are solved for: nothing can be put on top of them.
Status check_character(const std::string& where, const Patch& character) {
    for (const auto& pin : character.pins()) {
        bool in_programme = false;
        for_each_stage(program_stages,
                       [&](const auto& stage) { in_programme = in_programme || stage.name == pin.stage; });
        if (!in_programme)
            return usage(where + "." + pin.stage + ": the level is solved for; pins can fix " + pin.stage + "." +
                         pin.param);
    }
    return success();
}

Status read_section(const std::string& where, const std::string& key, const Json& value, Preset& preset) {
    const auto place = where + ": " + key;
    const bool is_text = key == "title" || key == "help" || key == "format";
    if (is_text && !value.is_string()) return usage(place + ": a text expected");
    if (!is_text && !value.is_object()) return usage(place + ": an object expected");
    if (key == "title") preset.title = value.get<std::string>();
    if (key == "help") preset.help = value.get<std::string>();
    if (key == "target") return read_numbers(place, value, target_params, preset.target);
    if (key == "aim") return read_numbers(place, value, treatment_aim_params, preset.aim);
    if (key == "mix") return read_numbers(place, value, mix_aim_params, preset.mix);
    if (key == "pins") return pin_stages(place, value, preset.pins);
    if (key == "character") {
        if (auto status = pin_stages(place, value, preset.character); !status) return status;
        return check_character(place, preset.character);
    }
    if (key == "sources")
        for (const auto& [path, source] : value.items()) {
            const auto text = source.is_string() ? source.get<std::string>() : std::string();
            if (!text.starts_with("measured: ") && !text.starts_with("convention: "))
                return usage(place + "." + path +
                             ": a text that begins with \"measured: \" or \"convention: \" expected");
            preset.sources.emplace_back(path, text);
        }
    return success();
}

template <class Settings, std::size_t rows>
Json numbers_json(const std::vector<std::pair<double Settings::*, double>>& numbers,
                  const std::array<Param<Settings>, rows>& params) {
    auto json = Json::object();
    for (const auto& [member, value] : numbers)
        for (const auto& param : params)
            if (param.member == member) json[std::string(param.name)] = value;
    return json;
}

Json pins_json(const Patch& patch) {
    auto json = Json::object();
    for (const auto& pin : patch.pins()) json[pin.stage][pin.param] = pin.value;
    return json;
}

template <class Params>
Json numbers_schema(const Params& params) {
    auto properties = Json::object();
    for (const auto& param : params)
        properties[std::string(param.name)] = {{"type", param.whole ? "integer" : "number"},
                                               {"minimum", param.min},
                                               {"maximum", param.max},
                                               {"default", param.default_value()},
                                               {"description", param.help}};
    return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
}

template <class Stages>
Json stages_schema(const Stages& stages) {
    auto properties = Json::object();
    for_each_stage(stages, [&](const auto& stage) {
        properties[std::string(stage.name)] = numbers_schema(std::remove_cvref_t<decltype(stage)>::Processor::params);
        properties[std::string(stage.name)]["description"] = stage.help;
    });
    return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
}

Json described(Json schema, std::string_view description) {
    schema["description"] = description;
    return schema;
}

}  // namespace

std::string_view source_of(const Preset& preset, std::string_view path) noexcept {
    std::string_view found;
    std::size_t longest = 0;
    for (const auto& [group, source] : preset.sources)
        if (path.starts_with(group) && group.size() >= longest) {
            longest = group.size();
            found = source;
        }
    return found;
}

Result<Preset> read_preset(std::string_view where, std::string_view name, std::string_view json_text) {
    const auto document = read_document(where, json_text, format_name);
    if (!document) return document.error();
    Preset preset;
    preset.name = name;
    for (const auto& [key, value] : document->items()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end())
            return usage(std::string(where) + ": unknown key \"" + key + "\"" +
                         did_you_mean(key, {keys.begin(), keys.end()}));
        if (auto status = read_section(std::string(where), key, value, preset); !status) return status.error();
    }
    return preset;
}

Json preset_json(const Preset& preset) {
    Json json{{"format", format_name}, {"title", preset.title}, {"help", preset.help}};
    if (!preset.target.empty()) json["target"] = numbers_json(preset.target, target_params);
    if (!preset.aim.empty()) json["aim"] = numbers_json(preset.aim, treatment_aim_params);
    if (!preset.mix.empty()) json["mix"] = numbers_json(preset.mix, mix_aim_params);
    if (!preset.character.empty()) json["character"] = pins_json(preset.character);
    if (!preset.pins.empty()) json["pins"] = pins_json(preset.pins);
    for (const auto& [group, source] : preset.sources) json["sources"][group] = source;
    return json;
}

Json preset_schema() {
    Json properties;
    properties["format"] = {{"const", format_name}};
    properties["title"] = {{"type", "string"}};
    properties["help"] = {{"type", "string"}};
    properties["target"] = described(numbers_schema(target_params), "what is asked for where no flag says otherwise");
    properties["aim"] = described(numbers_schema(treatment_aim_params),
                                  "statistics, caps and amounts; percentages multiply those of the flags");
    properties["mix"] = described(numbers_schema(mix_aim_params),
                                  "what is asked of a mix; levels and sends of a style come on top of a genre's");
    properties["character"] =
        described(stages_schema(program_stages),
                  "numbers of the chain; their departure from neutral comes on top of the proposal");
    properties["pins"] = described(stages_schema(chain_stages), "numbers of the chain that only --set can change");
    properties["sources"] = {{"type", "object"},
                             {"additionalProperties", {{"type", "string"}, {"pattern", "^(measured|convention): "}}},
                             {"description", "where numbers come from, by the beginning of their path: \"aim.tone\""}};
    return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
            {"title", "burnish preset"},
            {"type", "object"},
            {"required", {"format"}},
            {"properties", properties},
            {"additionalProperties", false}};
}

void apply_preset(const Preset& preset, Target& target) {
    for (const auto& [member, value] : preset.target) target.*member = value;
    for (const auto& [member, value] : preset.aim) {
        const bool multiplies = std::any_of(dimensions.begin(), dimensions.end(),
                                            [m = member](const DimensionRow& row) { return row.percent == m; });
        target.aim.*member = multiplies ? target.aim.*member * value / 100.0 : value;
    }
    const MixAim usual;
    for (const auto& [member, value] : preset.mix) {
        // A genre and a style both have a say.
        auto& number = target.mix.*member;
        number = member == &MixAim::width_percent ? number * value / 100.0 : number + value - usual.*member;
    }
    for (const auto& param : mix_aim_params)
        target.mix.*param.member = std::clamp(target.mix.*param.member, param.min, param.max);
    const ChainSettings neutral;
    ChainSettings own;
    preset.character.apply_to(own);
    for_each_parameter([&](const auto& stage, const auto& param) {
        (target.character.*stage.settings).*param.member +=
            (own.*stage.settings).*param.member - (neutral.*stage.settings).*param.member;
    });
}

}  // namespace burnish
