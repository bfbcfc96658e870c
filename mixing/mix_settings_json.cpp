#include "mixing/mix_settings_json.h"

#include <algorithm>
#include <string>

#include "mastering/json_document.h"
#include "mastering/patch.h"

namespace burnish {

namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view format_name = "burnish-mix-1";

Error usage(const std::string& where, const std::string& message) { return {ErrorCode::usage, where + ": " + message}; }

template <class Settings, std::size_t rows>
void put(Json& object, std::string_view name, const Settings& settings,
         const std::array<Param<Settings>, rows>& params) {
    const Settings neutral{};
    for (const auto& param : params)
        if (settings.*param.member != neutral.*param.member)
            object[std::string(name)][std::string(param.name)] = settings.*param.member;
}

template <class Settings, std::size_t rows>
Status take(const std::string& where, const Json& object, const std::array<Param<Settings>, rows>& params,
            Settings& settings) {
    if (!object.is_object()) return usage(where, "an object expected, " + object.dump() + " found");
    for (const auto& [key, value] : object.items()) {
        const auto param = std::ranges::find(params, std::string_view(key), &Param<Settings>::name);
        if (param == params.end()) {
            std::vector<std::string_view> known;
            known.reserve(rows);
            for (const auto& row : params) known.push_back(row.name);
            return usage(where, "unknown number \"" + key + "\"" + did_you_mean(key, known));
        }
        if (!value.is_number()) return usage(where + "." + key, value.dump() + " is not a number");
        const auto number = value.template get<double>();
        if (!param->accepts(number))
            return usage(where, key + " = " + number_text(number) + " is outside [" + number_text(param->min) + ", " +
                                    number_text(param->max) + "] (" + std::string(param->help) + ")");
        settings.*param->member = number;
    }
    return success();
}

std::vector<std::string_view> strip_keys() {
    std::vector<std::string_view> keys{"role", "bus", "mute", "fader"};
    std::apply([&](const auto&... stage) { (keys.push_back(stage.name), ...); }, strip_stages);
    return keys;
}

Status take_word(const std::string& where, const std::string& key, const Json& value, NamedStrip& strip) {
    if (key == "mute") {
        if (!value.is_boolean()) return usage(where, "mute: true or false expected, " + value.dump() + " found");
        strip.mute = value.get<bool>();
        return success();
    }
    const auto word = value.is_string() ? value.get<std::string>() : std::string();
    if (key == "role") {
        const auto role = role_named(word);
        if (!role) return usage(where, "role: " + value.dump() + " found, one of " + role_names(", ") + " expected");
        strip.role = *role;
        return success();
    }
    const auto bus = bus_named(word);
    if (!bus) return usage(where, "bus: " + value.dump() + " found, drums, music or vocals expected");
    strip.bus = *bus;
    return success();
}

Status take_strip(const std::string& where, const Json& object, NamedStrip& strip) {
    if (!object.is_object()) return usage(where, "an object expected, " + object.dump() + " found");
    const auto role = object.find("role");
    if (role != object.end() && role->is_string())
        if (const auto named = role_named(role->get<std::string>())) strip.bus = row_of(*named).bus;
    for (const auto& [key, value] : object.items()) {
        if (key == "role" || key == "bus" || key == "mute") {
            if (auto status = take_word(where, key, value, strip); !status) return status;
            continue;
        }
        bool known = key == "fader";
        Status status = known ? take(where + ".fader", value, fader_params, strip.settings.fader) : success();
        std::apply(
            [&, &name = key, &numbers = value](const auto&... stage) {
                const auto try_stage = [&](const auto& row) {
                    if (row.name != name) return;
                    known = true;
                    status = take(where + "." + name, numbers, std::remove_cvref_t<decltype(row)>::Processor::params,
                                  strip.settings.*row.settings);
                };
                (try_stage(stage), ...);
            },
            strip_stages);
        if (!known) return usage(where, "unknown key \"" + key + "\"" + did_you_mean(key, strip_keys()));
        if (!status) return status;
    }
    return success();
}

/// Objects by name, each with its numbers.
template <class Settings, std::size_t count, std::size_t rows>
Status take_named(const std::string& where, const Json& document, std::string_view key,
                  const std::array<std::string_view, count>& names, const std::array<Param<Settings>, rows>& params,
                  std::array<Settings, count>& settings) {
    const auto found = document.find(key);
    if (found == document.end()) return success();
    const auto place = where + ": " + std::string(key);
    if (!found->is_object()) return usage(place, "an object expected");
    for (const auto& [name, numbers] : found->items()) {
        const auto row = std::ranges::find(names, std::string_view(name));
        if (row == names.end())
            return usage(place, "unknown name \"" + name + "\"" + did_you_mean(name, {names.begin(), names.end()}));
        auto& one = settings[static_cast<std::size_t>(row - names.begin())];
        if (auto status = take(place + "." + name, numbers, params, one); !status) return status;
    }
    return success();
}

}  // namespace

Json mix_settings_json(const MixSettings& settings) {
    Json json{{"format", format_name}};
    auto& stems = json["stems"] = Json::object();
    for (const auto& strip : settings.strips) {
        auto& stem = stems[strip.name] = {{"role", row_of(strip.role).name}};
        if (strip.bus != row_of(strip.role).bus) stem["bus"] = bus_names[static_cast<std::size_t>(strip.bus)];
        if (strip.mute) stem["mute"] = true;
        std::apply(
            [&](const auto&... stage) {
                (put(stem, stage.name, strip.settings.*stage.settings,
                     std::remove_cvref_t<decltype(stage)>::Processor::params),
                 ...);
            },
            strip_stages);
        put(stem, "fader", strip.settings.fader, fader_params);
    }
    auto& buses = json["buses"] = Json::object();
    for (std::size_t b = 0; b < bus_count; ++b) put(buses, bus_names[b], settings.glue[b], GlueCompressor::params);
    auto& reverbs = json["reverbs"] = Json::object();
    for (std::size_t r = 0; r < reverb_count; ++r) put(reverbs, reverb_names[r], settings.reverbs[r], Reverb::params);
    put(json, "sum", settings.sum, sum_params);
    return json;
}

Result<MixSettings> read_mix_settings(std::string_view where, std::string_view json_text) {
    const auto document = read_document(where, json_text, format_name);
    if (!document) return document.error();
    const auto file = std::string(where);
    MixSettings settings;
    for (const auto& [key, value] : document->items())
        if (key != "format" && key != "stems" && key != "buses" && key != "reverbs" && key != "sum")
            return usage(file, "unknown key \"" + key + "\"" + did_you_mean(key, {"stems", "buses", "reverbs", "sum"}));
    const auto stems = document->find("stems");
    if (stems == document->end() || !stems->is_object()) return usage(file, "an object \"stems\" expected");
    for (const auto& [name, object] : stems->items()) {
        auto& strip = settings.strips.emplace_back();
        strip.name = name;
        if (auto status = take_strip(file + ": stems." + name, object, strip); !status) return status.error();
    }
    if (auto status = take_named(file, *document, "buses", bus_names, GlueCompressor::params, settings.glue); !status)
        return status.error();
    if (auto status = take_named(file, *document, "reverbs", reverb_names, Reverb::params, settings.reverbs); !status)
        return status.error();
    if (const auto sum = document->find("sum"); sum != document->end())
        if (auto status = take(file + ": sum", *sum, sum_params, settings.sum); !status) return status.error();
    return settings;
}

}  // namespace burnish
