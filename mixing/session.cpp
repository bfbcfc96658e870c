#include "mixing/session.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mastering/json_document.h"
#include "mastering/patch.h"
#include "mixing/mix_settings.h"

namespace burnish {

namespace {

using Json = nlohmann::ordered_json;

Error usage(const std::string& where, const std::string& message) { return {ErrorCode::usage, where + ": " + message}; }

Result<double> number(const std::string& where, const Json& value, double min, double max) {
    if (!value.is_number()) return usage(where, value.dump() + " is not a number");
    const double found = value.get<double>();
    if (found >= min && found <= max) return found;
    return usage(where, number_text(found) + " is outside [" + number_text(min) + ", " + number_text(max) + "]");
}

constexpr double longest_start_s = 86400.0;

/// One key of a stem; false if nobody knows it.
Result<bool> take(const std::string& where, const std::string& key, const Json& value, SessionStem& stem) {
    const auto place = where + "." + key;
    const auto word = value.is_string() ? value.get<std::string>() : std::string();
    if (key == "file") {
        if (word.empty()) return usage(place, "a file name expected, " + value.dump() + " found");
        stem.file = word;
    } else if (key == "role") {
        stem.wish.role = role_named(word);
        if (!stem.wish.role) return usage(place, value.dump() + " found, one of " + role_names(", ") + " expected");
    } else if (key == "presence") {
        const auto found = std::ranges::find(presence_names, word);
        if (found == presence_names.end())
            return usage(place, value.dump() + " found, lead, normal or background expected");
        stem.wish.presence = static_cast<Presence>(found - presence_names.begin());
    } else if (key == "group") {
        stem.wish.group = bus_named(word);
        if (!stem.wish.group) return usage(place, value.dump() + " found, drums, music or vocals expected");
    } else if (key == "mute") {
        if (!value.is_boolean()) return usage(place, value.dump() + " found, true or false expected");
        stem.wish.mute = value.get<bool>();
    } else if (key == "pan" || key == "gain_db" || key == "start_s") {
        const auto& row = key == "pan" ? fader_params[1] : fader_params[0];
        const auto found =
            key == "start_s" ? number(place, value, 0.0, longest_start_s) : number(place, value, row.min, row.max);
        if (!found) return found.error();
        (key == "pan" ? stem.wish.pan : key == "gain_db" ? stem.wish.gain_db : stem.start_s) = *found;
    } else {
        return false;
    }
    return true;
}

}  // namespace

Result<std::vector<SessionStem>> read_session(std::string_view where, std::string_view json_text) {
    const auto document = read_document(where, json_text, "burnish-session-1");
    if (!document) return document.error();
    const auto file = std::string(where);
    for (const auto& [key, value] : document->items())
        if (key != "format" && key != "stems")
            return usage(file, "unknown key \"" + key + "\"" + did_you_mean(key, {"stems"}));
    const auto stems = document->find("stems");
    if (stems == document->end() || !stems->is_array()) return usage(file, "an array \"stems\" expected");
    std::vector<SessionStem> session;
    for (const auto& object : *stems) {
        const auto place = file + ": stems[" + std::to_string(session.size()) + "]";
        if (!object.is_object()) return usage(place, "an object expected, " + object.dump() + " found");
        auto& stem = session.emplace_back();
        for (const auto& [key, value] : object.items()) {
            const auto known = take(place, key, value, stem);
            if (!known) return known.error();
            if (!*known)
                return usage(place, "unknown key \"" + key + "\"" +
                                        did_you_mean(key, {"file", "role", "presence", "pan", "gain_db", "mute",
                                                           "group", "start_s"}));
        }
        if (stem.file.empty()) return usage(place, "\"file\" is missing");
    }
    return session;
}

}  // namespace burnish
